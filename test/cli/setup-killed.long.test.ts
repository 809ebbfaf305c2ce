import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { aFolder, flows, writeFiles } from '../helpers/cli.js'
import { endedAtCall, momentsOf } from '../helpers/ended-at-call.js'

const INIT = ['init', '--project', 'acme', '--api', 'https://flows.example.com']
const CONFIG = 'flows.config.yaml'
const WORKFLOW = '.github/workflows/flows.yaml'

/** A repository without git's own files, as far as this program looks at them. */
function aRepository(files: Readonly<Record<string, string>> = {}): string {
  const root = aFolder(files)
  mkdirSync(join(root, '.git'))
  writeFileSync(join(root, '.git/HEAD'), 'ref: refs/heads/main\n')
  return root
}

/** Texts by path, without git's. */
function filesOf(root: string): Record<string, string> {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return Object.fromEntries(
    files
      .map((file) => [file.slice(root.length + 1), readFileSync(file, 'utf8')] as const)
      .filter(([name]) => !name.startsWith('.git/'))
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  )
}

test('init killed before any of its steps leaves each file whole, and the next one makes what is missing', async () => {
  const whole = aRepository()
  const { calls, moments } = await momentsOf(INIT, { cwd: whole, filesBelow: whole })
  const after = filesOf(whole)
  expect(Object.keys(after)).toHaveLength(13)
  expect(moments.length, 'calls that change files').toBeGreaterThan(30)
  for (const { call, cwd } of moments) {
    const found = Object.entries(filesOf(cwd)).filter(([name]) => !name.endsWith('.tmp'))
    for (const [name, text] of found) expect(text, `${name}, call ${call} of ${calls}`).toBe(after[name])
    // What makes it a project comes last.
    if (found.some(([name]) => name === CONFIG)) expect(found).toHaveLength(Object.keys(after).length)
  }
  for (const at of [0.1, 0.5, 0.9]) {
    const killed = aRepository()
    await endedAtCall(Math.ceil(calls * at), INIT, { cwd: killed, filesBelow: killed })
    expect(await flows(INIT, { cwd: killed })).toMatchObject({ code: 0 })
    // Nor are there files left under names that are only used while they are written.
    expect(filesOf(killed)).toEqual(after)
  }
})

test('init that goes on writes over empty files, and over none that somebody edited', async () => {
  const edited = { 'flows/sign-up.yaml': 'name: Mine\ntype: document\n' }
  const empty = [CONFIG, 'package.json', '.gitignore', 'schemas/flow.schema.json', WORKFLOW]
  const cwd = aRepository({ ...edited, ...Object.fromEntries(empty.map((file) => [file, ''])) })
  const { code, stderr } = await flows(INIT, { cwd })
  expect(code).toBe(0)
  expect(stderr).toContain('kept  flows/sign-up.yaml\n')
  const files = filesOf(cwd)
  expect(files).toMatchObject(edited)
  for (const file of empty) expect(files[file], file).not.toBe('')
  const again = await flows(INIT, { cwd })
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('flows ci add') })
  expect(filesOf(cwd)).toEqual(files)
})

test.each([
  ['ci add', ['ci', 'add', 'github'], 0],
  ['upgrade', ['upgrade', '--yes'], 0],
  ['upgrade --check', ['upgrade', '--check'], 2],
])("%s: an empty file of jobs is nobody's edit", async (_, args, code) => {
  const cwd = aRepository()
  await flows(INIT, { cwd })
  const jobs = filesOf(cwd)[WORKFLOW]
  writeFiles(cwd, { [WORKFLOW]: '' })
  const run = await flows(args, { cwd })
  expect(run).toMatchObject({ code })
  expect(run.stdout + run.stderr).toContain(`${code === 0 ? 'made' : 'to make'}  ${WORKFLOW}`)
  expect(filesOf(cwd)[WORKFLOW]).toBe(code === 0 ? jobs : '')
})
