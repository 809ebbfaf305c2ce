import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { memoryIn, type TallyMemory, tallySessions } from '../../src/app/stripe/tally-sessions.js'
import { compareChecks, notableChecks } from '../../src/model/bound/shown-checks.js'
import { accountReport, type BoundDefinition, needsSomebody } from '../../src/stripe/account-flows.js'
import { Pace } from '../../src/stripe/pace.js'
import { type PageQuery, type SessionReader, StripeReadFailed, sessionReader } from '../../src/stripe/read-sessions.js'
import { countNewer, countOlder, emptyTally, keptTally, type ListedSession, tallyFrom } from '../../src/stripe/tally.js'
import { aProject } from '../helpers/cli.js'
import { begin } from './history.js'
import { StripeStandIn } from './stand-in.js'

const DAY = 24 * 60 * 60
const NOW = 1_790_000_000
const DOCUMENT = { document: { require_matching_selfie: true } }
const PHONE = { document: { require_matching_selfie: true }, phone: { require_verification: true } }

/** Time that passes only while somebody waits. */
function aClock() {
  return {
    now: NOW,
    pace: {
      now: () => clock.now * 1000,
      sleep: async (milliseconds: number) => {
        clock.now += milliseconds / 1000
      },
    },
  }
}
const clock = aClock()
let standIn: StripeStandIn

beforeAll(async () => {
  standIn = await StripeStandIn.start({ clock })
  const edited = { at: 600, options: PHONE }
  const flows = [
    { id: 'vf_a', options: DOCUMENT, edited },
    { id: 'vf_b', options: DOCUMENT },
  ]
  begin(standIn.live, { count: 1000, flows, from: NOW - 20 * DAY, to: NOW - 1, withoutFlow: 0.1 })
})
afterAll(() => standIn.close())

async function aReader(key = standIn.keys.restricted('live', { sessions: 'read' })): Promise<SessionReader> {
  const pace = new Pace({ perSecond: 20, perEndpoint: 20, patience: 3_600_000, clock: clock.pace })
  return sessionReader({ key, apiBase: standIn.url, pace }, clock.pace)
}

function aMemory(): TallyMemory {
  const root = aProject({})
  return memoryIn(root, 'live')
}

const since = NOW - 30 * DAY
const config = (options: object) => ({ type: 'document', options }) as unknown as BoundDefinition['config']
const bound = (key: string, id: string, options: object): BoundDefinition => ({
  key,
  id,
  file: `flows/${key}.yaml`,
  config: config(options),
})

describe('an account', () => {
  test('shows its flows, what each checks, and when somebody edited one', async () => {
    const tally = await tallySessions({ reader: await aReader(), since, memory: aMemory() })
    const report = accountReport(tally, since, [
      bound('a', 'vf_a', DOCUMENT),
      bound('b', 'vf_b', DOCUMENT),
      bound('c', 'vf_c', {}),
    ])
    const states = new Map(report.flows.map((flow) => [flow.id, flow]))
    expect([...states.values()].map(({ id, status }) => [id, status]).sort()).toEqual([
      ['vf_a', 'drifted'],
      ['vf_b', 'in_sync'],
      ['vf_c', 'not_observed'],
    ])
    const phone = { path: '/options/phone/require_verification', before: false, after: true }
    expect(states.get('vf_a')?.fields).toEqual([phone])
    const [edit, ...others] = states.get('vf_a')?.edits ?? []
    expect([edit?.fields, others]).toEqual([[phone], []])
    const at = NOW - 20 * DAY + Math.floor((600 * 20 * DAY) / 999)
    expect((edit?.after ?? 0) < at && at <= (edit?.before ?? 0)).toBe(true)
    expect(report.sessions).toBe(1000)
    expect(report.without_flow.map(({ checks }) => checks?.length).sort()).toEqual([1, 2])
    expect(needsSomebody(report)).toBe(true)
    const inGit = [bound('a', 'vf_a', PHONE), bound('b', 'vf_b', DOCUMENT)]
    expect(needsSomebody(accountReport(tally, since, inGit))).toBe(false)
    expect(accountReport(tally, since, []).flows.map(({ status }) => status)).toEqual(['not_in_git', 'not_in_git'])
  })

  test('is read once: the next pass reads what is new, and one that was interrupted goes on', async () => {
    const reader = await aReader()
    const memory = aMemory()
    const queries: PageQuery[] = []
    const stopping =
      (most: number): SessionReader =>
      async (query) => {
        if (queries.length >= most) throw new Error('killed')
        queries.push(query)
        return reader(query)
      }
    const run = (most: number) => tallySessions({ reader: stopping(most), since, memory })
    await expect(run(7)).rejects.toThrow('killed')
    // Five of the seven pages were kept.
    const whole = await run(100)
    expect(queries.length).toBe(7 + 5 + 1)
    const flow = standIn.live.addFlow(PHONE, { id: 'vf_new' })
    const live = standIn.client(standIn.keys.live).identity.verificationSessions
    clock.now = NOW + DAY
    for (let count = 0; count < 3; count += 1) await live.create({ verification_flow: flow.id })
    queries.length = 0
    const next = await run(100)
    expect(queries).toEqual([{ ending_before: whole.newest?.id }])
    const report = accountReport(next, since, [])
    expect([report.sessions, report.flows.find(({ id }) => id === 'vf_new')?.sessions]).toEqual([1003, 3])
    const fresh = await tallySessions({ reader, since, memory: aMemory() })
    expect([report, next.newest]).toEqual([accountReport(fresh, since, []), fresh.newest])
    clock.now = NOW
  })

  test('whose key is refused, or that is another one, is not taken for an empty one', async () => {
    const memory = aMemory()
    await tallySessions({ reader: await aReader(), since, memory })
    const other = await aReader(standIn.keys.restricted('live', { events: 'read' }))
    await expect(tallySessions({ reader: other, since, memory })).rejects.toMatchObject({
      failure: { answer: { status: 403 } },
    })
    const ofTest = await aReader(standIn.keys.restricted('test', { sessions: 'read' }))
    expect((await tallySessions({ reader: ofTest, since, memory })).newest).toBeNull()
  })

  test('is read in spite of faults that pass, and not for ever', async () => {
    const { faults } = standIn
    for (const fault of ['rate-limited', 'unavailable', 'failed', 'reset-before'] as const) faults.next(fault)
    const reader = await aReader()
    expect((await reader({})).sessions.length).toBe(100)
    faults.byChance({ random: () => 0, share: 1, faults: ['rate-limited'] })
    await expect(reader({})).rejects.toBeInstanceOf(StripeReadFailed)
    faults.none()
  })
})

describe('checks', () => {
  test('that Stripe leaves out are off, and those that nobody here knows are not lost', () => {
    const all = { allowed_types: ['passport', 'id_card', 'driving_license'], require_live_capture: false }
    expect(compareChecks(config({ document: all }), { type: 'verification_flow', options: {} })).toEqual([])
    const newer = { document: { allowed_types: ['passport', 'residence_permit'] }, iris: { required: true } }
    expect(compareChecks(config({}), { type: 'verification_flow', options: newer })).toEqual([
      {
        path: '/options/document/allowed_types',
        before: ['driving_license', 'id_card', 'passport'],
        after: ['passport', 'residence_permit'],
      },
      { path: '/options/iris/required', before: null, after: true },
    ])
    expect(notableChecks({ type: 'verification_flow', options: { id_number: {} } })).toEqual([
      { path: '/type', value: 'id_number' },
    ])
  })
})

describe('a tally', () => {
  const sessions = fc
    .array(
      fc.record({
        gap: fc.integer({ min: 0, max: 2 * DAY }),
        verification_flow: fc.constantFrom(null, 'vf_a', 'vf_b', '__proto__'),
        options: fc.constantFrom({}, DOCUMENT, PHONE),
        isRedacted: fc.boolean(),
      }),
      { maxLength: 30 },
    )
    .map((all) => {
      let created = NOW
      return all.map(({ gap, ...one }, index): ListedSession => {
        created += gap
        const type = one.verification_flow === null ? 'document' : 'verification_flow'
        return { id: `vs_${index}`, created, type, ...one }
      })
    })
  const sorted = (tally: ReturnType<typeof emptyTally>) => {
    const byName = (a: unknown, b: unknown) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)
    const days = (one: object & { days: Map<number, number> }) => ({ ...one, days: [...one.days].sort(byName) })
    return {
      ...tally,
      flows: [...tally.flows.values()].map(days).sort(byName),
      loose: [...tally.loose.values()].map(days).sort(byName),
    }
  }

  test('does not depend on where its reading began', () => {
    fc.assert(
      fc.property(sessions, fc.nat(30), (all, cut) => {
        const at = Math.min(cut, all.length)
        const split = emptyTally()
        for (const session of all.slice(0, at).toReversed()) countOlder(split, session)
        for (const session of all.slice(at)) countNewer(split, session)
        const whole = emptyTally()
        for (const session of all.toReversed()) countOlder(whole, session)
        expect(sorted(split)).toEqual(sorted(whole))
        expect(sorted(tallyFrom(JSON.parse(JSON.stringify(keptTally(split)))))).toEqual(sorted(split))
      }),
    )
  })
})
