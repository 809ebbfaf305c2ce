import { lstatSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { updateFlow } from '../../src/service/operations/flows/flows.js'
import { aDefinition, aFolder, aProject, flows, writeFiles } from '../helpers/cli.js'
import { outsideGit } from '../helpers/outside-git.js'

/** Nothing of it may ever be printed, and no byte of it written: not YAML, so that its first line would be shown. */
const SECRET = '//registry.example.com/:_authToken=precious\n@[ not: yaml\n'
/** Says what it is, and is valid in no layout. */
const UNTIDY = 'type:   document\nname:    A\n'
let outside = ''
let cwd = ''

beforeEach(() => {
  outside = aFolder({ npmrc: SECRET, 'untidy.yaml': UNTIDY, 'folder/a.yaml': SECRET, 'folder/p.yaml': SECRET })
  cwd = aProject({ a: aDefinition('A') })
})

/** A link in the project, in the place of what was there. */
function link(name: string, target: string): void {
  rmSync(join(cwd, name), { recursive: true, force: true })
  mkdirSync(dirname(join(cwd, name)), { recursive: true })
  symlinkSync(target, join(cwd, name))
}

/** What is said to a command that must stop; nothing of what lies outside is in it, and all of that is as it was. */
async function refused(args: readonly string[], code: number): Promise<string> {
  const run = await flows(args, { cwd })
  const said = run.stdout + run.stderr
  expect(said).not.toMatch(/precious|registry|not: yaml/)
  expect({ args, code: run.code, said }).toMatchObject({ args, code })
  expect(readdirSync(outside).sort()).toEqual(['folder', 'npmrc', 'untidy.yaml'])
  expect(readFileSync(join(outside, 'npmrc'), 'utf8')).toBe(SECRET)
  expect(readFileSync(join(outside, 'untidy.yaml'), 'utf8')).toBe(UNTIDY)
  return said
}

describe('a link that leads out of the project is refused, and nothing behind it is shown or written', () => {
  test('of a definition and a policy, in every format', async () => {
    link('flows/b.yaml', join(outside, 'npmrc'))
    link('policies/p.yaml', join(outside, 'npmrc'))
    for (const format of ['human', 'json', 'github', 'sarif']) {
      const said = await refused(['validate', '--format', format], 3)
      expect(said.match(/the link leads out of the project/g)).toHaveLength(2)
    }
    for (const args of [['plan'], ['plan', '--json'], ['fmt'], ['pull']]) await refused(args, 3)
  })

  test('of the configuration', async () => {
    link('flows.config.yaml', join(outside, 'npmrc'))
    for (const args of [['validate'], ['plan', '--json'], ['validate', '-c', join(cwd, 'flows.config.yaml')]]) {
      expect(await refused(args, 3)).toMatch(
        args.includes('--json') ? /definitions_invalid|LINK_OUTSIDE/ : /LINK_OUTSIDE/,
      )
    }
  })

  test.each(['flows', 'policies'])('of the folder %s, told as a link', async (folder) => {
    link(folder, join(outside, 'folder'))
    expect(await refused(['validate'], 3)).toContain(`LINK_OUTSIDE the folder "${folder}" is a link`)
    expect(await refused(['plan'], 3)).toContain('LINK_OUTSIDE')
  })

  test('of a file that fmt is to write', async () => {
    link('flows/b.yaml', join(outside, 'untidy.yaml'))
    expect(await refused(['fmt', 'flows/b.yaml'], 3)).toContain('LINK_OUTSIDE')
    link('flows/sub', join(outside, 'folder'))
    expect(await refused(['fmt', 'flows/sub/a.yaml'], 3)).toContain('flows/sub/a.yaml:1:1 LINK_OUTSIDE')
    link('linked', outside)
    expect(await refused(['fmt', 'linked/untidy.yaml'], 64)).toContain('is not a definition')
  })

  test.each([
    ['apply', 'file.json'],
    ['comment', 'file.json', '--dry-run'],
    ['plan', '--out', 'file.json'],
    ['plan', '--out', 'folder/plan.json'],
    ['import', '--from-terraform', 'file.json'],
    ['synth', '--out', 'folder'],
    ['backup', 'folder/backup.sqlite'],
    ['restore', 'file.json', '--yes'],
  ])('of what %s %s %s names', async (...args) => {
    link('file.json', join(outside, 'npmrc'))
    link('folder', outside)
    if (args[0] === 'backup') expect(await flows(['apply', '--yes'], { cwd })).toMatchObject({ code: 0 })
    expect(await refused(args, 64)).toContain('is a link that leads out of the project: it is not opened')
  })
})

describe('a link that leads nowhere is said to be one', () => {
  const words = 'is a link that leads nowhere: what it names is not there'

  test('in the place of a definition and a policy', async () => {
    link('flows/b.yaml', 'gone.yaml')
    link('policies/p.yaml', 'gone.yaml')
    const all = await refused(['validate'], 3)
    for (const file of ['flows/b.yaml', 'policies/p.yaml']) {
      expect(all).toContain(`${file}:1:1 FILE_UNREADABLE this ${words}`)
      expect(await refused(['fmt', file], 3)).toContain(`${file}:1:1 FILE_UNREADABLE this ${words}`)
    }
  })

  test('in the place of the configuration', async () => {
    link('other.yaml', 'gone.yaml')
    expect(await refused(['plan', '--config', 'other.yaml'], 3)).toContain(`FILE_UNREADABLE this ${words}`)
  })

  test.each([
    ['apply', 'file.json'],
    ['comment', 'file.json', '--dry-run'],
    ['import', '--from-terraform', 'file.json'],
    ['restore', 'file.json'],
    ['fmt', 'file.json'],
  ])('in the place of what %s %s %s names', async (...args) => {
    link('file.json', 'gone.json')
    expect(await refused(args, 64)).toContain(`file.json ${words}`)
  })
})

describe('a link inside of the project is followed', () => {
  test('where it is the folder of definitions: files have the names that git knows them by', async () => {
    writeFiles(cwd, { 'shared/kyc/a.yaml': aDefinition('A') })
    link('flows', 'shared/kyc')
    expect(await flows(['apply', '--yes'], { cwd })).toMatchObject({ code: 0 })
    await outsideGit(cwd, (call) => updateFlow(call, 'a', { name: 'B' }))
    expect((await flows(['pull'], { cwd })).stdout).toContain('shared/kyc/a.yaml')
    expect(readFileSync(join(cwd, 'shared/kyc/a.yaml'), 'utf8')).toContain('name: B')
    expect(lstatSync(join(cwd, 'flows')).isSymbolicLink()).toBe(true)
  })

  test('where fmt writes, and it stays a link', async () => {
    writeFiles(cwd, { 'shared/b.yaml': UNTIDY })
    link('flows/b.yaml', '../shared/b.yaml')
    expect(await flows(['fmt', 'flows/b.yaml'], { cwd })).toMatchObject({ code: 0, stdout: 'flows/b.yaml\n' })
    expect(readFileSync(join(cwd, 'shared/b.yaml'), 'utf8')).toBe('name: A\ntype: document\n')
    expect(lstatSync(join(cwd, 'flows/b.yaml')).isSymbolicLink()).toBe(true)
  })
})

test('a project below a linked folder is a project like any other', async () => {
  const above = aFolder()
  symlinkSync(cwd, join(above, 'project'))
  writeFiles(cwd, { 'flows/a.yaml': UNTIDY })
  const [config, file] = ['flows.config.yaml', 'flows/a.yaml'].map((name) => join(above, 'project', name))
  expect(await flows(['fmt', file ?? ''], { cwd })).toMatchObject({ code: 0, stdout: 'flows/a.yaml\n' })
  const elsewhere = aFolder()
  expect(await flows(['fmt', '--check', '-c', config ?? '', file ?? ''], { cwd: elsewhere })).toMatchObject({ code: 0 })
  writeFiles(cwd, { 'flows/a.yaml': 'name: A\n' })
  const { stderr } = await flows(['validate', '-c', config ?? ''], { cwd: elsewhere })
  expect(stderr).toContain(`${relative(realpathSync(elsewhere), realpathSync(cwd))}/flows/a.yaml:1:1 MISSING_FIELD`)
  expect(stderr).toContain('1 | name: A')
})
