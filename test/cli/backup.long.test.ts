import { type ChildProcess, execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { loadDriver } from '../../src/store/sqlite/database.js'
import { openSqliteStore } from '../../src/store/sqlite/open.js'
import { aDefinition, aFolder, aProject, ended, flows, flowsProcess, printed, start } from '../helpers/cli.js'
import { endedAtCall, momentsOf } from '../helpers/ended-at-call.js'
import { aDatabase, query } from '../store/databases.js'

const SESSIONS = '/v1/identity/verification_sessions'

/** A project with two flows in its embedded store, and a key to it. */
async function aUsedProject(): Promise<{ cwd: string; key: string }> {
  const cwd = aProject({ a: aDefinition('A'), b: aDefinition('B') })
  await flows(['apply', '--yes'], { cwd })
  const { stdout } = await flows(['keys', 'create', '--name', 'app'], { cwd })
  return { cwd, key: stdout.trim() }
}

interface Serving {
  readonly child: ChildProcess
  readonly url: string
  get(path: string): Promise<{ status: number; body: { id: string; data: { id: string }[]; has_more: boolean } }>
  post(path: string, body: string): Promise<{ status: number; body: { id: string } }>
}

async function served(cwd: string, key: string, env: Record<string, string> = {}): Promise<Serving> {
  const child = start(['serve', '--port', '0', '--rate-limit', '0'], { cwd, env })
  onTestFinished(() => void child.kill('SIGKILL'))
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(await printed(child, 'Stop with Ctrl-C'))?.[0] ?? ''
  const call = async (path: string, init: RequestInit) => {
    const response = await fetch(url + path, { headers: { authorization: `Bearer ${key}` }, ...init })
    return { status: response.status, body: (await response.json()) as never }
  }
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/x-www-form-urlencoded' }
  return {
    child,
    url,
    get: (path) => call(path, {}),
    post: (path, body) => call(path, { method: 'POST', body, headers }),
  }
}

describe('the move from the embedded store to PostgreSQL', () => {
  test('takes everything along: flows, their history, sessions, keys', async () => {
    const { cwd, key } = await aUsedProject()
    const before = await served(cwd, key)
    const session = await before.post(SESSIONS, 'verification_flow=a&metadata[order]=7')
    expect(session.status).toBe(200)
    before.child.kill('SIGTERM')
    await ended(before.child)

    const env = { DATABASE_URL: await aDatabase() }
    expect(await flows(['backup', 'moving.sqlite'], { cwd })).toMatchObject({ code: 0 })
    const restored = await flows(['restore', 'moving.sqlite'], { cwd, env })
    expect(restored.code, restored.stderr).toBe(0)
    expect(restored.stdout).toContain('Restored PostgreSQL store')

    const after = await served(cwd, key, env)
    expect((await after.get(`${SESSIONS}/${session.body.id}`)).body).toMatchObject({
      id: session.body.id,
      metadata: { order: '7' },
      verification_flow_version: 1,
    })
    expect((await after.get('/v2/identity/flow_deployments')).body.data).toHaveLength(1)
    // Nothing is left to do: the flows are the very same.
    writeFileSync(
      join(cwd, 'flows.config.yaml'),
      `project: acme-kyc\nenvironments:\n  moved: { api: "${after.url}", api_key_env: FLOWS_KEY }\n`,
    )
    const plan = await flows(['plan', '--detailed-exitcode'], { cwd, env: { FLOWS_KEY: key } })
    expect(plan.code, plan.stdout + plan.stderr).toBe(0)
    expect((await after.post(SESSIONS, 'verification_flow=b')).status).toBe(200)
  })

  test('and back again', async () => {
    const { cwd } = await aUsedProject()
    const env = { DATABASE_URL: await aDatabase() }
    await flows(['backup', 'one.sqlite'], { cwd })
    await flows(['restore', 'one.sqlite'], { cwd, env })
    expect(await flows(['backup', 'two.sqlite'], { cwd, env })).toMatchObject({ code: 0 })
    expect(await flows(['restore', 'two.sqlite', '--yes'], { cwd })).toMatchObject({ code: 0 })
    expect(await flows(['plan', '--detailed-exitcode'], { cwd })).toMatchObject({ code: 0 })
  })
})

describe('a backup', () => {
  test('is made while the store is written to, and holds one moment of it', async () => {
    const { cwd, key } = await aUsedProject()
    const server = await served(cwd, key)
    let going = true
    const made: string[] = []
    const writing = (async () => {
      while (going) {
        const { status, body } = await server.post(SESSIONS, 'verification_flow=a')
        expect(status).toBe(200)
        made.push(body.id)
      }
    })()
    await flowsProcess(['backup', 'backup.sqlite'], { cwd })
    going = false
    await writing
    await flows(['restore', 'backup.sqlite', '--yes'], { cwd })
    const kept: string[] = []
    for (let more = true; more; ) {
      const after = kept.length === 0 ? '' : `&starting_after=${kept.at(-1)}`
      const { data, has_more } = (await server.get(`${SESSIONS}?limit=100${after}`)).body
      kept.push(...data.map(({ id }: { id: string }) => id))
      more = has_more
    }
    expect(kept.length).toBeLessThan(made.length)
    expect(kept.toReversed()).toEqual(made.slice(0, kept.length))
  })

  test('is readable by its owner only, replaces no file, and leaves nothing else behind', async () => {
    const { cwd } = await aUsedProject()
    await flows(['backup', 'backup.sqlite'], { cwd })
    expect(statSync(join(cwd, 'backup.sqlite')).mode & 0o777).toBe(0o600)
    expect(readdirSync(cwd).filter((name) => name.includes('backup'))).toEqual(['backup.sqlite'])
    const bytes = readFileSync(join(cwd, 'backup.sqlite'))
    const again = await flows(['backup', 'backup.sqlite'], { cwd })
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('exists already')])
    expect(readFileSync(join(cwd, 'backup.sqlite')).equals(bytes)).toBe(true)
  })

  test('of nothing is refused', async () => {
    const cwd = aProject({ a: aDefinition('A') })
    const { code, stderr } = await flows(['backup', 'backup.sqlite'], { cwd })
    expect([code, stderr]).toEqual([1, expect.stringContaining('holds nothing to back up')])
    expect(existsSync(join(cwd, 'backup.sqlite'))).toBe(false)
  })

  test('cannot be written where there is no room for it', async () => {
    const { cwd } = await aUsedProject()
    const { code, stderr } = await flows(['backup', 'no/such/folder/backup.sqlite'], { cwd })
    expect([code, stderr]).toEqual([1, expect.stringContaining('cannot be written')])
  })
})

/** The files below a folder that other users can open: by their own mode, and as no folder on the way keeps them out. */
function readableByOthers(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    const isOpen = (statSync(path).mode & 0o077) !== 0
    if (!isOpen || entry.name === '.gitignore') return []
    return entry.isDirectory() ? readableByOthers(path) : [path]
  })
}

describe('a restore', () => {
  test('that is killed leaves its copy beside the store, for its owner only, and the next one clears it away', async () => {
    const { cwd } = await aUsedProject()
    await flows(['backup', 'backup.sqlite'], { cwd })
    const folder = join(cwd, '.flows')
    const copies = () => readdirSync(folder).filter((name) => name.startsWith('.flows-copy-'))
    const Driver = await loadDriver()
    const other = new Driver(join(folder, 'store.sqlite'))
    onTestFinished(() => other.close())
    // Whoever writes holds up the restore, with its copy made.
    other.exec('begin immediate')
    const temporary = aFolder()
    const child = start(['restore', '--yes', 'backup.sqlite'], { cwd, env: { TMPDIR: temporary } })
    onTestFinished(() => void child.kill('SIGKILL'))
    await expect
      .poll(() => copies().some((name) => existsSync(join(folder, name, 'store.sqlite'))), { timeout: 40_000 })
      .toBe(true)
    expect(statSync(join(folder, copies()[0] ?? '')).mode & 0o777).toBe(0o700)
    expect(readdirSync(temporary)).toEqual([])
    // What is in use is left alone.
    await (await openSqliteStore({ file: join(folder, 'store.sqlite') })).close()
    expect(copies()).toHaveLength(1)
    const end = ended(child)
    child.kill('SIGKILL')
    await end
    other.exec('rollback')
    expect(copies()).toHaveLength(1)
    const again = await flows(['restore', '--yes', 'backup.sqlite'], { cwd })
    expect(again.code, again.stderr).toBe(0)
    expect(copies()).toEqual([])
  })

  test('that is killed at any of its steps leaves nothing that others may read, and a later one clears it away', async () => {
    const { cwd } = await aUsedProject()
    await flows(['backup', 'backup.sqlite'], { cwd })
    const args = ['restore', '--yes', 'backup.sqlite']
    const inFiles = { cwd, filesBelow: '.flows-copy-' }
    const inCopies = await momentsOf(args, inFiles)
    expect(inCopies.calls).toBeGreaterThanOrEqual(4)
    const left = new Set<string>()
    const mended = async (killed: string, step: string) => {
      const folder = join(killed, '.flows')
      const copies = () => readdirSync(folder).filter((name) => name.startsWith('.flows-copy-'))
      expect(readableByOthers(folder), step).toEqual([])
      for (const name of copies()) {
        const files = readdirSync(join(folder, name))
        left.add(files.includes('store.sqlite') ? 'with a copy' : 'without')
        // Where no lock says whose it was, a folder is taken for one that is just being made, for a minute.
        if (!files.includes('in-use')) utimesSync(join(folder, name), 0, 0)
      }
      const again = await flows(args, { cwd: killed })
      expect(again.code, again.stderr).toBe(0)
      expect(copies(), step).toEqual([])
    }
    for (const { cwd: before, call } of [...inCopies.moments, ...(await momentsOf(args, { cwd })).moments]) {
      await mended(before, `before call ${call}`)
    }
    expect(left).toEqual(new Set(['with a copy', 'without']))
    // A folder that was copied is no folder of a process that died: so one dies.
    await endedAtCall(Math.ceil(inCopies.calls * 0.75), args, inFiles)
    await mended(cwd, 'killed')
  })

  test('replaces what is there only when it is told so, and is seen by a running service at once', async () => {
    const { cwd, key } = await aUsedProject()
    const server = await served(cwd, key)
    await flows(['backup', 'backup.sqlite'], { cwd })
    await server.post(SESSIONS, 'verification_flow=a')
    const refused = await flows(['restore', 'backup.sqlite'], { cwd })
    expect([refused.code, refused.stderr]).toEqual([64, expect.stringContaining('--yes')])
    expect((await server.get(SESSIONS)).body.data).toHaveLength(1)
    expect(await flows(['restore', 'backup.sqlite', '--yes'], { cwd })).toMatchObject({ code: 0 })
    expect((await server.get(SESSIONS)).body.data).toEqual([])
    expect((await server.post(SESSIONS, 'verification_flow=a')).status).toBe(200)
  })

  test('into PostgreSQL has a running service wait, and leaves nothing of what it wrote before', async () => {
    const { cwd, key } = await aUsedProject()
    const env = { DATABASE_URL: await aDatabase() }
    await flows(['backup', 'backup.sqlite'], { cwd })
    await flows(['restore', 'backup.sqlite'], { cwd, env })
    const server = await served(cwd, key, env)
    let going = true
    // Each writer waits for its answer before it asks again, so that its own answers have an order.
    const writing = async () => {
      const answers: { status: number; id: string }[] = []
      while (going) {
        const { status, body } = await server.post(SESSIONS, 'verification_flow=a')
        answers.push({ status, id: body.id })
      }
      return answers
    }
    const all = Promise.all([writing(), writing(), writing(), writing()])
    const restored = await flowsProcess(['restore', 'backup.sqlite', '--yes'], { cwd, env })
    going = false
    const writers = await all
    const answers = writers.flat()
    expect(restored.code, restored.stderr).toBe(0)
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    const rows = await query<{ id: string }>(env.DATABASE_URL, 'select id from verification_sessions')
    const kept = new Set(rows.map(({ id }) => id))
    expect(answers.filter(({ id }) => !kept.has(id)).length).toBeGreaterThan(1)
    // All that was answered before the restore is gone, all that was answered after it is there.
    for (const own of writers) {
      const last = own.findLastIndex(({ id }) => !kept.has(id))
      expect(own.slice(0, Math.max(0, last)).filter(({ id }) => kept.has(id))).toEqual([])
    }
  })

  test('of a store whose newest writes are in its log only is refused', async () => {
    const { cwd, key } = await aUsedProject()
    const server = await served(cwd, key)
    await server.post(SESSIONS, 'verification_flow=a')
    const live = join('.flows', 'store.sqlite')
    expect(statSync(join(cwd, `${live}-wal`)).size).toBeGreaterThan(0)
    const env = { DATABASE_URL: await aDatabase() }
    const { code, stderr } = await flows(['restore', live, '--yes'], { cwd, env })
    expect([code, stderr]).toEqual([1, expect.stringContaining('flows backup')])
    server.child.kill('SIGTERM')
    await ended(server.child)
    expect(await flows(['restore', live, '--yes'], { cwd, env })).toMatchObject({ code: 0 })
  })

  test.each([
    ['that is not there', undefined, 64, 'there is no file bad.sqlite'],
    ['that is no store', 'not a store at all, but long enough to be one '.repeat(200), 1, 'cannot be used'],
    ['that is cut short', 'half', 1, 'cannot be used'],
    ['that is empty', '', 1, 'holds nothing: it is not a backup'],
    ['that is damaged in its middle', 'holed', 1, 'cannot be used'],
  ])('from a file %s changes nothing', async (_what, contents, exitCode, message) => {
    const { cwd } = await aUsedProject()
    await flows(['backup', 'good.sqlite'], { cwd })
    const good = readFileSync(join(cwd, 'good.sqlite'))
    if (contents === 'half') writeFileSync(join(cwd, 'bad.sqlite'), good.subarray(0, good.length / 2))
    else if (contents === 'holed') {
      const page = 4096
      writeFileSync(join(cwd, 'bad.sqlite'), good.fill(0xff, 3 * page, good.length - (good.length % page)))
    } else if (contents !== undefined) writeFileSync(join(cwd, 'bad.sqlite'), contents)
    const { code, stderr } = await flows(['restore', 'bad.sqlite', '--yes'], { cwd })
    expect([code, stderr]).toEqual([exitCode, expect.stringContaining(message)])
    // Named as it was given, and not the copy that was read.
    expect(stderr).toMatch(/^error (?:there is no file )?bad\.sqlite\b/)
    expect(stderr).not.toContain('.flows')
    expect(await flows(['plan', '--detailed-exitcode'], { cwd })).toMatchObject({ code: 0 })
  })

  test('leaves no copy of the data in the folder for temporary files', async () => {
    const { cwd } = await aUsedProject()
    await flows(['backup', 'backup.sqlite'], { cwd })
    const TMPDIR = execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim()
    await flows(['restore', 'backup.sqlite', '--yes'], { cwd, env: { TMPDIR } })
    expect(readdirSync(TMPDIR)).toEqual([])
  })
})
