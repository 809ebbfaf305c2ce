/**
 * Measures the program beside the least that any program would have to do, in one interleaved run, and prints ratios:
 * seconds say more about the machine than about the program.
 *
 *   npm run bench -- --count 10000 --runs 5
 */
import { spawnSync } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { buildSync } from 'esbuild'
import { writeManyDefinitions } from '../helpers/many-definitions.js'
import { measureLoad } from './load.js'
import { hasTerraform, measureTerraform } from './terraform.js'

const { values } = parseArgs({
  options: { count: { type: 'string', default: '10000' }, runs: { type: 'string', default: '5' } },
})
const count = Number(values.count)
const runs = Number(values.runs)
const flows = resolve('dist/flows.js')
const root = mkdtempSync(join(tmpdir(), 'flows-bench-'))

process.on('exit', () => rmSync(root, { recursive: true, force: true }))
writeFileSync(
  join(root, 'flows.config.yaml'),
  'project: bench\nenvironments:\n  local: {}\n  live: { mode: live, api: "https://flows.example.com", api_key_env: KEY }\n',
)
writeManyDefinitions(join(root, 'flows'), count)

// The same flows again, each with a base and a variable.
const reuse = mkdtempSync(join(tmpdir(), 'flows-bench-'))
process.on('exit', () => rmSync(reuse, { recursive: true, force: true }))
writeFileSync(
  join(reuse, 'flows.config.yaml'),
  'project: bench\nenvironments:\n  local: { variables: { text: a } }\n  live: { mode: live, api: "https://flows.example.com", api_key_env: KEY, variables: { text: b } }\n',
)
mkdirSync(join(reuse, 'base'))
writeFileSync(join(reuse, 'base/all.yaml'), 'metadata:\n  base: { variable: text }\n')
writeManyDefinitions(join(reuse, 'flows'), count)
for (const name of readdirSync(join(reuse, 'flows'), { recursive: true, encoding: 'utf8' })) {
  if (name.endsWith('.yaml')) appendFileSync(join(reuse, 'flows', name), 'extends: base/all.yaml\n')
}

const floors = {
  parse: floor(`import { parse } from 'yaml'
    const read = list().map((file) => parse(readFileSync(file, 'utf8')))
    process.stdout.write(String(read.length))`),
  hash: floor(`import { createHash } from 'node:crypto'
    const read = list().map((file) => createHash('sha256').update(readFileSync(file)).digest('hex'))
    process.stdout.write(String(read.length))`),
}

interface Row {
  readonly what: string
  readonly of: string
  readonly limit: number
  /** Milliseconds of the thing measured, and of what it is held against, pair by pair. */
  readonly pairs: { readonly measured: number; readonly base: number }[]
}

const rows = {
  start: row('flows --version', 'node -e 0', 2),
  cold: row(`validate, no cache, ${count} files`, 'read and parse them', 1.2),
  warm: row(`validate again, ${count} unchanged`, 'read and hash them', 1.5),
  empty: row('empty plan', 'validate again', 1.5),
  reuse: row('validate with bases and variables, no cache', 'the same without', 1.3),
  reuseWarm: row('validate again with bases and variables', 'the same without', 1.3),
}

for (let round = 0; round < Math.max(runs, 3) * 3; round += 1) {
  rows.start.pairs.push({ measured: time(flows, '--version'), base: time('-e', '0') })
}
for (let round = 0; round < runs; round += 1) {
  rmSync(join(root, '.flows'), { recursive: true, force: true })
  rmSync(join(reuse, '.flows'), { recursive: true, force: true })
  const cold = time(flows, 'validate')
  rows.cold.pairs.push({ measured: cold, base: time(floors.parse) })
  rows.reuse.pairs.push({ measured: timeIn(reuse, flows, 'validate'), base: cold })
}
const { elapsed: apply, stdout: applied } = run(flows, 'apply', '--yes', '--json')
const uncachedPlan = time(flows, 'plan')
for (let round = 0; round < runs * 3; round += 1) {
  const validate = time(flows, 'validate')
  rows.warm.pairs.push({ measured: validate, base: time(floors.hash) })
  rows.reuseWarm.pairs.push({ measured: timeIn(reuse, flows, 'validate'), base: validate })
  rows.empty.pairs.push({ measured: time(flows, 'plan', '--detailed-exitcode'), base: validate })
}

console.log(`\nNode ${process.version}, ${count} definitions, medians of interleaved runs\n`)
print(['', 'ratio', 'at most', 'ms', 'held against', 'ms'])
for (const { what, of, limit, pairs } of Object.values(rows)) {
  const ratio = median(pairs.map(({ measured, base }) => measured / base))
  print([
    what,
    ratio.toFixed(2),
    `${limit} ${ratio <= limit ? 'ok' : 'OVER'}`,
    median(pairs.map(({ measured }) => measured)).toFixed(0),
    of,
    median(pairs.map(({ base }) => base)).toFixed(0),
  ])
}
const validateCold = median(rows.cold.pairs.map(({ measured }) => measured))
print([
  `apply of ${count} creates`,
  (apply / validateCold).toFixed(2),
  '',
  apply.toFixed(0),
  'validate, no cache',
  validateCold.toFixed(0),
])
const validateWarm = median(rows.warm.pairs.map(({ measured }) => measured))
print([
  'plan that was not remembered',
  (uncachedPlan / validateWarm).toFixed(2),
  '',
  uncachedPlan.toFixed(0),
  'validate again',
  validateWarm.toFixed(0),
])
const { deployment } = JSON.parse(applied)
console.log(`\nThat apply made one deployment, ${deployment.id}, of ${deployment.changes.length} changes.`)

const load = await measureLoad({ rounds: Math.min(runs, 3), seconds: count < 1000 ? 1 : 4 })
console.log(
  '\nUnder load: 16 connections, requests a second, beside a bare node:http server with one insert or select\n',
)
for (const { what, pairs } of load) {
  const ratio = median(pairs.map(({ measured, base }) => measured / base))
  const [measured, base] = [median(pairs.map((pair) => pair.measured)), median(pairs.map((pair) => pair.base))]
  print([what, ratio.toFixed(2), '', measured.toFixed(0), 'bare server', base.toFixed(0)])
}

if (hasTerraform()) {
  console.log(
    '\nTerraform over a flows API: milliseconds, and beside what Terraform costs by itself (terraform_data)\n',
  )
  // A thousand take minutes.
  const sizes =
    count < 1000
      ? [[100, 1]]
      : [
          [100, Math.min(runs, 3)],
          [1000, 1],
        ]
  printTerraform(['', 'flows', 'ratio', 'provider', 'ratio', 'terraform_data'])
  for (const [size = 0, rounds = 1] of sizes) {
    for (const { what, rounds: measured } of await measureTerraform(size, rounds)) {
      const [own, provider, builtIn] = (['flows', 'provider', 'builtIn'] as const).map((name) =>
        median(measured.map((round) => round[name])),
      )
      const ratio = (name: 'flows' | 'provider') =>
        median(measured.map((round) => round[name] / round.builtIn)).toFixed(2)
      printTerraform([what, fixed(own), ratio('flows'), fixed(provider), ratio('provider'), fixed(builtIn)])
    }
  }
} else console.log('\nterraform is not on the PATH: not measured.')

function fixed(milliseconds = Number.NaN): string {
  return milliseconds.toFixed(0)
}

function printTerraform([what = '', ...cells]: readonly string[]): void {
  console.log(what.padEnd(28) + cells.map((cell) => cell.padStart(16)).join(''))
}

/** A program that does the least: bundled and minified as ours is, so that loading it costs as little. */
function floor(body: string): string {
  const outfile = join(root, `floor-${Math.random().toString(36).slice(2)}.cjs`)
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

function row(what: string, of: string, limit: number): Row {
  return { what, of, limit, pairs: [] }
}

/** Wall time of one Node process, in milliseconds. */
function time(...args: readonly string[]): number {
  return run(...args).elapsed
}

function timeIn(cwd: string, ...args: readonly string[]): number {
  return runIn(cwd, ...args).elapsed
}

function run(...args: readonly string[]): { elapsed: number; stdout: string } {
  return runIn(root, ...args)
}

function runIn(cwd: string, ...args: readonly string[]): { elapsed: number; stdout: string } {
  const started = performance.now()
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  })
  const elapsed = performance.now() - started
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr.slice(-500)}`)
  return { elapsed, stdout }
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

function print([what = '', ratio = '', limit = '', ms = '', of = '', base = '']: readonly string[]): void {
  console.log(
    `${what.padEnd(44)}${ratio.padStart(6)}  ${limit.padEnd(9)}${ms.padStart(7)}   ${of.padEnd(22)}${base.padStart(7)}`,
  )
}
