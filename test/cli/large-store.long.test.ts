import { mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { openSqliteStore } from '../../src/store/sqlite/open.js'
import { aConfig } from '../helpers/builders.js'
import { aFolder, flowsProcess } from '../helpers/cli.js'
import { writeManyDefinitions } from '../helpers/many-definitions.js'
import { aFlowRecord } from '../store/records.js'

/**
 * Memory, counted: a command that holds more than it is allowed ends with an error of V8. What a command takes by itself
 * is about 20 MB of this.
 */

const FLOWS = 20_000

/** A folder whose store has many flows, all of another project than the folder's. */
async function aLargeStore(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = aFolder({ 'flows.config.yaml': 'project: small\nenvironments: { local: {} }\n', ...files })
  const file = join(folder, '.flows/store.sqlite')
  mkdirSync(dirname(file), { mode: 0o700 })
  const store = await openSqliteStore({ file })
  const flows = Array.from({ length: FLOWS }, (_, n) => {
    const config = aConfig({ name: `Flow ${n}`, return_url: `https://example.com/verified/${n}` })
    return aFlowRecord(`vf_${n}`, { key: `flow-${n}`, project: 'large', config, applied: config })
  })
  await store.write((tx) => tx.flows.save(flows, []))
  await store.close()
  return folder
}

/** At most so many megabytes for what lives on. */
const within = (megabytes: number) => ({ NODE_OPTIONS: `--max-old-space-size=${megabytes}` })

test('a plan of a small project in a large store, and the plan behind it', { timeout: 120_000 }, async () => {
  const cwd = await aLargeStore({ 'flows/one.yaml': 'name: One\ntype: document\n' })
  const plan = await flowsProcess(['plan', '--json'], { cwd, env: within(64) })
  expect(plan.code, plan.stderr).toBe(0)
  expect(JSON.parse(plan.stdout).summary).toMatchObject({ create: 1, archive: 0 })
  expect((await flowsProcess(['apply', '--yes'], { cwd, env: within(64) })).code).toBe(0)
  // Nothing is known about the state that the apply left, and then it is known.
  expect((await flowsProcess(['plan'], { cwd, env: within(64) })).code).toBe(0)
  expect((await flowsProcess(['plan'], { cwd, env: within(24) })).stdout).toContain('1 flow matches its definition')
})

test('an apply of many flows, and a plan that compares each of them', { timeout: 120_000 }, async () => {
  const live = 'live: { mode: live, api: "https://flows.example.com", api_key_env: KEY }'
  const cwd = aFolder({ 'flows.config.yaml': `project: large\nenvironments: { local: {}, ${live} }\n` })
  writeManyDefinitions(join(cwd, 'flows'), 6_000)
  const apply = await flowsProcess(['apply', '--yes', '--json'], { cwd, env: within(46) })
  expect(apply.code, apply.stderr).toBe(0)
  rmSync(join(cwd, '.flows/cache/plan-local.json'), { force: true })
  const plan = await flowsProcess(['plan'], { cwd, env: within(30) })
  expect(plan.stdout).toContain('6000 flows match their definitions')
})

test('a list holds a page of its flows at a time', { timeout: 120_000 }, async () => {
  const cwd = await aLargeStore()
  const { code, stdout, stderr } = await flowsProcess(['list', '--json'], { cwd, env: within(32) })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const { flows, exit_code } = JSON.parse(stdout)
  expect([flows.length, exit_code]).toEqual([FLOWS, 0])
  expect(flows.slice(0, 3).map(({ key }: { key: string }) => key)).toEqual(['flow-0', 'flow-1', 'flow-10'])
})
