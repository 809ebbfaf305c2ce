import { expect, onTestFinished, test } from 'vitest'
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
  updateSession,
} from '../../src/service/operations/sessions/sessions.js'
import { verifierWorkKind } from '../../src/service/operations/sessions/verifier-work.js'
import { doDue } from '../../src/service/operations/work/do-due.js'
import type { Store } from '../../src/store/store.js'
import { withoutOurMetadata } from '../../src/stripe/metadata.js'
import type { Verifier } from '../../src/verifier/verifier.js'
import { stores } from '../store/stores.js'
import type { Fault } from '../stripe/faults.js'
import { aRandom, oneOf, type Random } from '../stripe/random.js'
import { StripeStandIn } from '../stripe/stand-in.js'
import { stripeAt, WEBHOOK_SECRET } from '../verifier/stripe-setting.js'

const CALLER: Caller = { livemode: false, principal: localUser('tester') }
const HOUR = 60 * 60
/** So often the job that lists changes is due, in seconds. */
const CHANGES_EVERY = 60
/** Hours without a fault after a round. Stripe forgets what it keeps under a key after a day. */
const CALM = [0, 0, 1, 16]
/** Rounds on each store; FLOWS_ROUNDS asks for more. */
const ROUNDS = Number(process.env.FLOWS_ROUNDS ?? 16)

/** Answers lost before and after the work was done, and all that says "not now". Resets are rare: the client waits after them. */
const FAULTS: readonly Fault[] = [
  ...(['silent-before', 'silent-after', 'silent-after', 'failed', 'failed-after', 'failed-after'] as const),
  ...(['rate-limited', 'locked', 'unavailable', 'reset-after'] as const),
]

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

test.each(stores)(
  'exactly one Stripe session per request, and the mirror ends as Stripe has it, over $name',
  async (implementation) => {
    const seed = Number(process.env.FLOWS_SEED ?? 7)
    const random = aRandom(seed)
    const clock = { now: 1_790_000_000 }
    const standIn = await StripeStandIn.start({ clock, seed })
    onTestFinished(() => standIn.close())
    const place = await implementation.made()
    const store = await place.open()
    const now = () => clock.now
    const [hasty, patient] = [await stripeAt(standIn, { timeout: 60 }, now), await stripeAt(standIn, {}, now)]
    const aProcess = (verifier: Verifier, over: Store = store) =>
      service({ store: over, now, verifiers: [verifier], changesEvery: CHANGES_EVERY })
    const healthy = aProcess(patient)
    const figures = { rounds: 0, requests: 0, crashes: 0, dropped: 0, repeated: 0 }
    const chance = (share: number) => random() < share

    /** A process that may end at any of its next writes. */
    const someProcess = () => {
      if (chance(0.5)) return aProcess(hasty)
      figures.crashes += 1
      return aProcess(hasty, dyingAfter(store, Math.floor(random() * 3)))
    }
    const create = (process: Service, key: string, params: object) =>
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
    const work = (process: Service) => doDue(process, verifierWorkKind(process)).catch(() => false)
    const passTime = () => {
      clock.now += oneOf(random, [1, 5, 61, 600])
    }
    /** Time in which the work is done. */
    const pass = async (steps: number, seconds: number) => {
      for (let step = 0; step < steps; step += 1) {
        while (await work(healthy));
        clock.now += seconds
      }
    }
    /** Whatever is refused or gets lost: what counts is the end. */
    const attempt = async (call: (process: Service) => Promise<unknown>) => {
      await call(someProcess()).catch(() => {})
      passTime()
    }

    // Webhooks wait until the round says what becomes of them.
    standIn.test.webhooks.add('http://127.0.0.1:9/', { secret: WEBHOOK_SECRET })
    standIn.test.webhooks.way = () => 'held'
    const [endpoint] = standIn.test.webhooks.endpoints
    if (endpoint === undefined) expect.fail('there is no endpoint')
    let told = 0
    /** The events since the last time: shuffled, some never sent, some sent twice. */
    const webhooks = async () => {
      const all = [...standIn.test.events]
      const fresh = shuffled(random, all.slice(told))
      told = all.length
      for (const event of fresh) {
        const times = oneOf(random, [0, 1, 1, 2])
        if (times === 0) figures.dropped += 1
        if (times === 2) figures.repeated += 1
        const { body, headers } = standIn.test.webhooks.signed(event, endpoint)
        for (let count = 0; count < times; count += 1) {
          await attempt((process) => receiveFromVerifier(process, 'stripe', { body: Buffer.from(body), headers }))
        }
      }
    }

    // The job that lists changes goes on beside the rest: its calls fail, and processes end in its middle, too.
    await beginChanges(healthy)
    const made: string[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      standIn.faults.byChance({ random, share: 0.45, faults: FAULTS })
      figures.rounds += 1
      figures.requests += 1
      const params = {
        metadata: { round: String(round) },
        ...(chance(0.5) && { client_reference_id: `user ${round}` }),
      }
      let answer: { readonly body: string } | undefined
      for (let tries = 0; answer === undefined; tries += 1) {
        if (tries === 12) standIn.faults.none()
        if (tries === 30) expect.fail(`round ${round} gets no answer (seed ${seed})`)
        const process = tries >= 12 ? healthy : someProcess()
        answer = (await create(process, `key-${round}`, params).catch(() => undefined)) as typeof answer
        if (answer === undefined) passTime()
        if (chance(0.3)) await work(someProcess())
      }
      standIn.faults.byChance({ random, share: 0.45, faults: FAULTS })
      const id = textOf(answer)
      made.push(id)
      if (chance(0.4)) {
        await attempt((process) =>
          process.write(CALLER, (call) => updateSession(call, id, { metadata: { round: '', changed: String(round) } })),
        )
      }
      const act = oneOf(random, ['verified', 'document_expired', 'abandoned', 'cancel', 'submit', 'nothing'] as const)
      const { status } = standIn.test.session(id)
      if (act === 'cancel') {
        await attempt((process) => process.write(CALLER, (call) => cancelSession(call, id, new Set())))
      } else if (act === 'submit' && status === 'requires_input') standIn.acts().submit(id)
      else if (act !== 'nothing' && act !== 'submit' && status === 'requires_input') standIn.acts().finish(id, act)
      if (chance(0.3)) await webhooks()
      if (chance(0.2)) await attempt((process) => process.write(CALLER, (call) => redactSession(call, id, new Set())))
      if (chance(0.4)) await work(someProcess())
      standIn.faults.none()
      await pass(oneOf(random, CALM), HOUR)
    }

    // All goes well again: what is left is done, and lost webhooks are made up for.
    const faults = [...standIn.faults.met.values()].reduce((sum, count) => sum + count, 0)
    standIn.faults.none()
    const listed = standIn.calls('GET /v1/events')
    // A redaction that crosses a submission waits until Stripe has processed it, and no longer.
    const crossing = textOf((await create(healthy, 'key-crossing', {})) as { readonly body: string })
    made.push(crossing)
    standIn.acts().submit(crossing)
    await healthy.write(CALLER, (call) => redactSession(call, crossing, new Set()))
    // Once that job has caught up, it finds within minutes what no webhook says; a session is read by itself far less often.
    await pass(240, 30)
    const silent = (await sessionsOf(store)).find(
      ({ id, status, redaction }) =>
        status === 'requires_input' && redaction === null && standIn.test.session(id).status === 'requires_input',
    )?.id
    if (silent === undefined) expect.fail(`nobody is left who could be verified (seed ${seed})`)
    standIn.acts().submit(silent)
    await pass(18, 10)
    expect((await sessionsOf(store)).find(({ id }) => id === silent)?.status).toBe('processing')
    await pass(16, HOUR)
    // Stripe redacts nothing while it is processing, which always ends.
    for (const { id, status } of standIn.test.sessions) {
      if (status === 'processing') standIn.acts().finish(id, 'verified')
    }
    await pass(3, HOUR)
    expect(standIn.test.session(crossing).redaction).toBe('processing')
    for (const session of standIn.test.sessions) {
      if (session.redaction === 'processing') standIn.acts().finishRedaction(session.id)
    }
    await pass(16, HOUR)

    const records = await sessionsOf(store)
    const differences = [...standIn.test.sessions].flatMap((session) => {
      const record = records.find(({ id }) => id === session.id)
      const isErased = session.redaction !== null
      const at = {
        status: session.status,
        redaction: session.redaction,
        ...(!isErased && { metadata: withoutOurMetadata(session.metadata), error: session.last_error?.code ?? null }),
        report: isErased ? undefined : session.report,
      }
      const here = record && {
        status: record.status,
        redaction: record.redaction,
        ...(!isErased && { metadata: record.metadata, error: record.last_error?.code ?? null }),
        report: isErased ? undefined : record.last_report,
      }
      return JSON.stringify(at) === JSON.stringify(here) ? [] : [{ id: session.id, at, here }]
    })
    console.log(
      `stripe-faults on ${implementation.name}: ${JSON.stringify({ ...figures, faults, listed, differences: differences.length })}`,
    )
    expect(differences).toEqual([])
    expect([...standIn.test.sessions].map(({ id }) => id).sort()).toEqual([...made].sort())
    expect(records.map(({ id }) => id).sort()).toEqual([...made].sort())
    // Nobody at Stripe takes a result back.
    const later = await Promise.all(made.map((id) => afterVerified(store, id)))
    expect(later.flat().filter((type) => type !== 'redacted')).toEqual([])
    expect(faults).toBeGreaterThan(ROUNDS / 2)
    expect(listed).toBeGreaterThan(0)
  },
  120_000,
)

function textOf(answer: { readonly body: string } | undefined): string {
  const found = /"id":"(vs_[A-Za-z0-9]+)"/.exec(JSON.stringify(answer).replaceAll('\\', ''))
  return found?.[1] ?? expect.fail('the answer has no id')
}

function shuffled<T>(random: Random, all: readonly T[]): T[] {
  return all
    .map((one) => ({ one, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one)
}

async function sessionsOf(store: Store) {
  const records = []
  let after: string | undefined
  for (;;) {
    const page = await store.read((tx) =>
      tx.sessions.list(false, {}, { limit: 100, ...(after !== undefined && { starting_after: after }) }),
    )
    records.push(...page.data)
    after = page.data.at(-1)?.id
    if (!page.has_more || after === undefined) return records
  }
}

/** What was told here of a session after the person was verified. */
async function afterVerified(store: Store, id: string): Promise<string[]> {
  const types = (await store.read((tx) => tx.events.ofObject(id))).map(({ type }) => type.split('.').at(-1) ?? '')
  const verified = types.indexOf('verified')
  return verified === -1 ? [] : types.slice(verified + 1)
}
