import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { own, packagedPrograms, reachableTemporaryFolder, systemPrograms, user } from './postgres-programs.js'

/**
 * A PostgreSQL server for one run of the tests, in a folder that is gone with it. It prints one line of JSON, {"url"} or
 * {"error"}, and ends when its standard input does: so also when whoever started it is killed. Given "with-standby", a
 * second server has every write before it is acknowledged; then the line also has {"standby"}, its address, and {"pid"}.
 */
const stopped = new Promise<void>((stop) => {
  process.stdin.resume().once('end', stop).once('error', stop)
  // Nobody may be there any more to read.
  process.stdout.on('error', () => {})
  // The signals of a terminal are for the tests, which end the input in turn.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
})

interface Running {
  readonly url: string
  readonly servers: readonly ChildProcess[]
  /** A second server that follows the first; it takes no writes until it is promoted. */
  readonly standby?: string
}

const withStandby = process.argv[2] === 'with-standby'
/** A standby has no fewer senders than the server that it was copied from. */
const REPLICATING = { wal_level: 'replica', max_wal_senders: 10, wal_keep_size: '256MB' }
const PASSWORD = randomBytes(12).toString('hex')
const folder = mkdtempSync(join(reachableTemporaryFolder(), 'flows-postgres-'))
chmodSync(folder, 0o755)
const reasons: string[] = []
let running: Running | undefined
try {
  for (const programs of [() => packagedPrograms(folder), ...systemPrograms()]) {
    running = await started(programs)
    if (running) break
  }
  const { url, standby, servers } = running ?? { servers: [] }
  const pid = standby === undefined ? undefined : servers[0]?.pid
  tell(running ? { url, standby, pid } : { error: reasons.join('\n') })
  if (running) await Promise.race([stopped, ...(standby === undefined ? servers.map((one) => once(one, 'exit')) : [])])
} catch (error) {
  tell({ error: String(error) })
} finally {
  for (const server of running?.servers ?? []) await stop(server)
  rmSync(folder, { recursive: true, force: true })
}
process.exit()

/** Makes a new server with the programs of a folder. Tells in `reasons` why it could not. */
async function started(programs: () => string): Promise<Running | undefined> {
  let bin = ''
  try {
    bin = programs()
    const data = mkdtempSync(join(folder, 'data-'))
    own(data)
    const passwordFile = join(folder, 'password')
    writeFileSync(passwordFile, PASSWORD, { mode: 0o600 })
    own(passwordFile)
    await run(join(bin, 'initdb'), [
      ...[`--pgdata=${data}`, '--username=postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`],
      // The order of text is that of a language, as in many a database out there: the store must not depend on it.
      ...['--encoding=UTF8', '--locale=C', '--locale-provider=icu', '--icu-locale=en-US', '--no-sync'],
    ])
    rmSync(passwordFile)
    return withStandby ? await serveBoth(bin, data) : await serve(bin, data)
  } catch (error) {
    reasons.push(`${bin || 'the packaged server'}: ${(error as Error).message.trim()}`)
    return undefined
  }
}

/** A copy of what no server has opened yet is a copy from which a standby can begin. */
async function serveBoth(bin: string, data: string): Promise<Running> {
  const copy = `${data}-standby`
  execFileSync('cp', ['-a', data, copy])
  writeFileSync(join(copy, 'standby.signal'), '')
  own(join(copy, 'standby.signal'))
  const first = await serve(bin, data, { ...REPLICATING, synchronous_standby_names: '*' })
  const { port } = new URL(first.url)
  const source = `host=127.0.0.1 port=${port} user=postgres password=${PASSWORD}`
  const second = await serve(bin, copy, { ...REPLICATING, primary_conninfo: source }).catch(async (error) => {
    for (const server of first.servers) await stop(server)
    throw error
  })
  return { url: first.url, standby: second.url, servers: [...first.servers, ...second.servers] }
}

async function serve(
  bin: string,
  data: string,
  more: Readonly<Record<string, string | number>> = {},
): Promise<Running> {
  const port = await freePort()
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 300,
    shared_buffers: '64MB',
    wal_level: 'minimal',
    max_wal_senders: 0,
    ...more,
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const server = spawn(join(bin, 'postgres'), ['-D', data, '-p', String(port), ...flags], {
    ...user,
    cwd: folder,
    env: { LC_ALL: 'C' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  await new Promise<void>((ready, fail) => {
    server.once('error', fail)
    server.once('exit', () => fail(new Error(said)))
    server.stderr.on('data', (chunk) => {
      // Read to the end all the same: a full pipe would stop the server.
      if (said.length < 10_000) said += chunk
      if (/ready to accept (?:read-only )?connections/.test(said)) ready()
    })
  })
  return { url: `postgres://postgres:${PASSWORD}@127.0.0.1:${port}/postgres`, servers: [server] }
}

async function run(program: string, args: readonly string[]): Promise<void> {
  const child = spawn(program, args, {
    ...user,
    cwd: folder,
    env: { LC_ALL: 'C' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (chunk) => {
    said += chunk
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(said || `${program} ended with ${code}`)
}

/** Its folder is removed next, so it need not close its files in order. */
async function stop(server: ChildProcess | undefined): Promise<void> {
  if (server === undefined || server.exitCode !== null || server.signalCode !== null) return
  const exit = once(server, 'exit')
  server.kill('SIGQUIT')
  await exit
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

function tell(what: unknown): void {
  process.stdout.write(`${JSON.stringify(what)}\n`)
}
