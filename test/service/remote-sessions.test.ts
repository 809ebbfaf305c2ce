import { describe, expect, test } from 'vitest'
import { type Caller, type Service, service } from '../../src/service/operations/calls/call.js'
import { forgetOld } from '../../src/service/operations/calls/forget.js'
import { once } from '../../src/service/operations/calls/idempotency.js'
import { localUser } from '../../src/service/operations/calls/principal.js'
import { submitSession } from '../../src/service/operations/sessions/attempts.js'
import { dueSessionsKind } from '../../src/service/operations/sessions/due-sessions.js'
import { receiveFromVerifier } from '../../src/service/operations/sessions/receive.js'
import { redactSession } from '../../src/service/operations/sessions/redaction.js'
import { beginChanges } from '../../src/service/operations/sessions/remote/changes.js'
import {
  cancelSession,
  createSession,
  resumeSession,
  retrieveSession,
  updateSession,
} from '../../src/service/operations/sessions/sessions.js'
import { verifierWorkKind } from '../../src/service/operations/sessions/verifier-work.js'
import { doDue } from '../../src/service/operations/work/do-due.js'
import type { Store } from '../../src/store/store.js'
import { simulator } from '../../src/verifier/simulator/simulator.js'
import type { Verifier } from '../../src/verifier/verifier.js'
import { type Implementation, storeOfTheLane } from '../store/stores.js'
import { FarVerifier } from '../verifier/far-verifier.js'
import { onlyOutside, watchedStore } from '../verifier/outside-transactions.js'

const CALLER: Caller = { livemode: false, principal: localUser('tester') }
const LEASE = 61
const HOUR = 60 * 60

/** The service over a store, with a verifier; its clock stands still until it is set. */
async function aWorkshop(implementation: Implementation, make: (clock: { now: number }) => Verifier) {
  const place = await implementation.made()
  const clock = { now: 1_790_000_000 }
  const { verifier, made } = onlyOutside(make(clock))
  const store = watchedStore(await place.open())
  /** A process on the store, which may end at a write. */
  const aProcess = (over: Store = store) => service({ store: over, now: () => clock.now, verifiers: [verifier] })
  const operations = aProcess()
  /** Does what is due, and what comes of that. */
  const work = async (process: Service = operations) => {
    while ((await doDue(process, verifierWorkKind(process))) || (await doDue(process, dueSessionsKind(process))));
  }
  const create = (process: Service = operations, params = {}) =>
    process.write(CALLER, (call) => createSession(call, { type: 'document', ...params }))
  /** As a client sends it, that sends it again under the same key. */
  const createOnce = (key: string, process: Service = operations, params: object = {}) =>
    once(
      process,
      CALLER,
      { key, method: 'POST', path: '/sessions', params },
      {
        run: (call) => createSession(call, { type: 'document', ...params }),
        resume: (call, id) => resumeSession(call, id, new Set()),
        toText: (session) => JSON.stringify(session),
      },
    )
  const get = (id: string) => operations.read(CALLER, (call) => retrieveSession(call, id))
  const events = async () => {
    const { data } = await store.read((tx) => tx.events.list(false, {}, { limit: 100 }))
    return data.map(({ type }) => type.replace('identity.verification_session.', '')).reverse()
  }
  const sessions = async () => (await store.read((tx) => tx.sessions.list(false, {}, { limit: 100 }))).data
  const left = (id: string) => store.read((tx) => tx.work.named(`change:${id}`))
  return { store, clock, verifier, made, operations, aProcess, work, create, createOnce, get, events, sessions, left }
}

async function aFar(implementation: Implementation, keeps = false) {
  let far: FarVerifier | undefined
  const parts = await aWorkshop(implementation, (clock) => {
    far = new FarVerifier(clock, { keeps })
    return far
  })
  if (far === undefined) throw new Error('none was made')
  return { ...parts, far }
}

/** A store whose process ends: of its writes only the first so many are kept, and nobody hears of the others. */
function dyingAfter(store: Store, writes: number): Store {
  let made = 0
  return {
    ...store,
    write: async (work) => {
      made += 1
      if (made > writes) throw new Error('the process has ended')
      return store.write(work)
    },
  }
}

const CALL = { code: 'verifier_unavailable' } as const
const refusedWith = (status: number, body: object) => ({
  name: 'ApiError',
  status,
  body: expect.objectContaining(body),
})

interface Kind {
  readonly make: (clock: { now: number }) => Verifier
  /** The person submits with an outcome, and the service hears of it. */
  readonly attempt: (parts: Awaited<ReturnType<typeof aWorkshop>>, id: string, outcome: string) => Promise<void>
}

async function remoteIdOf({ store }: { readonly store: Store }, id: string): Promise<string> {
  return (await store.read((tx) => tx.sessions.byId(false, id)))?.remote?.id ?? ''
}

const kinds: readonly (readonly [string, Kind])[] = [
  [
    'the simulator',
    {
      make: () => simulator,
      attempt: async ({ operations, clock, work }, id, outcome) => {
        await operations.write(CALLER, (call) => submitSession(call, id, { outcome }))
        clock.now += 2
        await work()
      },
    },
  ],
  [
    'a verifier elsewhere',
    {
      make: (clock) => new FarVerifier(clock),
      attempt: async (parts, id, outcome) => {
        const far = parts.verifier as FarVerifier
        const theirs = await remoteIdOf(parts, id)
        far.submit(theirs)
        await receiveFromVerifier(parts.operations, 'far', far.webhook(theirs))
        await parts.work()
        far.end(theirs, outcome)
        await receiveFromVerifier(parts.operations, 'far', far.webhook(theirs))
        await parts.work()
      },
    },
  ],
]

for (const implementation of storeOfTheLane) {
  describe.each(kinds)(`a session that is verified by %s, on ${implementation.name},`, (_name, { make, attempt }) => {
    test('passes through the same statuses with the same events, and no call is made inside of a transaction', async () => {
      const parts = await aWorkshop(implementation, make)
      const { operations, create, get, events, made, work, clock } = parts
      const { id } = await create()
      await operations.write(CALLER, (call) => updateSession(call, id, { metadata: { order: '1' } }))
      expect(await get(id)).toMatchObject({ status: 'requires_input', metadata: { order: '1' } })
      await attempt(parts, id, 'document_expired')
      expect(await get(id)).toMatchObject({ status: 'requires_input', last_error: { code: 'document_expired' } })
      const begun = await parts.store.read((tx) => tx.sessions.byId(false, id))
      expect([begun?.started, begun?.submitted]).toEqual([expect.any(Number), expect.any(Number)])
      await attempt(parts, id, 'verified')
      const verified = await get(id)
      expect(verified).toMatchObject({ status: 'verified', last_error: null, url: null })
      expect(verified.last_verification_report).toMatch(/^vr_/)
      const other = await create()
      await operations.write(CALLER, (call) => cancelSession(call, other.id))
      expect(await get(other.id)).toMatchObject({ status: 'canceled' })
      await operations.write(CALLER, (call) => redactSession(call, id))
      await work()
      if (parts.verifier instanceof FarVerifier) parts.verifier.erase(await remoteIdOf(parts, id))
      clock.now += 2 * HOUR
      await work()
      expect(await get(id)).toMatchObject({ status: 'verified', redaction: { status: 'redacted' }, metadata: {} })
      const attempts = ['processing', 'requires_input', 'processing', 'verified']
      expect(await events()).toEqual(['created', ...attempts, 'created', 'canceled', 'redacted'])
      expect(made).toContain('read')
    })

    test('is told of once, though everything is heard of twice', async () => {
      const parts = await aWorkshop(implementation, make)
      const { id } = await parts.create()
      await attempt(parts, id, 'verified')
      const theirs = await remoteIdOf(parts, id)
      if (parts.verifier instanceof FarVerifier) {
        const { verifier } = parts
        await Promise.all([1, 2, 3].map(() => receiveFromVerifier(parts.operations, 'far', verifier.webhook(theirs))))
      }
      await Promise.all([parts.work(), parts.work(parts.aProcess())])
      parts.clock.now += 24 * HOUR
      await parts.work()
      expect(await parts.events()).toEqual(['created', 'processing', 'verified'])
      const reports = await parts.store.read((tx) => tx.reports.list(false, { session: id }, { limit: 10 }))
      expect(reports.data).toHaveLength(1)
    })
  })

  describe(`a session that is verified elsewhere, on ${implementation.name},`, () => {
    test('has the id, the address and the secret of its verifier, everywhere', async () => {
      const { create, get, sessions, made, left, store } = await aFar(implementation)
      const session = await create()
      const entrance = { url: 'https://far.example.com/start/far_1', client_secret: 'far_1_secret' }
      expect(session).toMatchObject({ id: 'far_1', status: 'requires_input', ...entrance })
      const { data } = await store.read((tx) => tx.events.list(false, {}, { limit: 100 }))
      expect(data.map(({ object, data: shown }) => [object, shown.id])).toEqual([['far_1', 'far_1']])
      expect(await get(session.id)).toMatchObject(entrance)
      expect((await sessions()).map(({ remote }) => remote?.id)).toEqual(['far_1'])
      expect([made, await left(session.id)]).toEqual([['open'], undefined])
    })

    test('has a new address once the old one has expired, and none while its verifier is silent', async () => {
      const { create, get, clock, far } = await aFar(implementation)
      const { id } = await create()
      clock.now += 48 * HOUR
      far.faults = ['lost']
      expect(await get(id)).toMatchObject({ url: null, client_secret: null })
      clock.now += 6
      expect((await get(id)).url).toMatch(/^https:/)
    })

    test.each(['lost', 'answer-lost', 'broken'] as const)(
      'is opened once where the call is %s: the caller finds it by the same key',
      async (fault) => {
        const { far, createOnce, events, sessions } = await aFar(implementation)
        far.faults = [fault]
        await expect(createOnce('k')).rejects.toMatchObject(refusedWith(503, CALL))
        // Nobody sees a session that may not be there.
        expect([await sessions(), await events()]).toEqual([[], []])
        const { body, replayed } = await createOnce('k')
        expect(JSON.parse(body)).toMatchObject({ id: 'far_1', url: 'https://far.example.com/start/far_1' })
        expect(replayed).toBe(false)
        expect(await createOnce('k')).toMatchObject({ body, replayed: true })
        expect([far.sessions.size, (await sessions()).length, await events()]).toEqual([1, 1, ['created']])
      },
    )

    test.each(['lost', 'answer-lost', 'broken'] as const)(
      'is opened once where the call is %s, by a worker under the same key, if nobody asks again',
      async (fault) => {
        const { far, create, events, get, sessions, clock, work } = await aFar(implementation)
        far.faults = [fault]
        await expect(create()).rejects.toMatchObject(refusedWith(503, CALL))
        await work().catch(() => {})
        expect(await sessions()).toEqual([])
        clock.now += 3
        await work()
        expect((await get('far_1')).url).toMatch(/^https:/)
        expect([far.sessions.size, await events()]).toEqual([1, ['created']])
        expect(new Set(far.calls).size).toBe(1)
      },
    )

    test.each([
      ['after it was written down, before the call', 1],
      ['after the call, before it is settled', 1],
    ])('survives the end of its process %s', async (when, writes) => {
      const { store, far, aProcess, createOnce, events, sessions, clock, work } = await aFar(implementation)
      if (when.startsWith('after it was')) far.faults = ['lost']
      const dying = aProcess(dyingAfter(store, writes))
      await expect(createOnce('k', dying)).rejects.toThrow('the process has ended')
      // Nobody else begins it while the lease lasts.
      await work()
      await expect(createOnce('k')).rejects.toMatchObject(refusedWith(409, { code: 'lock_timeout' }))
      clock.now += LEASE
      await work()
      expect(await events()).toEqual(['created'])
      const { body } = await createOnce('k')
      expect(JSON.parse(body)).toMatchObject({ id: (await sessions())[0]?.id, url: expect.stringMatching(/^https:/) })
      expect([far.sessions.size, (await sessions()).length]).toEqual([1, 1])
    })

    test('is opened once by two workers that both think that it is theirs', async () => {
      const { far, createOnce, events, aProcess, clock, work } = await aFar(implementation)
      far.faults = ['hangs']
      const hanging = createOnce('k', aProcess()).catch((error) => error)
      while (far.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
      clock.now += LEASE
      await Promise.all([work(), work(aProcess())])
      expect([far.sessions.size, await events()]).toEqual([1, ['created']])
      void hanging
    })

    test('is told of once, though the first answer comes when another worker has failed and is to try again', async () => {
      const { far, createOnce, events, aProcess, clock, work } = await aFar(implementation)
      far.faults = ['held', 'lost']
      const first = createOnce('k', aProcess())
      while (far.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
      clock.now += LEASE
      await work()
      far.release()
      await first
      clock.now += HOUR
      await work()
      expect([far.sessions.size, await events()]).toEqual([1, ['created']])
      expect(far.calls.filter((one) => one.startsWith('open'))).toHaveLength(2)
    })

    test('that its verifier refuses was never there, and the same key may be used again', async () => {
      const { far, createOnce, events, sessions } = await aFar(implementation)
      far.faults = ['refused']
      const refused = refusedWith(400, { code: 'verifier_refused' })
      await expect(createOnce('k')).rejects.toMatchObject(refused)
      expect([await sessions(), await events()]).toEqual([[], []])
      const mended = await createOnce('k', undefined, { client_reference_id: 'mended' })
      expect(JSON.parse(mended.body)).toMatchObject({ client_reference_id: 'mended' })
      expect([far.sessions.size, await events()]).toEqual([1, ['created']])
    })

    test.each(['lost', 'answer-lost'] as const)(
      'that cannot be opened for a day is not asked for again, as the key may be forgotten: it is looked for (%s)',
      async (fault) => {
        const { far, create, sessions, events, clock, work } = await aFar(implementation)
        far.faults = [fault]
        await expect(create()).rejects.toMatchObject(refusedWith(503, CALL))
        clock.now += 23 * HOUR + 1
        await work().catch(() => {})
        const made = fault === 'lost' ? [] : ['far_1']
        expect([...far.sessions.keys()]).toEqual(made)
        expect([(await sessions()).map(({ id }) => id), await events()]).toEqual([made, made.map(() => 'created')])
      },
    )

    test('that cannot even be looked for is given up after a day', async () => {
      const { far, create, sessions, store, clock, work } = await aFar(implementation)
      far.faults = ['answer-lost', 'lost', 'lost']
      await expect(create()).rejects.toMatchObject(refusedWith(503, CALL))
      const isLeft = () => store.read((tx) => tx.work.hasDue(clock.now + 2 * HOUR, ['far:test']))
      for (const [hours, left] of [
        [23.5, true],
        [0.25, true],
        [0.5, false],
      ] as const) {
        clock.now += hours * HOUR
        await work().catch(() => {})
        expect(await isLeft(), `after ${hours} hours more`).toBe(left)
      }
      // Of what went wrong, nothing is left: each time it was looked for.
      expect([far.faults, await sessions()]).toEqual([[], []])
    })

    test('with a check that its verifier does not run is refused before anything is written', async () => {
      const { store, operations, sessions, far } = await aFar(implementation)
      const limited = { ...far, name: 'limited', page: null, checks: ['id_number'], serves: () => true } as never
      const poor = service({ store, verifiers: [limited] })
      const refused = poor.write(CALLER, (call) => createSession(call, { type: 'document' }))
      await expect(refused).rejects.toMatchObject(refusedWith(400, { code: 'verifier_refused', param: 'options' }))
      expect([await sessions(), operations.verifiers.lanes]).toEqual([[], ['far:test', 'far:live']])
    })

    test.each(['update', 'cancel'] as const)(
      'keeps what it was where an %s is refused, and changes once where it is not',
      async (what) => {
        const { far, create, get, operations, events, left, clock, work } = await aFar(implementation)
        const { id } = await create()
        const change = () =>
          operations.write(CALLER, (call) =>
            what === 'update' ? updateSession(call, id, { metadata: { a: '1' } }) : cancelSession(call, id),
          )
        const asItWas = async () => {
          const { status, metadata } = await get(id)
          return [status, metadata]
        }
        far.faults = ['refused']
        await expect(change()).rejects.toMatchObject(refusedWith(400, { code: 'verifier_refused' }))
        expect(await asItWas()).toEqual(['requires_input', {}])
        await work()
        far.faults = ['answer-lost']
        await expect(change()).rejects.toMatchObject(refusedWith(503, CALL))
        // The verifier may have done it, and so nothing else is asked of it meanwhile.
        expect(await asItWas()).toEqual(['requires_input', {}])
        const busy = refusedWith(409, { code: 'lock_timeout' })
        await expect(change()).rejects.toMatchObject(busy)
        await expect(operations.write(CALLER, (call) => redactSession(call, id))).rejects.toMatchObject(busy)
        clock.now += 3
        await work()
        const expected = what === 'update' ? { metadata: { a: '1' } } : { status: 'canceled' }
        expect(await get(id)).toMatchObject(expected)
        expect(await left(id)).toBeUndefined()
        expect(await events()).toEqual(what === 'update' ? ['created'] : ['created', 'canceled'])
      },
    )

    test('is redacted here at once, and at its verifier for as long as that takes', async () => {
      const { far, create, get, operations, events, clock, work, sessions } = await aFar(implementation)
      const { id } = await create(undefined, { provided_details: { email: 'a@example.com' } })
      far.faults = ['lost', 'broken', 'refused']
      const redacted = await operations.write(CALLER, (call) => redactSession(call, id))
      expect(redacted).toMatchObject({ status: 'canceled', redaction: { status: 'processing' }, url: null })
      expect(JSON.stringify(await sessions())).not.toContain('a@example.com')
      for (let round = 0; round < 5; round += 1) {
        await work().catch(() => {})
        clock.now += 2 * HOUR
      }
      expect(await get(id)).toMatchObject({ redaction: { status: 'processing' } })
      far.erase('far_1')
      clock.now += HOUR
      await work()
      expect(await get(id)).toMatchObject({ redaction: { status: 'redacted' } })
      expect(await events()).toEqual(['created', 'canceled', 'redacted'])
    })

    test('is seen to be verified though every webhook is lost', async () => {
      const { far, create, get, events, clock, work } = await aFar(implementation)
      const { id } = await create()
      far.submit('far_1')
      far.end('far_1', 'verified')
      clock.now += 6 * HOUR
      far.faults = ['lost']
      await work()
      clock.now += 3
      await work()
      expect((await get(id)).status).toBe('verified')
      expect(await events()).toEqual(['created', 'processing', 'verified'])
    })

    test("is found to be verified by its verifier's list of changes, from which nothing is read twice", async () => {
      const { far, create, operations, events, clock, work, aProcess } = await aFar(implementation, true)
      const ids = []
      for (let made = 0; made < 4; made += 1) ids.push((await create()).id)
      far.sessions.set('far_of_others', { ...far.sessions.get('far_1'), id: 'far_of_others' } as never)
      far.submit('far_of_others')
      await Promise.all([beginChanges(operations), beginChanges(aProcess())])
      const pass = async () => {
        far.calls.length = 0
        // A page at a time, one a second, by whichever process is first.
        for (let page = 0; page < 6; page += 1) {
          await Promise.all([work(), work(aProcess())])
          clock.now += 1
        }
        return far.calls.filter((one) => one === 'read').length
      }
      clock.now += 10
      await pass()
      for (const id of ids.slice(0, 2)) {
        far.submit(id)
        far.end(id, 'verified')
      }
      far.faults = ['answer-lost']
      // Beyond what clocks may differ by: a session on two pages could have changed between them.
      clock.now += 6 * 60
      expect(await pass()).toBe(2)
      expect((await events()).filter((type) => type === 'verified')).toHaveLength(2)
      clock.now += 5 * 60
      // One question for each mode.
      expect([await pass(), far.calls]).toEqual([0, ['changes', 'changes']])
    })

    test("is found by its verifier's list of changes though the verifier's clock is two minutes behind", async () => {
      let far: FarVerifier | undefined
      const { create, operations, clock, work, sessions } = await aWorkshop(implementation, (ours) => {
        const theirs = {
          get now() {
            return ours.now - 120
          },
        }
        far = new FarVerifier(theirs, { keeps: true })
        return far
      })
      const { id } = await create()
      await beginChanges(operations)
      await work()
      clock.now += 30
      far?.submit(id)
      clock.now += 5 * 60
      await work()
      expect(await sessions()).toMatchObject([{ status: 'processing' }])
    })

    test('is looked for at its verifier for a week, and no longer: it may have been of another account', async () => {
      const { far, create, clock, work, store } = await aFar(implementation)
      await create()
      far.sessions.clear()
      const isLookedFor = async () => {
        await work()
        return store.read((tx) => tx.work.hasDue(clock.now + 2 * HOUR, ['far:test']))
      }
      clock.now += 6 * HOUR
      expect(await isLookedFor()).toBe(true)
      clock.now += 7 * 24 * HOUR
      expect(await isLookedFor()).toBe(false)
    })

    test('leaves nothing of the person after a day where no process has its verifier any more', async () => {
      const { store, far, create, clock, operations } = await aFar(implementation)
      far.faults = ['lost']
      const provided_details = { email: 'jenny@example.com' }
      await expect(create(operations, { provided_details })).rejects.toMatchObject(refusedWith(503, CALL))
      const without = service({ store, now: () => clock.now, verifiers: [simulator] })
      const left = async () => {
        await without.write(CALLER, (call) => forgetOld(call))
        return store.read((tx) => tx.work.hasDue(clock.now + HOUR, ['far:test']))
      }
      clock.now += 23 * HOUR
      expect(await left()).toBe(true)
      clock.now += 2 * HOUR
      expect(await left()).toBe(false)
    })

    test('is read again where a webhook comes while it is being read', async () => {
      const { far, create, get, operations, work } = await aFar(implementation)
      const { id } = await create()
      far.submit('far_1')
      await receiveFromVerifier(operations, 'far', far.webhook('far_1'))
      far.latency = 100
      const reading = work()
      while (!far.calls.includes('read')) await new Promise((resolve) => setTimeout(resolve, 1))
      far.end('far_1', 'verified')
      await receiveFromVerifier(operations, 'far', far.webhook('far_1'))
      await reading
      await work()
      expect((await get(id)).status).toBe('verified')
    })

    test('is followed where a reviewer overrides its result, in either direction', async () => {
      const { far, create, get, operations, work, events } = await aFar(implementation, true)
      const { id } = await create()
      const heard = async () => {
        await receiveFromVerifier(operations, 'far', far.webhook(id))
        await work()
        return get(id)
      }
      far.submit(id)
      far.end(id, 'document_expired')
      const report = 'vr_far_1-1'
      const failed = { status: 'requires_input', last_verification_report: report }
      expect(await heard()).toMatchObject({ ...failed, last_error: { code: 'document_expired' } })
      far.override(id)
      expect(await heard()).toMatchObject({ status: 'verified', last_error: null, last_verification_report: report })
      far.override(id)
      expect(await heard()).toMatchObject({ ...failed, last_error: null, url: expect.stringMatching(/^https:/) })
      expect(await events()).toEqual(['created', 'processing', 'requires_input', 'verified', 'requires_input'])
    })

    test('stays as it is where an answer comes late, and is read again', async () => {
      const { far, create, get, operations, work, events } = await aFar(implementation)
      const { id } = await create()
      far.faults = ['held']
      const updating = operations.write(CALLER, (call) => updateSession(call, id, { metadata: { a: '1' } }))
      while (!far.calls.some((one) => one.startsWith('update'))) await new Promise((resolve) => setTimeout(resolve, 1))
      far.submit(id)
      far.end(id, 'verified')
      await receiveFromVerifier(operations, 'far', far.webhook(id))
      await work()
      far.release()
      expect(await updating).toMatchObject({ status: 'verified', metadata: { a: '1' } })
      await work()
      expect(await get(id)).toMatchObject({ status: 'verified' })
      expect([await events(), far.calls.filter((one) => one === 'read').length]).toEqual([
        ['created', 'processing', 'verified'],
        2,
      ])
    })

    test('is erased here too where it is redacted at its verifier by hand', async () => {
      const { far, create, get, operations, work, events, sessions, store } = await aFar(implementation)
      const { id } = await create(undefined, { provided_details: { email: 'a@example.com' }, metadata: { who: 'Ada' } })
      far.redactByHand(id)
      await receiveFromVerifier(operations, 'far', far.webhook(id))
      await work()
      expect(await get(id)).toMatchObject({ status: 'canceled', redaction: { status: 'processing' }, metadata: {} })
      const told = await store.read((tx) => tx.events.list(false, {}, { limit: 100 }))
      expect(JSON.stringify([await sessions(), told])).not.toMatch(/a@example|Ada/)
      far.erase(id)
      await receiveFromVerifier(operations, 'far', far.webhook(id))
      await work()
      expect(await events()).toEqual(['created', 'canceled', 'redacted'])
    })

    test('is not submitted with an outcome that is chosen here, nor by a webhook that is forged', async () => {
      const { create, operations, far, get } = await aFar(implementation)
      const { id } = await create()
      const submitted = operations.write(CALLER, (call) => submitSession(call, id, { outcome: 'verified' }))
      await expect(submitted).rejects.toMatchObject(refusedWith(400, { code: 'verifier_refused' }))
      const forged = { body: far.webhook('far_1').body, headers: { 'far-signature': 'x' } }
      await expect(receiveFromVerifier(operations, 'far', forged)).rejects.toMatchObject({ status: 400 })
      await expect(receiveFromVerifier(operations, 'near', forged)).rejects.toMatchObject({ status: 404 })
      expect((await get(id)).status).toBe('requires_input')
    })
  })
}

describe('the watch over transactions', () => {
  test('throws where a verifier is called inside of one', async () => {
    const { store, verifier } = await aFar(storeOfTheLane[0] as Implementation)
    const webhook = { body: Buffer.from(''), headers: {} }
    await expect(store.write(() => verifier.receive(webhook))).rejects.toThrow('inside of a write transaction')
    await expect(store.read(() => verifier.receive(webhook))).rejects.toThrow('inside of a read transaction')
  })
})
