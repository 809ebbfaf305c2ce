import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Caller, type Service, service } from '../../src/service/operations/calls/call.js'
import { once } from '../../src/service/operations/calls/idempotency.js'
import { localUser } from '../../src/service/operations/calls/principal.js'
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
import { type Implementation, stores } from '../store/stores.js'
import { FarVerifier, type Fault } from '../verifier/far-verifier.js'

const CALLER: Caller = { livemode: false, principal: localUser('tester') }
const ROUNDS = 25
/** Less than a step waits, so that the job that lists changes is driven as all others are. */
const CHANGES_EVERY = 60
const FAULTS: readonly Fault[] = ['lost', 'answer-lost', 'broken']
const STEPS = [
  'create',
  'update',
  'cancel',
  'redact',
  'retrieve',
  'person',
  'override',
  'webhook',
  'work',
  'wait',
] as const

interface Step {
  readonly what: (typeof STEPS)[number]
  /** Which session, by position. */
  readonly which: number
  readonly fault: Fault | null
  /** The process ends after so many writes of this step; null if it lives. */
  readonly ends: number | null
}

const aStep: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom(...STEPS, 'create', 'person'),
  which: fc.nat(3),
  fault: fc.option(fc.constantFrom(...FAULTS), { freq: 2 }),
  ends: fc.option(fc.nat(2), { freq: 2 }),
})

/** A store whose process ends: of its writes only the first so many are kept. */
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

/** The service over a store with a verifier that keeps results, and what a round does with it. */
async function aRound(store: Store, round: number) {
  const clock = { now: 1_790_000_000 }
  const far = new FarVerifier(clock, { keeps: true, name: `far${round}` })
  far.latency = 0
  const aProcess = (over: Store): Service =>
    service({ store: over, now: () => clock.now, verifiers: [far], changesEvery: CHANGES_EVERY })
  const lasting = aProcess(store)
  await beginChanges(lasting)
  const requests: string[] = []
  const create = (process: Service, key: string) =>
    once(
      process,
      CALLER,
      { key, method: 'POST', path: '/sessions', params: {} },
      {
        run: (call) => createSession(call, { type: 'document', provided_details: { email: 'ada@example.com' } }),
        resume: (call, id) => resumeSession(call, id, new Set()),
        toText: (session) => JSON.stringify(session),
      },
    )
  const work = async (process: Service) => {
    for (let go = true; go; ) go = await doDue(process, verifierWorkKind(process)).catch(() => false)
  }

  /** One step, in a process that may end and with a verifier that may fail. What fails is no matter here. */
  async function make({ what, which, fault, ends }: Step): Promise<void> {
    const process = aProcess(ends === null ? store : dyingAfter(store, ends))
    const id = [...far.sessions.keys()][which]
    if (fault !== null) far.faults = [fault]
    if (what === 'create') {
      const key = which < requests.length ? (requests[which] as string) : `r${round}-${requests.length}`
      if (!requests.includes(key)) requests.push(key)
      await create(process, key)
    } else if (what === 'work') await work(process)
    else if (what === 'wait') clock.now += 70
    else if (id === undefined) return
    else if (what === 'update')
      await process.write(CALLER, (call) => updateSession(call, id, { metadata: { a: `${which}` } }))
    else if (what === 'cancel') await process.write(CALLER, (call) => cancelSession(call, id))
    else if (what === 'redact') await process.write(CALLER, (call) => redactSession(call, id))
    else if (what === 'retrieve') await process.read(CALLER, (call) => retrieveSession(call, id))
    else if (what === 'webhook') await receiveFromVerifier(process, far.name, far.webhook(id))
    else if (what === 'override') far.override(id)
    else far.person(id, which)
  }

  /** All is well again: every request is sent once more, and everything that is due is done. */
  async function settle(): Promise<void> {
    far.faults = []
    const hours = async (many: number) => {
      for (let hour = 0; hour < many; hour += 1) {
        clock.now += 2 * 60 * 60
        await work(lasting)
      }
    }
    for (const [id, { status }] of far.sessions) if (status === 'processing') far.end(id, 'verified')
    await hours(3)
    for (const key of requests) await create(lasting, key)
    for (const id of far.sessions.keys()) far.finishErasing(id)
    await hours(3)
  }

  /** The fields in which the mirror of a session is not what the verifier has. */
  async function differences(): Promise<string[]> {
    const found: string[] = []
    if (far.sessions.size !== requests.length) found.push(`${far.sessions.size} sessions, ${requests.length} requests`)
    for (const { id, status, redaction, ended, asked } of far.sessions.values()) {
      const mirror = await store.read((tx) => tx.sessions.byId(false, id))
      // A report that comes when the session was redacted here is not taken any more.
      const report = redaction === null ? (ended?.report?.id ?? null) : null
      const theirs = { status, redaction, metadata: redaction === null ? asked.metadata : {}, report }
      const ours = mirror && {
        status: mirror.status,
        redaction: mirror.redaction,
        metadata: mirror.metadata,
        report: ended?.report == null || redaction !== null ? report : mirror.last_report,
      }
      if (JSON.stringify(ours) !== JSON.stringify(theirs)) found.push(`${id}: ${JSON.stringify({ ours, theirs })}`)
    }
    return found
  }
  return { make, settle, differences, far }
}

describe.each(stores)('sessions at a faulty verifier, on $name,', (implementation: Implementation) => {
  test('are one for each request, and mirrored as they are there, whatever is lost and whatever ends', async () => {
    const store = await (await implementation.made()).open()
    const figures = { rounds: 0, steps: 0, faults: 0, ends: 0, sessions: 0, differences: 0 }
    await fc.assert(
      fc.asyncProperty(fc.array(aStep, { minLength: 6, maxLength: 16 }), async (steps) => {
        const round = await aRound(store, figures.rounds)
        for (const step of steps) await round.make(step).catch(() => {})
        await round.settle()
        const differences = await round.differences()
        figures.rounds += 1
        figures.steps += steps.length
        figures.faults += steps.filter(({ fault }) => fault !== null).length
        figures.ends += steps.filter(({ ends }) => ends !== null).length
        figures.sessions += round.far.sessions.size
        figures.differences += differences.length
        expect(differences).toEqual([])
      }),
      { numRuns: ROUNDS },
    )
    console.info(`${implementation.name}: ${JSON.stringify(figures)}`)
  })
})
