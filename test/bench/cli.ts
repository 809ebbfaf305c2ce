import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildSync } from 'esbuild'
import { writeManyDefinitions } from '../helpers/many-definitions.js'
import type { BenchOptions } from './part.js'
import { run, time } from './processes.js'
import { FLOWS, makeProject } from './project.js'
import { median } from './report/numbers.js'
import { against, ms, type Table, times } from './report/table.js'

/** One comparison: milliseconds of the thing measured, and of what it is held against, pair by pair. */
interface Row {
  readonly what: string
  readonly of: string
  readonly most?: number
  readonly pairs: { readonly measured: number; readonly base: number }[]
}

/** Commands beside the least that any program would have to do, by turns. */
export async function measureCli(options: BenchOptions): Promise<readonly Table[]> {
  const root = mkdtempSync(join(tmpdir(), 'flows-bench-'))
  try {
    return [toTable(await measure(root, options), options)]
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

async function measure(root: string, { count, runs, node }: BenchOptions): Promise<readonly Row[]> {
  const [plain, reuse] = [join(root, 'plain'), join(root, 'reuse')]
  makeProject(plain, count)
  makeReusing(reuse, count)
  const floors = { parse: floor(root, 'parse', PARSE), hash: floor(root, 'hash', HASH) }
  const rows = {
    start: row('flows --version', 'node -e 0', 2),
    newer: row(`flows --version, another Node`, 'node -e 0 there', 50 / 26),
    cold: row(`validate, no cache, ${count} files`, 'read and parse them', 1.2),
    reuse: row('validate with bases and variables, no cache', 'the same without', 1.3),
    apply: row(`apply of ${count} creates`, 'validate, no cache'),
    first: row('plan after that apply', 'validate again', 2),
    warm: row(`validate again, ${count} unchanged`, 'read and hash them', 1.5),
    reuseWarm: row('validate again with bases and variables', 'the same without', 1.3),
    empty: row('empty plan', 'validate again', 1.5),
  }
  for (let round = 0; round < runs * 3; round += 1) {
    rows.start.pairs.push({ measured: await time([FLOWS, '--version']), base: await time(['-e', '0']) })
    if (node === undefined) continue
    rows.newer.pairs.push({
      measured: await time([FLOWS, '--version'], { node }),
      base: await time(['-e', '0'], { node }),
    })
  }
  const [inPlain, inReuse] = [{ cwd: plain }, { cwd: reuse }]
  const rounds = Math.ceil(runs / 2)
  for (let round = 0; round < rounds; round += 1) {
    for (const folder of [plain, reuse]) rmSync(join(folder, '.flows'), { recursive: true, force: true })
    const cold = await time([FLOWS, 'validate'], inPlain)
    rows.cold.pairs.push({ measured: cold, base: await time([floors.parse], inPlain) })
    rows.reuse.pairs.push({ measured: await time([FLOWS, 'validate'], inReuse), base: cold })
    rows.apply.pairs.push({ measured: await time([FLOWS, 'apply', '--yes'], inPlain), base: cold })
    const measured = await time([FLOWS, 'plan'], inPlain)
    rows.first.pairs.push({ measured, base: await time([FLOWS, 'validate'], inPlain) })
  }
  for (let round = 0; round < runs * 2; round += 1) {
    const validate = await time([FLOWS, 'validate'], inPlain)
    rows.warm.pairs.push({ measured: validate, base: await time([floors.hash], inPlain) })
    rows.reuseWarm.pairs.push({ measured: await time([FLOWS, 'validate'], inReuse), base: validate })
    rows.empty.pairs.push({ measured: await time([FLOWS, 'plan', '--detailed-exitcode'], inPlain), base: validate })
  }
  const { stdout } = await run([FLOWS, 'history', '--json'], inPlain)
  const { length } = (JSON.parse(stdout) as { deployments: unknown[] }).deployments
  if (length !== 1) throw new Error(`one apply made ${length} deployments`)
  return Object.values(rows).filter(({ pairs }) => pairs.length > 0)
}

/** The same flows again, each with a base and a variable. */
function makeReusing(folder: string, count: number): void {
  mkdirSync(join(folder, 'base'), { recursive: true })
  writeFileSync(
    join(folder, 'flows.config.yaml'),
    'project: bench\nenvironments:\n  local: { variables: { text: a } }\n  live: { mode: live, api: "https://flows.example.com", api_key_env: KEY, variables: { text: b } }\n',
  )
  writeFileSync(join(folder, 'base/all.yaml'), 'metadata:\n  base: { variable: text }\n')
  writeManyDefinitions(join(folder, 'flows'), count)
  for (const name of readdirSync(join(folder, 'flows'), { recursive: true, encoding: 'utf8' })) {
    if (name.endsWith('.yaml')) appendFileSync(join(folder, 'flows', name), 'extends: base/all.yaml\n')
  }
}

const PARSE = `import { parse } from 'yaml'
  const read = list().map((file) => parse(readFileSync(file, 'utf8')))
  process.stdout.write(String(read.length))`
const HASH = `import { createHash } from 'node:crypto'
  const read = list().map((file) => createHash('sha256').update(readFileSync(file)).digest('hex'))
  process.stdout.write(String(read.length))`

/** A program that does the least: bundled and minified as ours is, so that loading it costs as little. */
function floor(root: string, name: string, body: string): string {
  const outfile = join(root, `${name}.cjs`)
  const contents = `import { readdirSync, readFileSync } from 'node:fs'
    const list = () => readdirSync('flows', { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile()).map((entry) => entry.parentPath + '/' + entry.name)
    ${body}`
  buildSync({
    stdin: { contents, resolveDir: process.cwd() },
    bundle: true,
    minify: true,
    // The very build of the YAML library that ours holds: its other one is slower.
    alias: { yaml: './node_modules/yaml/browser/index.js' },
    format: 'cjs', // one file, as quick to load as ours
    platform: 'node',
    outfile,
  })
  return outfile
}

function row(what: string, of: string, most?: number): Row {
  return { what, of, pairs: [], ...(most !== undefined && { most }) }
}

function toTable(rows: readonly Row[], { count }: BenchOptions): Table {
  return {
    title: 'Commands',
    note: `${count} definitions; medians of interleaved runs; milliseconds of whole processes.`,
    head: ['', 'ratio', 'target', 'ms', 'held against', 'ms'],
    rows: rows.map(({ what, of, most, pairs }) => {
      const ratio = median(pairs.map(({ measured, base }) => measured / base))
      const [measured, base] = [median(pairs.map((pair) => pair.measured)), median(pairs.map((pair) => pair.base))]
      return [what, times(ratio), most === undefined ? '' : against(ratio, { most }), ms(measured), of, ms(base)]
    }),
  }
}
