import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { archiveFlow, updateFlow } from '../../src/service/operations/flows/flows.js'
import { aDefinition, aFolder, aProject, flows, flowsProcess, writeFiles } from '../helpers/cli.js'
import { endedAtCall, momentsOf } from '../helpers/ended-at-call.js'
import { outsideGit } from '../helpers/outside-git.js'

/** Runs in the program: does something instead of, or before, the nth call that changes a file of flows/. */
const hook = (action: string) => `
const fs = require('node:fs')
let count = 0
for (const name of ['writeFileSync', 'renameSync', 'linkSync', 'rmSync']) {
  const real = fs[name]
  fs[name] = (...args) => {
    if (/[/]flows[/]/.test(String(args[0])) && ++count === Number(process.env.AT_CALL)) { ${action} }
    return real(...args)
  }
}
require('node:module').syncBuiltinESMExports()
`

const THREE = { local: {}, test: {}, live: {} }
const CONFIG = `project: acme-kyc
environments:
${Object.keys(THREE)
  .map(
    (name) =>
      `  ${name}: ${name === 'local' ? '{}' : `{ mode: ${name}, api: "https://flows.example.com", api_key_env: FLOWS_KEY }`}`,
  )
  .join('\n')}
`

/** Edits, a rename, a removal and a new file are to be written. */
async function drifted(): Promise<string> {
  const definitions = Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((key) => [key, aDefinition(key)]))
  const cwd = aProject(definitions, CONFIG)
  expect(await flows(['apply', '--yes', '--env', 'local'], { cwd })).toMatchObject({ code: 0 })
  await outsideGit(cwd, async (call) => {
    await updateFlow(call, 'a', { name: 'Edited' })
    await updateFlow(call, 'b', { key: 'renamed', description: 'Renamed' })
    await archiveFlow(call, 'c')
    await updateFlow(call, 'e', { return_url: 'https://example.com/' })
  })
  rmSync(join(cwd, 'flows/d.yaml'))
  return cwd
}

const PULL = ['pull', '--all', '--env', 'local']

function filesOf(cwd: string): Record<string, string> {
  const names = readdirSync(join(cwd, 'flows')).sort()
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(cwd, 'flows', name), 'utf8')]))
}

function copyOf(cwd: string): string {
  const copy = aFolder()
  cpSync(cwd, copy, { recursive: true })
  return copy
}

test('pull killed before any of its steps leaves each file whole, and the next one ends what it began', async () => {
  const start = await drifted()
  const before = filesOf(start)
  const undisturbed = copyOf(start)
  const { calls, moments } = await momentsOf(PULL, { cwd: undisturbed, filesBelow: '/flows/' })
  const after = filesOf(undisturbed)
  expect(Object.keys(after)).toEqual(['a.yaml', 'd.yaml', 'e.yaml', 'renamed.yaml'])
  expect(moments.length, 'calls that change files').toBeGreaterThan(7)
  const isEnded = async (cwd: string, call: string) => {
    for (const [name, text] of Object.entries(filesOf(cwd))) {
      if (!name.endsWith('.tmp')) expect([before[name], after[name]], `${name}, ${call}`).toContain(text)
    }
    expect(await flows(PULL, { cwd }), call).toMatchObject({ code: 0 })
    expect(filesOf(cwd), call).toEqual(after)
  }
  for (const { call, cwd } of moments) await isEnded(cwd, `call ${call} of ${calls}`)
  // And by a process that is really killed.
  const killed = copyOf(start)
  await endedAtCall(Math.ceil(calls / 2), PULL, { cwd: killed, filesBelow: '/flows/' })
  await isEnded(killed, 'killed')
})

describe('an editor that saves while pull runs loses nothing', () => {
  test.each([
    ['before the first file is written', 1],
    ['between two files', 3],
  ])('%s', async (_, call) => {
    const cwd = await drifted()
    const theirs = `${aDefinition('Mine')}# saved meanwhile\n`
    const save = `require('node:child_process').execFileSync('sh', ['-c', 'printf %s "$THEIRS" > flows/e.yaml'])`
    const tools = aFolder({ 'hook.cjs': hook(save) })
    const env = { NODE_OPTIONS: `--require ${join(tools, 'hook.cjs')}`, AT_CALL: String(call), THEIRS: theirs }
    const { code, stdout } = await flowsProcess([...PULL, '--json'], { cwd, env })
    expect([code, JSON.parse(stdout)]).toMatchObject([1, { code: 'file_changed' }])
    expect(readFileSync(join(cwd, 'flows/e.yaml'), 'utf8')).toBe(theirs)
    expect(await flows(PULL, { cwd })).toMatchObject({ code: 0 })
    expect(readFileSync(join(cwd, 'flows/e.yaml'), 'utf8')).toContain('# saved meanwhile')
  })
})

test('pull leaves alone what a merge has left in conflict, and names it', async () => {
  const cwd = await drifted()
  const conflict = `name: e
<<<<<<< HEAD
type: document
=======
type: id_number
>>>>>>> branch
`
  writeFiles(cwd, { 'flows/e.yaml': conflict })
  const before = filesOf(cwd)
  const { code, stderr } = await flows(PULL, { cwd })
  expect(code).toBe(3)
  expect(stderr).toContain('flows/e.yaml:2')
  expect(filesOf(cwd)).toEqual(before)
  expect(existsSync(join(cwd, 'flows/renamed.yaml'))).toBe(false)
})

describe('what a killed run left half done', () => {
  /** Both names of a file that a killed run was about to rename. */
  async function halfRenamed(): Promise<string> {
    const cwd = await drifted()
    // The file's new name is there, its old one not removed yet.
    const program = hook(
      'if (String(args[0]).endsWith("/b.yaml") && name === "rmSync") process.kill(process.pid, "SIGKILL"); count = 0',
    )
    const tools = aFolder({ 'hook.cjs': program })
    const env = { NODE_OPTIONS: `--require ${join(tools, 'hook.cjs')}`, AT_CALL: '1' }
    expect((await flowsProcess(PULL, { cwd, env })).signal).toBe('SIGKILL')
    expect(Object.keys(filesOf(cwd))).toEqual(expect.arrayContaining(['b.yaml', 'renamed.yaml']))
    return cwd
  }

  test('is only told with --check, which writes nothing; without it is removed, and told', async () => {
    const cwd = await halfRenamed()
    const before = filesOf(cwd)
    const checked = await flows([...PULL, '--check'], { cwd })
    expect(checked).toMatchObject({ code: 2, stdout: '' })
    expect(checked.stderr).toContain('a run that was killed left flows/b.yaml beside flows/renamed.yaml, its new name')
    expect(filesOf(cwd)).toEqual(before)
    const { code, stderr } = await flows(PULL, { cwd })
    expect(code).toBe(0)
    expect(stderr).toContain('Removed flows/b.yaml: a run that was killed had renamed it to flows/renamed.yaml.')
    expect(existsSync(join(cwd, 'flows/b.yaml'))).toBe(false)
  })

  test('is forgotten once a rename is finished: a file that comes back later stays', async () => {
    const cwd = await drifted()
    const b = readFileSync(join(cwd, 'flows/b.yaml'), 'utf8')
    expect(await flows(PULL, { cwd })).toMatchObject({ code: 0 })
    writeFiles(cwd, { 'flows/b.yaml': b })
    expect((await flows([...PULL, '--check'], { cwd })).code).toBe(3)
    expect((await flows(PULL, { cwd })).code).toBe(3)
    expect(readFileSync(join(cwd, 'flows/b.yaml'), 'utf8')).toBe(b)
  })

  test('is told from files and folders that somebody gave such a name', async () => {
    const cwd = await drifted()
    writeFiles(cwd, {
      'flows/x.yaml.99999999.tmp': 'mine',
      'flows/y.yaml.99999999.0123456789abcdef.tmp': 'mine',
      'flows/z.yaml.99999998.tmp/notes.txt': 'mine',
    })
    const mine = () => readdirSync(join(cwd, 'flows')).filter((name) => name.endsWith('.tmp'))
    const before = mine()
    expect(await flows(PULL, { cwd })).toMatchObject({ code: 0 })
    expect(mine()).toEqual(before)
    expect(before).toHaveLength(3)
  })

  test('of temporary files is removed, but not with --check', async () => {
    const cwd = await drifted()
    const tools = aFolder({ 'hook.cjs': hook('process.kill(process.pid, "SIGKILL")') })
    const env = { NODE_OPTIONS: `--require ${join(tools, 'hook.cjs')}`, AT_CALL: '3' }
    expect((await flowsProcess(PULL, { cwd, env })).signal).toBe('SIGKILL')
    const left = () => readdirSync(join(cwd, 'flows')).filter((name) => name.endsWith('.tmp'))
    expect(left()).toHaveLength(1)
    await flows([...PULL, '--check'], { cwd })
    expect(left()).toHaveLength(1)
    await flows(PULL, { cwd })
    expect(left()).toEqual([])
  })
})
