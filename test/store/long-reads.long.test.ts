import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sha256 } from '../../src/model/canonical.js'
import type { SessionFilter, SessionRecord } from '../../src/store/sessions.js'
import type { Store } from '../../src/store/store.js'
import { aFlowRecord, aSession, itsVersion } from './records.js'
import { stores } from './stores.js'

/** More than two steps of a list. */
const ROWS = 2_300
const FLOWS = ['f1', 'f2']
const STATUSES = ['verified', 'canceled', 'requires_input'] as const

const SESSIONS: readonly SessionRecord[] = Array.from({ length: ROWS }, (_, n) =>
  aSession(`vs_${String(n).padStart(5, '0')}`, {
    livemode: n % 11 === 0,
    // Ids and times do not quite agree, and several share a second.
    created: 1_790_000_000 + Math.floor(n / 3) + (n % 5),
    flow: FLOWS[n % 4 < 2 ? 0 : 1] ?? null,
    flow_version: n < 100 ? 1 : 2,
    status: n < 40 ? 'canceled' : (STATUSES[n % 2 === 0 ? 0 : 2] ?? 'verified'),
    // The oldest ones, so that whoever looks for them has a long way.
    country: n < 40 ? 'AT' : null,
    client_reference_id: n % 3 === 0 ? 'often' : null,
    related_customer: n % 500 === 0 ? 'cus_1' : null,
  }),
)

/** Looks at every session of a flow that many have: those of this country are the oldest. */
const FAR = { flow: 'f1', country: 'AT' } satisfies SessionFilter

async function filled(store: Store): Promise<void> {
  await store.write(async (tx) => {
    const flows = FLOWS.map((id) => aFlowRecord(id))
    await tx.flows.save(
      flows,
      flows.map((flow) => itsVersion(flow)),
    )
    for (const session of SESSIONS) await tx.sessions.insert(session)
  })
}

/** As the list should be: all of it, newest first. */
function expected({ created = {}, ...equal }: SessionFilter): string[] {
  const { gt = -1, gte = 0, lt = 1e12, lte = 1e12 } = created
  const has = (one: SessionRecord, name: string) =>
    name === 'reference_digest'
      ? one.client_reference_id && sha256(one.client_reference_id)
      : one[name as keyof SessionRecord]
  return SESSIONS.filter((one) => !one.livemode)
    .filter((one) => Object.entries(equal).every(([name, value]) => has(one, name) === value))
    .filter((one) => one.created > gt && one.created >= gte && one.created < lt && one.created <= lte)
    .sort((a, b) => b.created - a.created || (a.id < b.id ? 1 : -1))
    .map(({ id }) => id)
}

const times = fc.option(fc.integer({ min: 1_790_000_000 - 5, max: 1_790_000_000 + 1_000 }), { nil: undefined })
const filters: fc.Arbitrary<SessionFilter> = fc.record(
  {
    flow: fc.constantFrom(...FLOWS),
    flow_version: fc.constantFrom(1, 2),
    status: fc.constantFrom(...STATUSES),
    reference_digest: fc.constantFrom(sha256('often'), sha256('never')),
    related_customer: fc.constantFrom('cus_1', 'cus_2'),
    created: fc.record({ gt: times, gte: times, lt: times, lte: times }),
  },
  { requiredKeys: [] },
)

describe.each(stores)('lists over many rows, on $name', (implementation) => {
  test('lose and repeat nothing, with any filters, from any place, in either direction', async () => {
    const store = await (await implementation.made()).open()
    await filled(store)
    const anyone = fc.constantFrom(...SESSIONS.filter(({ livemode }) => !livemode).map(({ id }) => id))
    const place = fc.option(fc.tuple(anyone, fc.boolean()), { nil: undefined })
    await fc.assert(
      fc.asyncProperty(filters, fc.integer({ min: 1, max: 100 }), place, async (filter, limit, from) => {
        const [id, isBackwards] = from ?? []
        const cursor = id === undefined ? {} : isBackwards ? { ending_before: id } : { starting_after: id }
        const { data, has_more } = await store.read((tx) => tx.sessions.list(false, filter, { limit, ...cursor }))
        // The place is one in the whole list, whether the filters find it or not.
        const all = expected({})
        const found = new Set(expected(filter))
        const at = id === undefined ? -1 : all.indexOf(id)
        const beyond = (isBackwards ? all.slice(0, at) : all.slice(at + 1)).filter((one) => found.has(one))
        const page = isBackwards ? beyond.slice(-limit) : beyond.slice(0, limit)
        expect([data.map((one) => one.id), has_more]).toEqual([page, beyond.length > limit])
      }),
      { numRuns: 100 },
    )
  })

  test('let a short read go before them, however many of them there are', async () => {
    const store = await (await implementation.made()).open()
    await filled(store)
    const ended: string[] = []
    const read = (name: string, filter: SessionFilter) =>
      store.read((tx) => tx.sessions.list(false, filter, { limit: 100 })).then(() => ended.push(name))
    const long = Array.from({ length: 16 }, () => read('long', FAR))
    const short = read('short', { related_customer: 'cus_1' })
    await Promise.all([...long, short])
    expect(ended.lastIndexOf('long')).toBeGreaterThan(ended.indexOf('short'))
  })

  test('see one state of the store from their first step to their last', async () => {
    const store = await (await implementation.made()).open()
    await filled(store)
    const found = await store.read(async (tx) => {
      const { data } = await tx.sessions.list(false, FAR, { limit: 100 })
      await store.write((writing) => writing.sessions.insert(aSession('vs_later', FAR)))
      const again = await tx.sessions.list(false, FAR, { limit: 100 })
      return [data.length, again.data.length]
    })
    expect(found[1]).toBe(found[0])
  })
})
