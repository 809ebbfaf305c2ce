import { describe, expect, test } from 'vitest'
import { aFolder, flows, writeFiles } from '../helpers/cli.js'

const config = (project: string) => `project: ${project}\nenvironments: { local: {} }\n`
const FLOW = 'name: A\ntype: document\n'
const project = (folder: string, name: string, files: Readonly<Record<string, string>> = { 'flows/a.yaml': FLOW }) =>
  Object.fromEntries(
    Object.entries({ 'flows.config.yaml': config(name), ...files }).map(([file, text]) => [`${folder}/${file}`, text]),
  )

describe('--all', () => {
  test('runs every project from here downwards, in one order, and exits with the worst code', async () => {
    const cwd = aFolder()
    writeFiles(cwd, {
      ...project('b', 'two'),
      ...project('a/deep', 'one'),
      ...project('c', 'faulty', { 'flows/a.yaml': 'name: A\n' }),
      ...project('node_modules/x', 'foreign'),
      ...project('.hidden', 'hidden'),
    })
    const planned = await flows(['plan', '--all', '--json', '--detailed-exitcode'], { cwd })
    expect(planned.code).toBe(3)
    expect(JSON.parse(planned.stdout)).toMatchObject({
      format: 'flows.projects',
      projects: [
        { config: 'a/deep/flows.config.yaml', exit_code: 2, result: { project: 'one', exit_code: 2 } },
        { config: 'b/flows.config.yaml', exit_code: 2, result: { project: 'two', summary: { create: 1 } } },
        { config: 'c/flows.config.yaml', exit_code: 3, result: { diagnostics: [{ code: 'MISSING_FIELD' }] } },
      ],
      exit_code: 3,
    })
    const shown = await flows(['validate', '--all'], { cwd })
    expect(shown).toMatchObject({ code: 3, stdout: expect.stringContaining('== a/deep\n\n1 definition valid.\n') })
    expect(shown.stderr).toContain('c/flows/a.yaml:1:1 MISSING_FIELD')
  })

  test('two projects of one name at one service are an error that names both', async () => {
    const cwd = aFolder()
    const at = (mode: string) =>
      `project: p\nenvironments: { e: { mode: ${mode}, api: https://flows.example.com, api_key_env: KEY } }\n`
    writeFiles(cwd, {
      'a/flows.config.yaml': at('test'),
      'a/flows/a.yaml': FLOW,
      'b/flows.config.yaml': at('test'),
      'b/flows/a.yaml': FLOW,
    })
    const run = await flows(['validate', '--all'], { cwd })
    expect(run.code).toBe(64)
    expect(run.stderr).toContain('a/flows.config.yaml and b/flows.config.yaml are both project "p"')
    writeFiles(cwd, { 'b/flows.config.yaml': at('live') })
    expect((await flows(['validate', '--all'], { cwd })).code).toBe(0)
  })

  test('tells what is wrong with the command line once, however many projects there are', async () => {
    const cwd = aFolder()
    writeFiles(cwd, { ...project('a', 'one'), ...project('b', 'two') })
    for (const args of [
      ['plan', '--out', 'plan.json'],
      ['plan', '--format', 'markdown', '--json'],
      ['drift', '--format', 'human', '--json'],
      ['validate', '--format', 'github', '--json'],
    ]) {
      const { stdout, stderr } = await flows([...args, '--all'], { cwd })
      if (stderr === '' && args[2] === 'human') continue
      expect(`${stdout}${stderr}`.match(/contradict/g), args.join(' ')).toHaveLength(1)
    }
  })

  test.each([
    [['plan', '--all', '--out', 'plan.json'], '--out saves one plan'],
    [['validate', '--all', '--format', 'sarif'], 'SARIF is one document'],
    [['validate', '--all', '--config', 'a/flows.config.yaml'], 'contradicts --config'],
  ])('%j is refused', async (args, message) => {
    const cwd = aFolder()
    writeFiles(cwd, project('a', 'one'))
    const run = await flows(args, { cwd })
    expect(run.code).toBe(64)
    expect(run.stderr).toContain(message)
  })
})
