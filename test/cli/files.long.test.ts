import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { updateFlow } from '../../src/service/operations/flows/flows.js'
import {
  aDefinition,
  aFolder,
  aProject,
  CONFIG,
  ended,
  flows,
  flowsProcess,
  start,
  startOnTerminal,
  writeFiles,
} from '../helpers/cli.js'
import { outsideGit } from '../helpers/outside-git.js'

/** A file system that has no hard links, as far as the program can see. */
const WITHOUT_LINKS = `import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
fs.linkSync = () => { throw Object.assign(new Error('EPERM: operation not permitted, link'), { code: 'EPERM', syscall: 'link' }) }
syncBuiltinESMExports()
`

test('without hard links new definitions are made all the same, never over a file, and so are cache and backup', async () => {
  const elsewhere = aFolder({ 'without-links.mjs': WITHOUT_LINKS })
  const env = {
    NODE_OPTIONS: `--import=${join(elsewhere, 'without-links.mjs')}`,
    XDG_CACHE_HOME: join(elsewhere, 'cache'),
  }
  const cwd = aProject({ a: aDefinition('A'), b: aDefinition('B') })
  expect(await flowsProcess(['apply', '--yes'], { cwd, env })).toMatchObject({ code: 0 })
  expect(existsSync(join(elsewhere, 'cache/verification-flows/key'))).toBe(true)
  unlinkSync(join(cwd, 'flows/b.yaml'))
  expect(await flowsProcess(['pull', 'b'], { cwd, env })).toMatchObject({ code: 0, stderr: '' })
  expect(readFileSync(join(cwd, 'flows/b.yaml'), 'utf8')).toContain('name: B')
  expect(await flowsProcess(['synth', '--out', 'infra'], { cwd, env })).toMatchObject({ code: 0, stderr: '' })
  expect(await flowsProcess(['backup', 'backup.sqlite'], { cwd, env })).toMatchObject({ code: 0 })
  expect(statSync(join(cwd, 'backup.sqlite')).mode & 0o777).toBe(0o600)
  expect((await flowsProcess(['backup', 'backup.sqlite'], { cwd, env })).stderr).toContain('exists already')
  expect(readdirSync(join(cwd, 'flows')).sort()).toEqual(['a.yaml', 'b.yaml'])
})

test('fmt and pull keep the mode of a file, whatever the process masks, and say what pull does to the verification', async () => {
  const cwd = aProject({ a: aDefinition('A', 'options: { phone: { require_verification: true } }\n') })
  const file = join(cwd, 'flows/a.yaml')
  writeFiles(cwd, { 'flows/a.yaml': 'type: document\nname: A\noptions: { phone: { require_verification: true } }\n' })
  chmodSync(file, 0o666)
  expect(await flows(['fmt'], { cwd })).toMatchObject({ code: 0 })
  expect(statSync(file).mode & 0o777).toBe(0o666)
  expect(await flows(['apply', '--yes'], { cwd })).toMatchObject({ code: 0 })
  await outsideGit(cwd, (call) =>
    updateFlow(call, 'a', { options: { phone: { require_verification: false } }, static_link: { active: true } }),
  )
  const json = JSON.parse((await flows(['pull', '--check', '--json'], { cwd })).stdout)
  expect(json.edits).toMatchObject([{ assurance: { effect: 'weakens', exposes_link: true } }])
  const { stdout } = await flows(['pull'], { cwd })
  expect(stdout).toContain('~ edit flows/a.yaml  (weakens: phone check switched off, exposes static link)')
  expect(statSync(file).mode & 0o777).toBe(0o666)
})

test('promote says whose verification changes, and what changes it', async () => {
  const config = `${CONFIG}  live: { mode: live, api: "http://127.0.0.1:1", api_key_env: K }\n`
  const strong = aDefinition('A', 'environments: { local: { options: { email: { require_verification: true } } } }\n')
  const { stdout } = await flows(['promote', 'local', 'live', '--check'], { cwd: aProject({ a: strong }, config) })
  expect(stdout).toContain('~ edit flows/a.yaml  (strengthens live: email check switched on)')
  const mixed = aDefinition(
    'A',
    'environments: { local: { options: { email: { require_verification: true }, document: { allowed_types: [passport] } } }, live: { options: { phone: { require_verification: true } }, static_link: { active: false } } }\nstatic_link: { active: true }\n',
  )
  const both = await flows(['promote', 'local', 'live', '--check'], { cwd: aProject({ a: mixed }, config) })
  expect(both.stdout).toMatch(
    /\(strengthens and weakens live: [^)]*email check switched on[^)]*phone check switched off[^)]*, exposes static link in live\)/,
  )
})

describe('the configuration', () => {
  test('is found as flows.config.yml, too, nearest first; two in one folder are an error', async () => {
    const cwd = aFolder({
      'flows.config.yaml': 'project: [',
      'kyc/flows.config.yml': CONFIG,
      'kyc/flows/a.yaml': aDefinition('A'),
    })
    expect(await flows(['validate'], { cwd: join(cwd, 'kyc/flows') })).toMatchObject({ code: 0, stderr: '' })
    expect((await flows(['init'], { cwd: join(cwd, 'kyc') })).stderr).toContain('flows.config.yml exists already')
    writeFiles(cwd, { 'kyc/flows.config.yaml': CONFIG })
    const both = await flows(['validate'], { cwd: join(cwd, 'kyc') })
    expect(both).toMatchObject({ code: 64, stderr: expect.stringContaining('flows.config.yaml and flows.config.yml') })
    symlinkSync('nowhere', join(cwd, 'kyc/flows/flows.config.yaml'))
    // A link to nothing is the nearest one: going on above it would be about another project.
    expect(await flows(['validate'], { cwd: join(cwd, 'kyc/flows') })).toMatchObject({ code: 3 })
  })
})

test('restore looks for the file before it asks whether to replace anything, and before it makes a store', async () => {
  const cwd = aProject({ a: aDefinition('A') })
  expect(await flows(['restore', 'nofile'], { cwd })).toMatchObject({
    code: 64,
    stderr: expect.stringContaining('there is no file nofile'),
  })
  expect(existsSync(join(cwd, '.flows'))).toBe(false)
  await flows(['apply', '--yes'], { cwd })
  writeFiles(cwd, { 'no-backup.sqlite': 'not a store' })
  const terminal = await ended(startOnTerminal(['restore', 'no-backup.sqlite'], { cwd }))
  expect(terminal.stdout).not.toContain('Go on?')
  expect((await flows(['restore', 'flows'], { cwd })).stderr).toContain('flows is a folder')
})

test('in a folder that was removed every command says so in a sentence, and help is still there', async () => {
  const cwd = join(aFolder(), 'gone')
  mkdirSync(cwd)
  for (const args of [['plan'], ['plan', '--json'], ['fmt'], ['init'], ['doctor'], ['serve'], ['keys', 'list']]) {
    if (!existsSync(cwd)) mkdirSync(cwd)
    const run = start(args, { cwd })
    rmdirSync(cwd)
    const { code, stdout, stderr } = await ended(run)
    expect(stdout + stderr).toContain('the folder that this runs in is not there any more')
    expect(stdout + stderr).not.toMatch(/\n\s+at |uv_cwd|fault in flows/)
    expect(code).toBe(1)
  }
  mkdirSync(cwd)
  const help = start(['--help'], { cwd })
  rmdirSync(cwd)
  expect(await ended(help)).toMatchObject({ code: 0, stderr: '' })
})
