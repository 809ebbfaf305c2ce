import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import autocannon from 'autocannon'
import pg from 'pg'
import { SERVER, startPostgresServer } from '../helpers/postgres-server.js'
import { bundled } from '../store/programs.js'
import { firstLine, serve } from './serve.js'

export interface LoadOptions {
  readonly rounds: number
  /** Seconds of one measurement. */
  readonly seconds: number
}

const CONNECTIONS = 16
const SESSIONS = '/v1/identity/verification_sessions'

interface Target {
  readonly url: string
  readonly key: string
  readonly path: string
}

interface Row {
  readonly what: string
  /** Requests a second: of the service, and of the bare server, pair by pair. */
  readonly pairs: { readonly measured: number; readonly base: number }[]
}

/**
 * The service under load beside a bare server that does one insert or select through the same driver, in processes of
 * their own, by turns.
 */
export async function measureLoad({ rounds, seconds }: LoadOptions): Promise<readonly Row[]> {
  const root = mkdtempSync(join(tmpdir(), 'flows-load-'))
  const children: ChildProcess[] = []
  const postgres = await startPostgresServer()
  try {
    await postgres.ready()
    const rows: Row[] = []
    for (const store of ['SQLite', 'PostgreSQL'] as const) {
      const place = async (name: string) => (store === 'SQLite' ? join(root, `${name}.sqlite`) : aDatabase())
      const served = await serve(root, store === 'SQLite' ? undefined : await aDatabase(), children)
      const service = { ...served, path: SESSIONS }
      const bare = await serveBare(await place('bare'), children)
      const create: Row = { what: `sessions created, ${store}`, pairs: [] }
      const retrieve: Row = { what: `sessions retrieved, ${store}`, pairs: [] }
      const [session, row] = [await createOne(service), await createOne(bare)]
      for (let round = 0; round <= rounds; round += 1) {
        const created = { measured: await post(service, seconds), base: await post(bare, seconds) }
        const retrieved = { measured: await get(service, session, seconds), base: await get(bare, row, seconds) }
        // The first round warms both up.
        if (round === 0) continue
        create.pairs.push(created)
        retrieve.pairs.push(retrieved)
      }
      rows.push(create, retrieve)
      for (const child of children.splice(0)) child.kill('SIGTERM')
    }
    return rows
  } finally {
    for (const child of children) child.kill('SIGKILL')
    await postgres.stop()
    rmSync(root, { recursive: true, force: true })
  }
}

async function serveBare(where: string, children: ChildProcess[]): Promise<Target> {
  const child = spawn(process.execPath, [await bundled('test/bench/bare-server.program.ts'), where])
  children.push(child)
  return { url: (await firstLine(child, /(http:\/\/127\.0\.0\.1:\d+)/)) ?? '', key: 'none', path: '/rows' }
}

const FORM = 'type=document&metadata[order]=6735&provided_details[email]=person%40example.com'

async function createOne({ url, key, path }: Target): Promise<string> {
  const response = await fetch(url + path, { method: 'POST', headers: headersWith(key), body: FORM })
  const { id } = (await response.json()) as { id?: string }
  if (id === undefined) throw new Error(`${url} answered ${response.status}`)
  return id
}

function headersWith(key: string) {
  return { authorization: `Bearer ${key}`, 'content-type': 'application/x-www-form-urlencoded' }
}

async function post({ url, key, path }: Target, seconds: number): Promise<number> {
  return rate({ url: url + path, method: 'POST', headers: headersWith(key), body: FORM, duration: seconds })
}

async function get({ url, key, path }: Target, id: string, seconds: number): Promise<number> {
  return rate({ url: `${url}${path}/${id}`, headers: { authorization: `Bearer ${key}` }, duration: seconds })
}

/** Requests a second. An answer that is none counts for nothing: then the whole measurement is worth nothing. */
async function rate(options: autocannon.Options): Promise<number> {
  const { requests, non2xx, errors } = await autocannon({ connections: CONNECTIONS, ...options })
  if (non2xx + errors > 0) throw new Error(`${options.url}: ${non2xx} refusals and ${errors} failures under load`)
  return requests.average
}

async function aDatabase(): Promise<string> {
  const url = new URL(process.env[SERVER] ?? '')
  const client = new pg.Client({ connectionString: url.href })
  await client.connect()
  const name = `flows_bench_${randomBytes(6).toString('hex')}`
  await client.query(`create database ${name}`)
  await client.end()
  url.pathname = `/${name}`
  return url.href
}
