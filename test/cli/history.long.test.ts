import { execFileSync, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { service } from '../../src/service/operations/calls/call.js'
import { localUser } from '../../src/service/operations/calls/principal.js'
import { archiveFlow, updateFlow } from '../../src/service/operations/flows/flows.js'
import { openSqliteStore } from '../../src/store/sqlite/open.js'
import {
  aDefinition,
  aFolder,
  aProject,
  CONFIG,
  ended,
  FLOWS,
  flows,
  printed,
  start,
  startOnTerminal,
  writeFiles,
} from '../helpers/cli.js'
import { served } from '../service/serving.js'

const ENV = { USER: 'ci' }
const DASHBOARD = { livemode: false, principal: localUser('dashboard') }

async function run(cwd: string, ...args: string[]) {
  return flows(args, { cwd, env: ENV })
}

async function json(cwd: string, ...args: string[]) {
  const { stdout, stderr, code } = await run(cwd, ...args, '--json')
  expect([0, 2], stderr).toContain(code)
  return JSON.parse(stdout)
}

/** Edits flows outside git, as the dashboard does. */
async function edited(cwd: string, key: string, body: object): Promise<void> {
  const store = await openSqliteStore({ file: join(cwd, '.flows', 'store.sqlite') })
  await service({ store }).write(DASHBOARD, (call) => updateFlow(call, key, body))
  await store.close()
}

function commit(cwd: string, message: string): string {
  const git = (...args: string[]) => execFileSync('git', args, { cwd, encoding: 'utf8' })
  const who = ['-c', 'user.name=A', '-c', 'user.email=a@example.com', '-c', 'commit.gpgsign=false']
  if (!existsSync(join(cwd, '.git'))) git('init', '-q', '-b', 'main')
  git('add', '-A')
  git(...who, 'commit', '-q', '-m', message)
  return git('rev-parse', 'HEAD').trim()
}

interface Prepared {
  readonly cwd: string
  readonly first: string
  readonly second: string
  readonly deployments: readonly unknown[]
  readonly ids: readonly string[]
}

/** Two commits, both applied: a flow made with a selfie check, then without. Made once; each test has a copy. */
let prepared: Prepared
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'flows-test-'))
  const cwd = join(folder, 'project')
  writeFiles(cwd, {
    'flows.config.yaml': CONFIG,
    'flows/a.yaml': aDefinition('A', 'options: { document: { require_matching_selfie: true } }\n'),
    '.gitignore': '.flows/\n',
  })
  const first = commit(cwd, 'one')
  expect((await run(cwd, 'apply', '--yes')).code).toBe(0)
  writeFiles(cwd, { 'flows/a.yaml': aDefinition('A'), 'flows/b.yaml': aDefinition('B') })
  const second = commit(cwd, 'two')
  expect((await run(cwd, 'apply', '--yes', '--allow', 'weaken')).code).toBe(0)
  const { deployments } = await json(cwd, 'history')
  prepared = { cwd, first, second, deployments, ids: deployments.map(({ id }: { id: string }) => id) }
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

function twoDeployments(): Prepared {
  const cwd = join(aFolder(), 'project')
  cpSync(prepared.cwd, cwd, { recursive: true })
  return { ...prepared, cwd }
}

describe('flows history', () => {
  test('lists deployments, newest first: when, who, which commit, what, and which guards were lifted', async () => {
    const { cwd, first, second, deployments, ids } = twoDeployments()
    expect(deployments).toMatchObject([
      { actor: 'ci', source: { commit: second, branch: 'main', dirty: false }, allowed: ['weaken'] },
      { actor: 'ci', source: { commit: first }, allowed: [], summary: { create: 1 } },
    ])
    const { stdout } = await run(cwd, 'history')
    const [heading, ...rows] = stdout.trimEnd().split('\n')
    expect(heading).toMatch(/^DEPLOYMENT +WHEN +BY +COMMIT +CHANGES +LIFTED$/)
    expect(rows[0]).toMatch(
      new RegExp(`^${ids[0]} .*UTC  ci  ${second.slice(0, 7)} main  1 created, 1 updated  weaken$`),
    )
    expect(rows).toHaveLength(2)
  })

  test('is cut at --limit, which it says, and told for one flow', async () => {
    const { cwd, ids } = twoDeployments()
    expect(await json(cwd, 'history', '--limit', '1')).toMatchObject({ deployments: [{ id: ids[0] }], has_more: true })
    expect((await run(cwd, 'history', '--limit', '1')).stderr).toContain('--limit')
    expect((await json(cwd, 'history', '--flow', 'b')).deployments).toMatchObject([{ id: ids[0] }])
    expect((await json(cwd, 'history', '--flow', 'a')).deployments).toMatchObject([{ id: ids[0] }, { id: ids[1] }])
    expect((await run(cwd, 'history', '--limit', '0')).code).toBe(64)
    expect((await run(cwd, 'history', '--flow', 'none')).code).toBe(1)
  })

  test('of a project that deployed nothing is empty', async () => {
    expect(await run(aProject({ a: aDefinition('A') }), 'history')).toMatchObject({ code: 0, stdout: '' })
  })
})

test('a deployment that only records drift is called the same wherever it is spoken of', async () => {
  const cwd = aProject({ a: aDefinition('A') })
  expect(await run(cwd, 'apply', '--yes')).toMatchObject({ code: 0 })
  await edited(cwd, 'a', { name: 'Edited' })
  expect(await run(cwd, 'pull')).toMatchObject({ code: 0 })
  const said = 'Edited outside git, and git now says the same: a. Apply records it.'
  expect((await run(cwd, 'plan')).stdout).toContain(said)
  expect((await run(cwd, 'plan', '--format', 'markdown')).stdout).toContain(said)
  expect(await json(cwd, 'plan')).toMatchObject({ accepted: [{ key: 'a' }], changes: [] })
  const { stdout, stderr } = await run(cwd, 'apply', '--yes')
  expect(stderr).toContain('Recording 1 flow as edited in ')
  expect(stdout).toContain('1 recorded as edited; 1 unchanged.')
  expect((await run(cwd, 'history')).stdout).toMatch(/ {2}1 recorded as edited {2}/)
  const [{ id, summary }] = (await json(cwd, 'history')).deployments
  expect(summary).toMatchObject({ record: 1, update: 0 })
  const shown = (await run(cwd, 'show', id)).stdout
  expect(shown).toContain('= record a  (edited outside git)')
  expect(shown).toMatch(/\n1 recorded as edited\.\n$/)
  expect((await run(cwd, 'events', id)).stdout).toContain('"type":"change_recorded"')
})

describe('flows show of a deployment', () => {
  test('tells field by field what it did, and what that did to the verification', async () => {
    const { cwd, second, ids } = twoDeployments()
    const { stdout } = await run(cwd, 'show', ids[0] ?? '')
    expect(stdout).toContain('lifted  weaken')
    expect(stdout).toContain(`commit  ${second.slice(0, 7)} on main`)
    expect(stdout).toContain('~ update a  (weakens)  version 1 → 2')
    expect(stdout).toContain('options.document.require_matching_selfie  true → false  # selfie check switched off')
    expect(stdout).toContain('+ create b  version 1')
    const { deployment } = await json(cwd, 'show', ids[0] ?? '')
    expect(deployment).toMatchObject({
      id: ids[0],
      changes: [
        {
          key: 'a',
          fields: [{ path: '/options/document/require_matching_selfie', before: true, after: false }],
          assurance: { effect: 'weakens' },
        },
        { key: 'b', before: null },
      ],
    })
  })

  test('that is not there fails', async () => {
    const { cwd } = twoDeployments()
    const { code, stdout } = await run(cwd, 'show', `vfd_${'0'.repeat(24)}`, '--json')
    expect([code, JSON.parse(stdout).code]).toEqual([1, 'resource_missing'])
  })

  test('of an id that is cut short looks for a deployment; but a flow may have such a key', async () => {
    const { cwd } = twoDeployments()
    const missing = await run(cwd, 'show', 'vfd_nope')
    expect(missing).toMatchObject({ code: 1, stdout: '' })
    expect(missing.stderr).toContain("No such flow_deployment: 'vfd_nope'")
    expect(missing.stderr).toContain('hint  flows history shows what there is')
    writeFiles(cwd, { 'flows/vfd_nope.yaml': aDefinition('Named so') })
    expect((await run(cwd, 'apply', '--yes', '--allow', 'weaken')).code).toBe(0)
    expect((await run(cwd, 'show', 'vfd_nope')).stdout).toContain('Flow vfd_nope in local (test mode)\n')
  })
})

describe('flows blame', () => {
  test('names for each field the deployment and commit, or the edit outside git, that last changed it', async () => {
    const { cwd, first, second, ids } = twoDeployments()
    await edited(cwd, 'a', { name: 'Edited' })
    const { fields, version } = await json(cwd, 'blame', 'a')
    expect(version).toBe(3)
    const field = (path: string) => fields.find((one: { path: string }) => one.path === path)
    expect(field('/name')).toMatchObject({
      value: 'Edited',
      defined: 'A',
      line: 1,
      deployment: null,
      changed: { version: 3, actor: 'dashboard' },
    })
    expect(field('/options/document/require_matching_selfie')).toMatchObject({
      value: false,
      line: null,
      deployment: { id: ids[0], source: { commit: second } },
    })
    expect(field('/type')).toMatchObject({
      value: 'document',
      line: 2,
      changed: { version: 1 },
      deployment: { id: ids[1], source: { commit: first } },
    })
    const { stdout } = await run(cwd, 'blame', 'a')
    expect(stdout).toMatch(
      /edited outside git by dashboard, .*\(version 3\)\n {4}name +"Edited" {2}# line 1, git says "A"/,
    )
    expect(stdout).toMatch(
      new RegExp(`${ids[1]} by ci, .*${first.slice(0, 7)} on main  \\(version 1\\)\n[^]*    type `),
    )
  })

  test('fits a terminal of 40 columns', async () => {
    const { cwd } = twoDeployments()
    const { stdout } = await ended(startOnTerminal(['--no-color', 'blame', 'a'], { cwd, columns: 40 }))
    expect(stdout).toContain('options.document.\r\n      require_matching_selfie')
    expect(stdout.split('\r\n').filter((line) => line.length > 40)).toEqual([])
  })

  test('of a flow that is not there points to the flows, and to nothing else', async () => {
    const { cwd } = twoDeployments()
    const { stderr } = await run(cwd, 'blame', 'nope')
    expect(stderr).toBe("error No such verification_flow: 'nope'\nhint  flows list shows what there is\n")
  })
})

describe('flows drift', () => {
  test('exits 2 and tells who edited what and when, and 0 once git says the same', async () => {
    const { cwd } = twoDeployments()
    expect(await run(cwd, 'drift')).toMatchObject({ code: 0, stdout: expect.stringContaining('No drift') })
    await edited(cwd, 'a', { name: 'Edited', static_link: { active: true } })
    const drift = await run(cwd, 'drift')
    expect(drift.code).toBe(2)
    expect(drift.stdout).toMatch(/^a {2}edited outside git {2}\(exposed static link\) {2}flows\/a\.yaml:1$/m)
    expect(drift.stdout).toMatch(/^ {4}name +"A" → "Edited" {2}# line 1, dashboard, .* UTC$/m)
    expect(await json(cwd, 'drift', 'a')).toMatchObject({
      format: 'flows.drift',
      exit_code: 2,
      flows: [
        {
          key: 'a',
          fields: [
            { path: '/name', applied: 'A', observed: 'Edited', defined: 'A', line: 1, by: 'dashboard', version: 3 },
            { path: '/static_link/active', applied: false, observed: true, by: 'dashboard' },
          ],
        },
      ],
    })
    expect((await run(cwd, 'drift', 'b')).code).toBe(0)
    expect((await run(cwd, 'drift', 'none')).code).toBe(64)
    expect((await run(cwd, 'drift', '--format', 'markdown')).stdout).toContain('| <code>name</code> |')
    writeFiles(cwd, { 'flows/a.yaml': aDefinition('Edited', 'static_link: { active: true }\n') })
    expect((await run(cwd, 'drift')).code).toBe(0)
  })

  test('tells of a flow archived outside git, over HTTP too', async () => {
    const { url, key, service: api } = await served()
    const config = `project: acme-kyc\nenvironments:\n  remote: { api: "${url}", api_key_env: FLOWS_KEY }\n`
    const cwd = aProject({ a: aDefinition('A') }, config)
    const env = { FLOWS_KEY: key }
    expect((await flows(['apply', '--yes'], { cwd, env })).code).toBe(0)
    await api.write(DASHBOARD, (call) => archiveFlow(call, 'a', {}))
    const { code, stdout } = await flows(['drift', '--json'], { cwd, env })
    expect(code).toBe(2)
    const [flow] = JSON.parse(stdout).flows
    expect(flow.fields).toMatchObject([{ path: '/status', applied: 'active', observed: 'archived', by: 'dashboard' }])
    const shown = await flows(['history'], { cwd, env })
    expect(shown.stdout).toContain('1 created')
  })
})

function lines(stdout: string) {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

const types = (stdout: string) => lines(stdout).map(({ type }) => type)

describe('flows apply --format jsonl', () => {
  test('tells a line for each thing that happens, and ends with the exit code', async () => {
    const cwd = aProject({ a: aDefinition('A'), b: aDefinition('B') })
    const applied = await run(cwd, 'apply', '--yes', '--format', 'jsonl')
    expect(types(applied.stdout)).toEqual([
      ...[
        'version',
        'plan',
        'change',
        'change',
        'apply_started',
        'change_applied',
        'change_applied',
        'deployment',
        'end',
      ],
    ])
    const [version, plan, change] = lines(applied.stdout)
    expect(version).toMatchObject({ format: 'flows.events', format_version: '1.0' })
    expect(plan).toMatchObject({ environment: 'local', summary: { create: 2 } })
    expect(change).toMatchObject({ action: 'create', key: 'a', source: { file: 'flows/a.yaml', line: 1 } })
    expect(lines(applied.stdout).at(-1)).toEqual({ type: 'end', exit_code: 0 })
    const again = await run(cwd, 'apply', '--yes', '--format', 'jsonl')
    expect(types(again.stdout)).toEqual(['version', 'plan', 'end'])
  })

  test.each([
    ['nobody who could confirm', {}, [], 64, ['error']],
    ['a guard that blocks', { rm: true }, ['--yes'], 5, ['error']],
    ['a fault in a definition', { text: 'nme: A\n' }, ['--yes'], 3, ['version', 'diagnostic', 'diagnostic', 'error']],
  ] as const)(
    'tells of %s as lines too',
    async (_what, { rm, text }: { rm?: boolean; text?: string }, args, code, end) => {
      const cwd = aProject(
        { a: aDefinition('A'), b: aDefinition('B') },
        'project: acme-kyc\nenvironments:\n  local: { guards: { archive: block } }\n',
      )
      if (rm) {
        expect((await run(cwd, 'apply', '--yes')).code).toBe(0)
        rmSync(join(cwd, 'flows/b.yaml'))
      }
      if (text) writeFileSync(join(cwd, 'flows/b.yaml'), text)
      const refused = await run(cwd, 'apply', ...args, '--format', 'jsonl')
      expect(refused.code).toBe(code)
      expect(lines(refused.stdout).at(-1)).toEqual({ type: 'end', exit_code: code })
      expect(types(refused.stdout).slice(-1 - end.length, -1)).toEqual(end)
    },
  )
})

describe('flows events', () => {
  test('prints what a deployment did', async () => {
    const { cwd, ids } = twoDeployments()
    const { code, stdout } = await run(cwd, 'events', ids[0] ?? '')
    expect(code).toBe(0)
    expect(types(stdout)).toEqual(['version', 'change_applied', 'change_applied', 'deployment', 'end'])
    expect(lines(stdout)[3]).toMatchObject({ id: ids[0], changes: 2, allowed: ['weaken'] })
    const missing = await run(cwd, 'events', 'vfd_none')
    expect([missing.code, ...types(missing.stdout)]).toEqual([1, 'version', 'error', 'end'])
    expect((await run(cwd, 'events')).code).toBe(64)
  })

  test('follows deployments as they come, from a store that is not there yet on, until Ctrl-C', async () => {
    const cwd = aProject({ a: aDefinition('A') })
    const child = start(['events', '--follow', '--interval', '0.1'], { cwd, env: ENV })
    onTestFinished(() => void child.kill('SIGKILL'))
    const result = ended(child)
    await printed(child, 'Waiting')
    const first = printed(child, '"deployment"')
    expect((await run(cwd, 'apply', '--yes')).code).toBe(0)
    await first
    const second = printed(child, '"key":"b"')
    writeFiles(cwd, { 'flows/b.yaml': aDefinition('B') })
    expect((await run(cwd, 'apply', '--yes')).code).toBe(0)
    await second
    child.kill('SIGINT')
    const { code, stdout } = await result
    expect(code).toBe(130)
    expect(types(stdout).filter((type) => type !== 'waiting')).toEqual([
      'version',
      ...['change_applied', 'deployment'],
      ...['change_applied', 'deployment'],
      'end',
    ])
  })

  // Both at once: it learns that nobody reads when it breaks a silence of ten seconds.
  test('ends when nobody reads what it follows any more, as with head, though nothing happens', async () => {
    const cwd = aProject({ a: aDefinition('A') })
    const line = `'${process.execPath}' '${FLOWS}' events --follow --interval 0.1 | head -1; echo "\${PIPESTATUS[0]}"`
    const withHead = ended(spawn('bash', ['-c', line], { cwd }))
    const child = start(['events', '--follow', '--interval', '0.1'], { cwd, env: ENV })
    onTestFinished(() => void child.kill('SIGKILL'))
    const end = new Promise<number | null>((done) => child.once('exit', done))
    await printed(child, '"version"')
    child.stdout?.destroy()
    expect(await end).toBe(0)
    expect((await withHead).stdout).toMatch(/^\{"type":"version".*\}\n0\n$/)
  })

  test('tells once of what was deployed while the service could not be reached, in its order', async () => {
    const { url, key } = await served()
    const gate = { isOpen: true, answered: [] as string[] }
    const gated = await aGateway(url, gate)
    const config = `project: acme-kyc
environments:
  direct: { api: "${url}", api_key_env: FLOWS_KEY }
  gated: { api: "${gated}", api_key_env: FLOWS_KEY }
`
    const cwd = aProject({ a: aDefinition('A') }, config)
    const env = { ...ENV, FLOWS_KEY: key }
    const child = start(['events', '--follow', '--interval', '0.1', '--env', 'gated'], { cwd, env })
    onTestFinished(() => void child.kill('SIGKILL'))
    const result = ended(child)
    const apply = async () =>
      expect(await flows(['apply', '--yes', '--env', 'direct'], { cwd, env })).toMatchObject({ code: 0 })
    const first = printed(child, '"key":"a"')
    await printed(child, 'Waiting')
    // Its first look learns what is there.
    await expect.poll(() => gate.answered, { timeout: 200_000 }).toContain('/v2/identity/flow_deployments')
    await apply()
    await first
    const failed = printed(child, '"unreachable"')
    gate.isOpen = false
    for (const name of ['b', 'c']) {
      writeFiles(cwd, { [`flows/${name}.yaml`]: aDefinition(name) })
      await apply()
    }
    await failed
    const last = printed(child, '"key":"c"')
    gate.isOpen = true
    await last
    child.kill('SIGINT')
    const { code, stdout } = await result
    expect(code).toBe(130)
    const told = lines(stdout).filter(({ type }) => type === 'change_applied')
    expect(told.map((line) => line.key)).toEqual(['a', 'b', 'c'])
  })
})

/** Passes requests on to a service, or breaks the connection while it is closed. */
async function aGateway(url: string, gate: { readonly isOpen: boolean; answered: string[] }): Promise<string> {
  const server = createServer(async (request, response) => {
    if (!gate.isOpen) return void request.socket.destroy()
    const { host: _, connection: _1, ...headers } = request.headers
    const answer = await fetch(url + request.url, { headers: headers as Record<string, string> })
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text())
    gate.answered.push(new URL(request.url ?? '/', url).pathname)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
