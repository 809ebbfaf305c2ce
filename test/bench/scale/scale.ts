import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadDriver } from '../../../src/store/sqlite/database.js'
import type { BenchOptions } from '../part.js'
import { type Ended, run, weigh } from '../processes.js'
import { FLOWS, makeProject } from '../project.js'
import { against, megabytes, ms, type Table, times } from '../report/table.js'
import { askSqlite, makeManySessions } from './many-sessions.js'

/** In megabytes. */
const MOST_MEMORY = 300
const MOST_AT_ONCE = 20_000

interface Weighed {
  readonly what: string
  readonly few: Ended
  readonly many: Ended
}

/** The memory and time of commands on a large store, with next to no sessions and with many. */
export async function measureScale({ flows, sessions }: BenchOptions): Promise<readonly Table[]> {
  const root = mkdtempSync(join(tmpdir(), 'flows-scale-'))
  try {
    const folder = join(root, 'project')
    const how = { cwd: folder }
    let apply: Ended | undefined
    // As many at a time as one deployment may change. The last one counts.
    for (let made = 0; made < flows; made += MOST_AT_ONCE) {
      makeProject(folder, Math.min(made + MOST_AT_ONCE, flows))
      apply = await weigh([FLOWS, 'apply', '--yes'], how)
    }
    if (apply === undefined) throw new Error('no flows are asked for')
    await run([FLOWS, 'sessions', 'create', await anyFlow(folder)], how)
    const few = await measured(folder, 'few')
    const { ask, close } = askSqlite(await loadDriver(), join(folder, '.flows/store.sqlite'))
    await makeManySessions(ask, sessions, false)
    close()
    const many = await measured(folder, 'many')
    const rows = few.map(({ what, ended }, at) => ({ what, few: ended, many: many[at]?.ended ?? ended }))
    return [toTable(apply, rows, { flows, sessions })]
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

async function measured(cwd: string, name: string): Promise<{ what: string; ended: Ended }[]> {
  forgetPlans(cwd)
  const commands: [what: string, ...args: string[]][] = [
    ['plan of a state that is not known', 'plan'],
    ['plan of one that is', 'plan'],
    ['list', 'list', '--json'],
    ['backup', 'backup', `${name}.sqlite`],
  ]
  const all = []
  for (const [what, ...args] of commands) all.push({ what, ended: await weigh([FLOWS, ...args], { cwd }) })
  return all
}

/** As where somebody else wrote meanwhile. */
function forgetPlans(cwd: string): void {
  const cache = join(cwd, '.flows/cache')
  const plans = readdirSync(cache).filter((name) => name.startsWith('plan'))
  if (plans.length === 0) throw new Error('no plan is remembered')
  for (const name of plans) rmSync(join(cache, name))
}

async function anyFlow(cwd: string): Promise<string> {
  const { stdout } = await run([FLOWS, 'list', '--json'], { cwd })
  return (JSON.parse(stdout) as { flows: { key: string }[] }).flows[0]?.key ?? ''
}

function toTable(
  apply: Ended,
  rows: readonly Weighed[],
  { flows, sessions }: { flows: number; sessions: number },
): Table {
  const memory = ({ peak }: Ended) => [megabytes(peak), against(Number(megabytes(peak)), { most: MOST_MEMORY })]
  return {
    title: 'Memory and time of a large store',
    note: `${flows} flows in the embedded store; the most memory of the process, in MB, and milliseconds; then again with ${sessions} sessions.`,
    head: ['', 'MB', 'target', 'ms', 'MB with sessions', 'target', 'ms', 'ratio of time'],
    rows: [
      [
        `apply of the last ${flows % MOST_AT_ONCE || MOST_AT_ONCE}`,
        ...memory(apply),
        ms(apply.elapsed),
        '',
        '',
        '',
        '',
      ],
      ...rows.map(({ what, few, many }) => [
        what,
        ...memory(few),
        ms(few.elapsed),
        ...memory(many),
        ms(many.elapsed),
        times(many.elapsed / few.elapsed),
      ]),
    ],
  }
}
