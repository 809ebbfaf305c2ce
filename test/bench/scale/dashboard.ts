import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadDriver } from '../../../src/store/sqlite/database.js'
import { type Databases, withPostgres } from '../databases.js'
import type { BenchOptions } from '../part.js'
import { run } from '../processes.js'
import { FLOWS, makeProject } from '../project.js'
import { percentile } from '../report/numbers.js'
import { ms, type Table, times } from '../report/table.js'
import { firstLine, flowsIn, type Served, serve } from '../serve.js'
import { type Ask, askPostgres, askSqlite, makeManySessions } from './many-sessions.js'

/** How often each page is loaded; less often if that takes longer than three measurements under load. */
const LOADS = 20

interface Place {
  readonly served: Served
  readonly database: string | undefined
  readonly ask: Ask
}

/** Pages of the dashboard over a store that holds much, each beside the plain query that it cannot do without. */
export async function measureDashboard(options: BenchOptions): Promise<readonly Table[]> {
  const rows: string[][] = []
  await withPostgres(async (databases) => {
    for (const made of [undefined, databases.made]) rows.push(...(await pagesOver(made, options)))
  })
  return [
    {
      title: 'Pages of the dashboard',
      note: `${options.count} flows, ${options.sessions} sessions; 95 of 100 loads are at most as slow, in milliseconds, one at a time; beside the plain query that the page cannot do without.`,
      head: ['', 'page', 'plain query', 'ratio'],
      rows,
    },
  ]
}

async function pagesOver(made: Databases['made'] | undefined, { count, sessions, seconds }: BenchOptions) {
  const root = mkdtempSync(join(tmpdir(), 'flows-dashboard-'))
  const children: ChildProcess[] = []
  const database = await made?.()
  let connection: { readonly ask: Ask; readonly close: () => Promise<void> | void } | undefined
  try {
    const served = await serve({ root, database }, children)
    const folder = join(root, 'project')
    makeProject(folder, count, served)
    await run([FLOWS, 'apply', '--env', 'live', '--yes'], { cwd: folder, env: { ...process.env, KEY: served.key } })
    await createOne(served)
    connection =
      database === undefined
        ? askSqlite(await loadDriver(), join(served.cwd, '.flows/store.sqlite'))
        : await askPostgres(database)
    await makeManySessions(connection.ask, sessions, database !== undefined)
    return await measurePages({ served, database, ask: connection.ask }, seconds)
  } finally {
    await connection?.close()
    for (const child of children) child.kill('SIGKILL')
    rmSync(root, { recursive: true, force: true })
  }
}

async function createOne({ url, key }: Served): Promise<void> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/x-www-form-urlencoded' }
  const body = 'type=document&metadata[order]=6735'
  const { status } = await fetch(`${url}/v1/identity/verification_sessions`, { method: 'POST', headers, body })
  if (status !== 200) throw new Error(`a session was answered with ${status}`)
}

async function measurePages({ served, database, ask }: Place, seconds: number): Promise<string[][]> {
  const cookie = await signIn(served, database)
  const id = async (table: string) => (await ask(`select id from ${table} where livemode = 0 limit 1`))[0]?.id
  const [flow, session, deployment] = [await id('flows'), await id('verification_sessions'), await id('deployments')]
  const newest = (table: string, where = '') =>
    `select * from ${table} where livemode = 0 ${where} order by created desc, id desc limit 26`
  const days = 'from session_counts where livemode = 0'
  const pages: [name: string, path: string, query: string][] = [
    ['flows', '/flows', newest('flows', "and status = 'active'")],
    ['flows by use', '/flows?sort=used', `select flow, sum(sessions) ${days} group by flow order by 2 desc limit 26`],
    ['one flow', `/flows/${flow}`, `select day, sum(sessions) ${days} and flow = '${flow}' group by day`],
    ['verifications', '/verifications', newest('verification_sessions')],
    ['verifications of a flow', `/verifications?flow=${flow}`, newest('verification_sessions', `and flow = '${flow}'`)],
    ['verified', '/verifications?status=verified', newest('verification_sessions', "and status = 'verified'")],
    ['one verification', `/verifications/${session}`, `select * from verification_sessions where id = '${session}'`],
    ['report of 30 days', '/reports', `select day, sum(sessions) ${days} and flow = '*' group by day`],
    ['deployments', '/deployments', newest('deployments')],
    [
      'its changes',
      `/deployments/${deployment}`,
      `select * from deployment_changes where deployment = '${deployment}'`,
    ],
    ['events', '/events', newest('events')],
  ]
  const rows: string[][] = []
  for (const [name, path, query] of pages) {
    const page = await slowest(async () => {
      const response = await fetch(`${served.url}/dashboard/test${path}`, { headers: { cookie }, redirect: 'manual' })
      const text = await response.text()
      if (response.status !== 200) throw new Error(`${path} answered ${response.status}: ${text.slice(0, 200)}`)
    }, seconds)
    const plain = await slowest(() => ask(query), seconds)
    rows.push([
      `${name}, ${database === undefined ? 'SQLite' : 'PostgreSQL'}`,
      ms(page),
      ms(plain),
      times(page / plain),
    ])
  }
  return rows
}

async function slowest(work: () => Promise<unknown>, seconds: number): Promise<number> {
  await work()
  const taken: number[] = []
  const end = performance.now() + seconds * 3_000
  while (taken.length === 0 || (taken.length < LOADS && performance.now() < end)) {
    const started = performance.now()
    await work()
    taken.push(performance.now() - started)
  }
  return percentile(taken, 0.95)
}

async function signIn({ url, cwd }: Served, database: string | undefined): Promise<string> {
  const link = await firstLine(flowsIn({ cwd, database })('dashboard', '--at', url), /(http\S+)/)
  const { headers } = await fetch(link ?? '', { redirect: 'manual' })
  return headers.get('set-cookie')?.split(';')[0] ?? ''
}
