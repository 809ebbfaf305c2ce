import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SessionCounts } from '../../src/store/counts/session-counts.js'
import { MIGRATIONS } from '../../src/store/migrations/migrations.js'
import type { SessionRecord } from '../../src/store/sessions.js'
import type { Store } from '../../src/store/store.js'
import { aFlowRecord, aSession, itsVersion } from './records.js'
import { stores } from './stores.js'

const DAY = 24 * 60 * 60
const DAYS = { from: 0, to: 30 }
/** Begins and ends within the spans that days are also counted by. */
const SOME_DAYS = { from: 3, to: 17 }
const FLOWS = ['f', 'g'] as const

async function withFlows(store: Store): Promise<Store> {
  const flows = FLOWS.map((id) => aFlowRecord(id))
  await store.write((tx) =>
    tx.flows.save(
      flows,
      flows.map((flow) => itsVersion(flow)),
    ),
  )
  return store
}

/** All that the counts say. */
async function counted(store: Store) {
  return store.read(async ({ sessionCounts }) => {
    const some: Record<string, unknown> = {}
    for (const livemode of [false, true]) {
      for (const flow of [undefined, ...FLOWS]) {
        for (const by of ['day', 'error_code', ...(flow === undefined ? [] : ['flow_version' as const])] as const) {
          const found = await sessionCounts.by(by, livemode, { days: DAYS, flow })
          const sorted = found.map(({ value, counts }) => [String(value), counts] as const)
          some[`${livemode} ${flow} ${by}`] = Object.fromEntries(sorted)
        }
      }
      some[`${livemode} of flows`] = Object.fromEntries(await sessionCounts.ofFlows(livemode, FLOWS, DAYS))
      some[`${livemode} on some days`] = Object.fromEntries(await sessionCounts.everyFlow(livemode, SOME_DAYS))
      some[`${livemode} every flow`] = Object.fromEntries(await sessionCounts.everyFlow(livemode, DAYS))
      some[`${livemode} most used`] = await sessionCounts.mostUsed(livemode, DAYS, 1)
    }
    return some
  })
}

/** The same, by counting the sessions. */
function counting(sessions: readonly SessionRecord[]) {
  const grouped = (some: readonly SessionRecord[], keyOf: (session: SessionRecord) => string) => {
    const groups = groupsOf(some, keyOf)
    return Object.fromEntries([...groups].map(([key, group]) => [key, countsOf(group)]))
  }
  const all: Record<string, unknown> = {}
  for (const livemode of [false, true]) {
    const inMode = sessions.filter((session) => session.livemode === livemode)
    for (const flow of [undefined, ...FLOWS]) {
      const some = inMode.filter((session) => flow === undefined || session.flow === flow)
      all[`${livemode} ${flow} day`] = grouped(some, ({ created }) => `${Math.floor(created / DAY)}`)
      all[`${livemode} ${flow} error_code`] = grouped(some, ({ last_error }) => last_error?.code ?? '')
      if (flow !== undefined)
        all[`${livemode} ${flow} flow_version`] = grouped(some, ({ flow_version }) => `${flow_version}`)
    }
    const ofFlows = grouped(
      inMode.filter(({ flow }) => flow !== null),
      ({ flow }) => flow ?? '',
    )
    all[`${livemode} of flows`] = ofFlows
    const onSomeDays = inMode.filter(({ flow, created }) => {
      return flow !== null && created >= SOME_DAYS.from * DAY && created < (SOME_DAYS.to + 1) * DAY
    })
    all[`${livemode} on some days`] = Object.fromEntries(
      Object.entries(grouped(onSomeDays, ({ flow }) => flow ?? '')).map(([flow, { sessions }]) => [flow, sessions]),
    )
    all[`${livemode} every flow`] = Object.fromEntries(
      Object.entries(ofFlows).map(([flow, { sessions }]) => [flow, sessions]),
    )
    const byUse = Object.entries(ofFlows).sort(
      ([a, one], [b, other]) => other.sessions - one.sessions || (a < b ? -1 : 1),
    )
    all[`${livemode} most used`] = { flows: byUse.slice(0, 1).map(([flow]) => flow), count: byUse.length }
  }
  return all
}

function groupsOf(some: readonly SessionRecord[], keyOf: (session: SessionRecord) => string) {
  const groups = new Map<string, SessionRecord[]>()
  for (const one of some) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one])
  return groups
}

function countsOf(sessions: readonly SessionRecord[]): SessionCounts {
  const number = (is: (session: SessionRecord) => boolean) => sessions.filter(is).length
  return {
    sessions: sessions.length,
    started: number(({ started }) => started !== null),
    submitted: number(({ submitted }) => submitted !== null),
    requires_input: number(({ status }) => status === 'requires_input'),
    processing: number(({ status }) => status === 'processing'),
    verified: number(({ status }) => status === 'verified'),
    successful: number(({ status, submitted }) => status === 'verified' && submitted !== null),
    canceled: number(({ status }) => status === 'canceled'),
  }
}

const time = fc.option(fc.integer({ min: 1, max: 9 }), { nil: null })
const state = fc.record({
  status: fc.constantFrom('requires_input', 'processing', 'verified', 'canceled'),
  last_error: fc.constantFrom(
    null,
    { code: 'document_expired', reason: 'It says "code":"abandoned".' },
    { code: 'abandoned', reason: 'x' },
  ),
  started: time,
  submitted: time,
})
const origin = fc.record({
  livemode: fc.constant(false),
  flow: fc.constantFrom(...FLOWS),
  flow_version: fc.integer({ min: 1, max: 2 }),
  created: fc.integer({ min: 0, max: 20 }).map((day) => day * DAY + 5),
})
const withoutFlow = fc.record({
  livemode: fc.boolean(),
  flow: fc.constant(null),
  flow_version: fc.constant(null),
  created: fc.constantFrom(DAY - 1, DAY),
})
const act = fc.oneof(
  { weight: 4, arbitrary: fc.record({ what: fc.constant('insert'), origin: fc.oneof(origin, withoutFlow), state }) },
  { weight: 6, arbitrary: fc.record({ what: fc.constant('update'), which: fc.nat(), state }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('fail'), state }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('gather') }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('touch'), which: fc.nat() }) },
) as fc.Arbitrary<Act>

interface Act {
  readonly what: 'insert' | 'update' | 'fail' | 'gather' | 'touch'
  readonly which?: number
  readonly origin?: Partial<SessionRecord>
  readonly state?: Partial<SessionRecord>
}

describe.each(stores)('the counts of sessions on $name', (implementation) => {
  test('are what counting the sessions says, whatever happened to them', async () => {
    const store = await withFlows(await (await implementation.made()).open())
    const sessions: SessionRecord[] = []
    const perform = async ({ what, which = 0, origin: given, state: next }: Act) => {
      const place = sessions.length === 0 ? -1 : which % sessions.length
      const found = sessions[place]
      if (what === 'gather') await store.write((tx) => tx.sessionCounts.gather())
      if (what === 'insert') {
        const session = aSession(`s${sessions.length}`, { ...given, ...next })
        await store.write((tx) => tx.sessions.insert(session))
        sessions.push(session)
      }
      if (what === 'fail') {
        const failing = store.write(async (tx) => {
          await tx.sessions.insert(aSession('never', next))
          throw new Error('no')
        })
        await expect(failing).rejects.toThrow('no')
      }
      if (found === undefined) return
      if (what === 'touch') await store.write((tx) => tx.sessions.toWrite(found.livemode, found.id))
      if (what === 'update') {
        sessions[place] = { ...found, ...next }
        await store.write((tx) => tx.sessions.update({ ...found, ...next }))
      }
    }
    // One store takes all runs: what one leaves behind is where the next begins.
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 10, maxLength: 25, size: 'max' }), async (acts) => {
        for (const one of acts) await perform(one)
        expect(await counted(store)).toEqual(counting(sessions))
      }),
      { numRuns: 10, endOnFailure: true },
    )
    expect(sessions.length).toBeGreaterThan(20)
    const batches = await store.read(async (tx) => {
      const all = []
      for await (const batch of tx.contents.batches()) all.push(batch)
      return all
    })
    await store.write((tx) =>
      tx.contents.replace(
        (async function* () {
          yield* batches
        })(),
      ),
    )
    expect(await counted(store)).toEqual(counting(sessions))
    while (await store.write((tx) => tx.sessionCounts.gather())) {}
    expect(await counted(store)).toEqual(counting(sessions))
  })

  test('hold the sessions of before the first count, and those that an older program writes beside this one', async () => {
    const { open } = await implementation.place()
    // All others, also later ones: what writes here as an older program would is this program.
    const before = MIGRATIONS.filter(({ name }) => name !== '0016-session-counts')
    const sessions = [
      aSession('a', { created: 5, status: 'verified', flow: 'f', flow_version: 3 }),
      aSession('b', { created: DAY, last_error: { code: 'abandoned', reason: 'x' } }),
      aSession('c', { created: DAY, livemode: true }),
    ]
    const older = await withFlows(await open({ migrations: before }))
    const asOlder = ({ started: _, submitted: __, ...session }: SessionRecord) => session as SessionRecord
    for (const session of sessions) await older.write((tx) => tx.sessions.insert(asOlder(session)))
    const store = await open()
    expect(await counted(store)).toEqual(counting(sessions))
    const ended = { ...aSession('d'), created: 9, status: 'canceled' } as const
    await older.write((tx) => tx.sessions.insert(asOlder({ ...ended, status: 'requires_input' })))
    await older.write((tx) => tx.sessions.update(asOlder(ended)))
    expect(await counted(store)).toEqual(counting([...sessions, ended]))
  })

  test('made by many at once for one flow are all there, while others gather', async () => {
    const store = await withFlows(await (await implementation.made()).open())
    const making = Array.from({ length: 60 }, (_, number) =>
      store.write((tx) => tx.sessions.insert(aSession(`s${number}`, { flow: 'f', flow_version: 1, created: 1 }))),
    )
    const gathering = Array.from({ length: 8 }, () => store.write((tx) => tx.sessionCounts.gather()))
    await Promise.all([...making, ...gathering])
    const counts = await store.read((tx) => tx.sessionCounts.ofFlows(false, ['f'], DAYS))
    expect(counts.get('f')?.sessions).toBe(60)
  })
})
