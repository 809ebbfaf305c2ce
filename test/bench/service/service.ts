import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Databases, withPostgres } from '../databases.js'
import type { BenchOptions } from '../part.js'
import { run } from '../processes.js'
import { FLOWS, makeProject } from '../project.js'
import { against, ms, type Table, times } from '../report/table.js'
import { type Load, load, loadUntil } from './generator.js'
import { aReceiver, type Receiver } from './receiver.js'
import { KINDS, type Kind, type Place, type Target, type TargetName, theServer, theService } from './targets.js'

const STORES = ['SQLite', 'PostgreSQL'] as const
type StoreName = (typeof STORES)[number]

/** At how many connections the targets stand. */
const USUAL = 16
const MANY = 64

/** The least share of what another server does; the last release has no target. */
const LEAST: Readonly<Record<StoreName, Readonly<Record<Kind, Partial<Record<TargetName, number>>>>>> = {
  SQLite: { create: { floor: 0.7, bare: 0.5 }, retrieve: { floor: 0.7, bare: 0.3 }, list: { floor: 0.5 } },
  PostgreSQL: { create: { floor: 0.7, bare: 0.45 }, retrieve: { floor: 0.7, bare: 0.6 }, list: { floor: 0.5 } },
}
const MOST_SPREAD = 5

/** One kind of request at one number of connections: the best of some rounds of each target. */
interface Measured {
  readonly store: StoreName
  readonly kind: Kind
  readonly connections: number
  readonly loads: Partial<Record<TargetName, Load>> & { readonly flows: Load }
}

/**
 * The service under load beside the servers of this folder and the last release, in processes of their own, by turns.
 * Noise only slows down, so the best round of each counts.
 */
export async function measureService(options: BenchOptions): Promise<readonly Table[]> {
  const measured: Measured[] = []
  const besides: string[][] = []
  await withPostgres(async (databases) => {
    for (const store of STORES) {
      await withTargets(store, databases, options, async (targets, receiver) => {
        for (const kind of KINDS) {
          for (const target of Object.values(targets)) await load(target[kind], USUAL, options.seconds / 2)
          for (const connections of options.connections) {
            measured.push({ store, kind, connections, loads: await bestOf(targets, kind, connections, options) })
          }
        }
        besides.push(...(await besideOtherWork(store, targets.flows, receiver, options)))
      })
    }
  })
  return [rates(measured), targetsOf(measured), besidesTable(besides, options)]
}

type Targets = Partial<Record<TargetName, Target>> & { readonly flows: Target }

async function withTargets(
  store: StoreName,
  databases: Databases,
  { release }: BenchOptions,
  work: (targets: Targets, receiver: Receiver) => Promise<void>,
): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'flows-load-'))
  const children: ChildProcess[] = []
  const receiver = await aReceiver()
  try {
    const database = store === 'SQLite' ? undefined : databases.made
    const place: Place = { root, database, receiver: receiver.url, children }
    const targets = {
      flows: await theService(place),
      floor: await theServer(place, 'floor'),
      bare: await theServer(place, 'bare'),
      ...(release !== undefined && { release: await theService(place, release) }),
    }
    await work(targets, receiver)
  } finally {
    for (const child of children) child.kill('SIGKILL')
    receiver.close()
    rmSync(root, { recursive: true, force: true })
  }
}

async function bestOf(targets: Targets, kind: Kind, connections: number, { runs, seconds }: BenchOptions) {
  const best: Partial<Record<TargetName, Load>> = {}
  for (let round = 0; round < runs; round += 1) {
    for (const [name, target] of Object.entries(targets) as [TargetName, Target][]) {
      const one = await load(target[kind], connections, seconds)
      if (one.rate > (best[name]?.rate ?? 0)) best[name] = one
    }
  }
  return best as Measured['loads']
}

/** Creations and retrievals while events are delivered, and while a deployment is made. */
async function besideOtherWork(
  store: StoreName,
  target: Target,
  receiver: Receiver,
  { seconds, count }: BenchOptions,
): Promise<string[][]> {
  const rows: string[][] = []
  const row = (kind: Kind, beside: string, { rate, p50, p99, longest }: Load) =>
    rows.push([`${kind}, ${store}`, beside, rate.toFixed(0), ms(p50), ms(p99), ms(longest)])
  const { served } = target
  if (served === undefined) return []
  for (const kind of ['create', 'retrieve'] as const)
    row(kind, 'nothing else', await load(target[kind], USUAL, seconds))
  receiver.answers = true
  for (const kind of ['create', 'retrieve'] as const) {
    const before = receiver.count()
    const one = await load(target[kind], USUAL, seconds * 2)
    const sent = (receiver.count() - before) / (seconds * 2)
    row(kind, `${sent.toFixed(0)} webhooks a second`, one)
  }
  receiver.answers = false
  const folder = join(served.cwd, 'deployed')
  makeProject(folder, count, served)
  const applied = run([FLOWS, 'apply', '--env', 'live', '--yes'], {
    cwd: folder,
    env: { ...process.env, KEY: served.key },
  })
  const [created, retrieved] = await Promise.all([
    loadUntil(target.create, USUAL / 2, applied),
    loadUntil(target.retrieve, USUAL / 2, applied),
  ])
  row('create', `flows apply of ${count} flows`, created)
  row('retrieve', `flows apply of ${count} flows`, retrieved)
  return rows
}

function rates(measured: readonly Measured[]): Table {
  const others = (['floor', 'bare', 'release'] as const).filter((name) => measured.some(({ loads }) => loads[name]))
  const share = (of: Load, other: Load | undefined) => (other === undefined ? '' : times(of.rate / other.rate))
  const cpu = (one: Load | undefined) => (one === undefined ? '' : ms(one.cpu))
  return {
    title: 'Sessions over HTTP',
    note: 'Answers a second, the share of what each other server answers, milliseconds until an answer, and milliseconds of processor time that the server (not PostgreSQL) takes for each.',
    head: [
      '',
      'connections',
      'a second',
      ...others.map((name) => `of ${WORDS[name]}`),
      'p50',
      'p99',
      'CPU',
      ...others.map((name) => `CPU of ${WORDS[name]}`),
    ],
    rows: measured.map(({ store, kind, connections, loads }) => [
      `${kind}, ${store}`,
      `${connections}`,
      loads.flows.rate.toFixed(0),
      ...others.map((name) => share(loads.flows, loads[name])),
      ms(loads.flows.p50),
      ms(loads.flows.p99),
      cpu(loads.flows),
      ...others.map((name) => cpu(loads[name])),
    ]),
  }
}

const WORDS = { flows: 'flows', floor: 'the floor', bare: 'bare', release: 'the last release' } as const

function targetsOf(measured: readonly Measured[]): Table {
  const rows = measured.flatMap(({ store, kind, connections, loads }) => {
    const what = `${kind}, ${store}, ${connections} connections`
    if (connections === MANY) {
      const spread = loads.flows.p99 / loads.flows.p50
      return [[`${what}: p99 of p50`, times(spread), against(spread, { most: MOST_SPREAD })]]
    }
    if (connections !== USUAL) return []
    return (Object.entries(LEAST[store][kind]) as [TargetName, number][]).map(([name, least]) => {
      const ratio = loads.flows.rate / (loads[name]?.rate ?? Number.NaN)
      return [`${what}: of ${WORDS[name]}`, times(ratio), against(ratio, { least })]
    })
  })
  return { title: 'Targets of the service', head: ['', 'measured', 'target'], rows }
}

function besidesTable(rows: readonly (readonly string[])[], { seconds }: BenchOptions): Table {
  return {
    title: 'Sessions beside other work',
    note: `At ${USUAL} connections, while the service also does what the second column says. Its command line runs on the same machine. ${seconds} seconds or more.`,
    head: ['', 'beside', 'a second', 'p50', 'p99', 'longest'],
    rows,
  }
}
