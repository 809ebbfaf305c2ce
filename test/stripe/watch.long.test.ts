import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, onTestFinished, test } from 'vitest'
import { memoryIn, tallySessions } from '../../src/app/stripe/tally-sessions.js'
import { accountReport } from '../../src/stripe/account-flows.js'
import { Pace } from '../../src/stripe/pace.js'
import { sessionReader } from '../../src/stripe/read-sessions.js'
import { aProject, ended, flowsProcess, start } from '../helpers/cli.js'
import { begin } from './history.js'
import { StripeStandIn } from './stand-in.js'

const DAY = 24 * 60 * 60
const LIVE = 'project: acme\nenvironments:\n  live: { mode: live, api: "http://127.0.0.1:2", api_key_env: FLOWS_KEY }\n'
const LIST = 'GET /v1/identity/verification_sessions'
const options = (index: number) => ({ document: { require_matching_selfie: index % 2 === 0 } })
const flows = Array.from({ length: 40 }, (_, index) => ({ id: `vf_${index}`, options: options(index) }))

async function anAccount(count: number, clock: { now: number }) {
  const standIn = await StripeStandIn.start({ clock })
  onTestFinished(() => standIn.close())
  begin(standIn.live, { count, flows, from: Math.floor(clock.now) - 25 * DAY, to: Math.floor(clock.now) - 1 })
  return standIn
}

/** Bytes that are in use. */
function heap(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  return process.memoryUsage().heapUsed
}

test('100,000 sessions and 40 flows are read within the limits, in constant memory', async () => {
  // It passes only while somebody waits: so it is known how long it would take.
  const clock = { now: 1_790_000_000 }
  const started = clock.now
  const paceClock = {
    now: () => clock.now * 1000,
    sleep: async (milliseconds: number) => {
      clock.now += milliseconds / 1000
    },
  }
  const standIn = await anAccount(100_000, clock)
  standIn.limits.enforced = true
  const pace = new Pace({ perSecond: 20, perEndpoint: 20, patience: 3_600_000, clock: paceClock })
  const key = standIn.keys.restricted('live', { sessions: 'read' })
  const reader = await sessionReader({ key, apiBase: standIn.url, pace }, paceClock)
  const used: number[] = []
  let pages = 0
  const onPage = () => {
    pages += 1
    if (pages === 100 || pages === 1000) used.push(heap())
  }
  const since = started - 30 * DAY
  const tally = await tallySessions({ reader, since, memory: memoryIn(aProject({}), 'live'), onPage })
  const report = accountReport(tally, since, [])
  const [first = 0, last = 0] = used
  const grown = (last - first) / 1024 / 1024
  const { most, refused } = standIn.limits
  console.log(
    `${report.sessions} sessions, ${report.flows.length} flows, ${standIn.calls(LIST)} requests in ${Math.round(clock.now - started)} s of Stripe's clock,`,
    `at most ${most.endpoint} in a second, ${refused} refused; ${grown.toFixed(1)} MB more in use after 1,000 pages than after 100`,
  )
  expect([report.sessions, report.flows.length]).toEqual([100_000, 40])
  expect([standIn.calls(LIST), refused]).toEqual([1001, 0])
  expect(most.endpoint).toBeLessThanOrEqual(21)
  expect(grown).toBeLessThan(8)
})

test('the program goes on after it was killed, and reads no page twice but the last few', async () => {
  const clock = { now: Date.now() / 1000 }
  const standIn = await anAccount(4000, clock)
  const cwd = aProject({}, LIVE)
  const env = { STRIPE_API_KEY: standIn.keys.restricted('live', { sessions: 'read' }), STRIPE_API_BASE: standIn.url }
  const args = ['watch', 'stripe', '--env', 'live', '--rate', '25', '--json']
  const first = start(args, { cwd, env })
  await expect.poll(() => standIn.calls(LIST), { timeout: 60_000, interval: 5 }).toBeGreaterThan(20)
  first.kill('SIGKILL')
  await ended(first)
  const before = standIn.calls(LIST)
  const { stdout, code } = await flowsProcess(args, { cwd, env })
  const report = JSON.parse(stdout)
  expect([code, report.sessions, report.flows.length]).toEqual([2, 4000, 40])
  const again = before + (standIn.calls(LIST) - before) - 41
  console.log(`killed after ${before} of 41 requests; ${again} pages read twice`)
  expect(again).toBeLessThanOrEqual(6)
})
