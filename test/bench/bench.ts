/**
 * Measures the program beside the least that any program would have to do, in one interleaved run, and prints ratios:
 * seconds say more about the machine than about the program. What each part measures stands in docs/performance.md.
 *
 *   npm run bench
 *   npm run bench -- --only service --connections 16
 *   npm run bench -- --write
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { measureCli } from './cli.js'
import { postgresVersion } from './databases.js'
import type { BenchOptions, Part } from './part.js'
import { builtAt, newestTag } from './release.js'
import { machine } from './report/machine.js'
import { writePage } from './report/page.js'
import { type Table, toText } from './report/table.js'
import { measureDashboard } from './scale/dashboard.js'
import { measureScale } from './scale/scale.js'
import { measureService } from './service/service.js'
import { measureTerraform } from './terraform.js'

const PARTS: readonly Part[] = [
  { name: 'service', measure: measureService },
  { name: 'dashboard', measure: measureDashboard },
  { name: 'scale', measure: measureScale },
  { name: 'cli', measure: measureCli },
  { name: 'terraform', measure: measureTerraform },
]

/** Enough to see that every part still runs; the figures say nothing. */
const SMALL = {
  count: '200',
  runs: '1',
  seconds: '0.2',
  connections: '4',
  flows: '300',
  sessions: '3000',
  resources: '20',
}

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: PARTS.map(({ name }) => name).join() },
    small: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    count: { type: 'string' },
    runs: { type: 'string' },
    seconds: { type: 'string' },
    connections: { type: 'string' },
    flows: { type: 'string' },
    sessions: { type: 'string' },
    resources: { type: 'string' },
    /** A tag or commit; by default the newest tag. */
    release: { type: 'string' },
    /** The path of another Node. */
    node: { type: 'string' },
  },
})
const usual = values.small
  ? SMALL
  : {
      count: '10000',
      runs: '2',
      seconds: '1',
      connections: '1,16,64',
      flows: '100000',
      sessions: '1000000',
      resources: '100,1000',
    }
const given = { ...usual, ...values }
const root = mkdtempSync(join(tmpdir(), 'flows-bench-'))
process.on('exit', () => rmSync(root, { recursive: true, force: true }))

const names = values.only.split(',')
const unknown = names.find((name) => !PARTS.some((part) => part.name === name))
if (unknown !== undefined) throw new Error(`no part is called ${unknown}: ${PARTS.map(({ name }) => name).join(', ')}`)

const options: BenchOptions = {
  count: Number(given.count),
  runs: Number(given.runs),
  seconds: Number(given.seconds),
  connections: numbers(given.connections),
  flows: Number(given.flows),
  sessions: Number(given.sessions),
  resources: numbers(given.resources),
  release: names.includes('service') ? releaseOf(values.release ?? newestTag()) : undefined,
  node: values.node,
}
if (values.node === undefined && names.includes('cli')) leaveOut('the start on another Node', '--node names none')

const results = new Map<string, readonly Table[]>()
for (const { name, measure } of PARTS) {
  if (!names.includes(name)) continue
  const tables = await measure(options)
  results.set(name, tables)
  for (const table of tables) console.log(`\n${toText(table)}`)
}
const about = machine(await postgresVersion())
console.log(about)
if (values.write) writePage(results, about)

function releaseOf(commit: string | undefined): string | undefined {
  if (commit !== undefined) return builtAt(commit, root)
  leaveOut('the last release', 'there is no tag, and --release names none')
  return undefined
}

function leaveOut(what: string, why: string): void {
  process.stderr.write(`NOT MEASURED: ${what}: ${why}\n`)
}

function numbers(text: string): number[] {
  return text.split(',').map(Number)
}
