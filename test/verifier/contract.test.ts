import { describe, expect, test } from 'vitest'
import { CHECKS } from '../../src/verifier/checks.js'
import { simulator } from '../../src/verifier/simulator/simulator.js'
import type {
  Doing,
  HeldSession,
  Observed,
  OpenRequest,
  Verifier,
  VerifierWebhook,
} from '../../src/verifier/verifier.js'
import { VerifierError } from '../../src/verifier/verifier-error.js'
import { FarVerifier } from './far-verifier.js'

/** A verifier, and what happens beside it: what the person does, and what it takes a while to do itself. */
interface Setting {
  readonly verifier: Verifier
  /** The person submits, and the attempt ends: the session as it is kept here then, before the verifier is asked. */
  attempt(held: HeldSession, outcome: string): HeldSession
  /** The verifier has erased what it was told to. */
  erased(held: HeldSession): void
  /** What it sends when the session has changed; undefined where it sends nothing. */
  webhook(held: HeldSession): VerifierWebhook | undefined
}

const implementations: readonly (readonly [name: string, make: () => Setting])[] = [
  [
    'the simulator',
    () => ({
      verifier: simulator,
      attempt: (held, outcome) => ({ ...held, status: 'processing', attempt: held.attempt + 1, note: outcome }),
      erased: () => {},
      webhook: () => undefined,
    }),
  ],
  [
    'a slow and faulty verifier elsewhere',
    () => {
      const verifier = new FarVerifier()
      return {
        verifier,
        attempt: (held, outcome) => {
          verifier.submit(held.id)
          verifier.end(held.id, outcome)
          return { ...held, status: 'processing', attempt: held.attempt + 1 }
        },
        erased: ({ id }) => verifier.erase(id),
        webhook: ({ id }) => verifier.webhook(id),
      }
    },
  ],
]

function aRequest(more: Partial<OpenRequest> = {}): OpenRequest {
  return {
    session: 'vs_1',
    livemode: false,
    type: 'document',
    options: { document: {} },
    provided_details: null,
    metadata: {},
    client_reference_id: null,
    return_url: null,
    bound: null,
    flow: null,
    flow_version: null,
    related_customer: null,
    related_customer_account: null,
    given: {},
    ...more,
  }
}

const doing = (key: string): Doing => ({ key, signal: AbortSignal.timeout(10_000) })

/** The session as it is kept here, after what the verifier said of it. */
function held(facts: OpenRequest | HeldSession, { id, status, redaction }: Observed, attempt = 0): HeldSession {
  return { ...facts, id, status, redaction, attempt, note: null }
}

async function anOpened({ verifier }: Setting, more: Partial<OpenRequest> = {}): Promise<HeldSession> {
  const request = aRequest(more)
  return held(request, await verifier.open(request, doing(`open-${request.session}`)))
}

describe.each(implementations)('%s, as every verifier,', (_name, make) => {
  test('has a name, serves a mode, runs checks that there are, and says where a person goes', async () => {
    const { verifier } = make()
    expect(verifier.name).toMatch(/^[a-z][a-z_]*$/)
    expect([true, false].some((livemode) => verifier.serves(livemode))).toBe(true)
    expect(verifier.checks.length).toBeGreaterThan(0)
    expect(CHECKS).toEqual(expect.arrayContaining([...verifier.checks]))
    const { entrance } = await verifier.open(aRequest(), doing('a'))
    if (verifier.page !== null) expect(entrance).toBeNull()
    else expect(new URL(entrance?.url ?? '').protocol).toBe('https:')
  })

  test('opens a session that requires input, one for each key, however often it is asked, and at once', async () => {
    const { verifier } = make()
    const open = (session: string) => verifier.open(aRequest({ session }), doing(`key-${session}`))
    const [first, again] = await Promise.all([open('vs_1'), open('vs_1')])
    const later = await open('vs_1')
    const other = await open('vs_2')
    expect(first).toMatchObject({ status: 'requires_input', ended: null, redaction: null })
    expect([again.id, later.id]).toEqual([first.id, first.id])
    expect(other.id).not.toBe(first.id)
  })

  test.each(['update', 'cancel', 'redact'] as const)(
    'answers a second %s with the same key as the first',
    async (what) => {
      const setting = make()
      const session = await anOpened(setting)
      const changed = { ...session, before: session }
      const first = await setting.verifier[what](changed, doing('once'))
      expect(await setting.verifier[what](changed, doing('once'))).toEqual(first)
    },
  )

  test('says what it was told to do as done, and says the same when it is read', async () => {
    const setting = make()
    const session = await anOpened(setting)
    const { verifier } = setting
    const updated = await verifier.update({ ...session, metadata: { a: '1' }, before: session }, doing('u'))
    expect(updated).toMatchObject({ id: session.id, status: 'requires_input' })
    const canceled = await verifier.cancel(session, doing('c'))
    expect(canceled).toMatchObject({ id: session.id, status: 'canceled', entrance: null })
    expect(await verifier.read(held(session, canceled), doing(''))).toMatchObject({ status: 'canceled' })
  })

  test('names every attempt that ended: the same one alike, another one otherwise', async () => {
    const setting = make()
    const { verifier } = setting
    const failing = setting.attempt(await anOpened(setting), 'document_expired')
    const failed = await verifier.read(failing, doing(''))
    expect(failed).toMatchObject({
      status: 'requires_input',
      ended: { verdict: { status: 'requires_input', error: { code: 'document_expired' } } },
    })
    expect((await verifier.read(failing, doing(''))).ended?.name).toBe(failed.ended?.name)
    const verifying = setting.attempt({ ...failing, status: 'requires_input', note: null }, 'verified')
    const verified = await verifier.read(verifying, doing(''))
    expect(verified).toMatchObject({ status: 'verified', ended: { verdict: { status: 'verified' } }, entrance: null })
    expect(verified.ended?.name).not.toBe(failed.ended?.name)
  })

  test('erases what it knows, and says when that is done', async () => {
    const setting = make()
    const session = await anOpened(setting)
    const redacting = await setting.verifier.redact(session, doing('r'))
    expect(redacting.redaction).not.toBeNull()
    setting.erased(session)
    const kept = { ...held(session, redacting), redaction: 'processing' } as const
    expect(await setting.verifier.read(kept, doing(''))).toMatchObject({ redaction: 'redacted', entrance: null })
  })

  test('takes a webhook of its own, which names the session, and no other', async () => {
    const setting = make()
    const session = await anOpened(setting)
    const forged = setting.verifier.receive({ body: Buffer.from('{}'), headers: {} })
    await expect(forged).rejects.toMatchObject({ name: 'VerifierError', fault: 'forged' })
    const genuine = setting.webhook(session)
    if (genuine === undefined) return
    expect(await setting.verifier.receive(genuine)).toEqual([session.id])
    const body = Buffer.concat([genuine.body, Buffer.from(' ')])
    await expect(setting.verifier.receive({ ...genuine, body })).rejects.toMatchObject({ fault: 'forged' })
  })
})

describe('the slow and faulty verifier', () => {
  test.each(['lost', 'answer-lost'] as const)('opens one session, though a first call is %s', async (fault) => {
    const verifier = new FarVerifier()
    verifier.faults = [fault]
    const open = () => verifier.open(aRequest(), doing('k'))
    await expect(open()).rejects.toMatchObject({ fault: 'unavailable' })
    const { id } = await open()
    expect([...verifier.sessions.keys()]).toEqual([id])
  })

  test('refuses a key that comes with something else', async () => {
    const verifier = new FarVerifier()
    await verifier.open(aRequest(), doing('k'))
    const other = verifier.open(aRequest({ metadata: { a: '1' } }), doing('k'))
    await expect(other).rejects.toBeInstanceOf(VerifierError)
  })
})
