import { createHmac } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SessionStatus } from '../../src/model/resources.js'
import type { Check } from '../../src/verifier/checks.js'
import { simulator } from '../../src/verifier/simulator/simulator.js'
import type {
  Asking,
  ChangedSession,
  Doing,
  EndedAttempt,
  HeldSession,
  Observed,
  OpenRequest,
  Verifier,
  VerifierWebhook,
} from '../../src/verifier/verifier.js'
import { VerifierError } from '../../src/verifier/verifier-error.js'
import { aGate } from '../helpers/gate.js'

/** What goes wrong with a call. Either way the caller does not know which it was. */
export type Fault =
  /** It never arrives. */
  | 'lost'
  /** It is done, and the answer gets lost. */
  | 'answer-lost'
  /** It is done, and the answer never comes. */
  | 'hangs'
  /** It is done, and the answer comes when it is released. */
  | 'held'
  /** It is refused, for good. */
  | 'refused'
  /** The adapter itself has a fault. */
  | 'broken'

interface FarSession {
  readonly id: string
  readonly asked: OpenRequest
  status: SessionStatus
  ended: EndedAttempt | null
  attempts: number
  redaction: Observed['redaction']
}

const WEBHOOK_SECRET = 'far-secret'

/**
 * A verifier on the other side of a network, which is slow and faulty: an account with sessions of its own, that answers
 * after a while, does what has a key once, and refuses a key that comes with something else. Its clock is told.
 */
export class FarVerifier implements Verifier {
  readonly name: string = 'far'
  readonly page = null
  readonly checks: readonly Check[] = ['document', 'selfie', 'id_number']
  readonly sessions = new Map<string, FarSession>()
  /** Every call that arrived: "open wrk_1". */
  readonly calls: string[] = []
  /** What becomes of the calls to come, in their order; those beyond go well. */
  faults: Fault[] = []
  /** The longest it takes to answer, in milliseconds. */
  latency = 3
  readonly #answers = new Map<string, { readonly request: string; readonly session: FarSession }>()
  readonly #gate = aGate()
  readonly #clock: { readonly now: number }

  constructor(clock: { readonly now: number } = { now: 1_790_000_000 }) {
    this.#clock = clock
  }

  serves(): boolean {
    return true
  }

  async open(request: OpenRequest, doing: Doing): Promise<Observed> {
    return this.#do('open', request, doing, () => {
      const session: FarSession = {
        id: `far_${this.sessions.size + 1}`,
        asked: request,
        status: 'requires_input',
        ended: null,
        attempts: 0,
        redaction: null,
      }
      this.sessions.set(session.id, session)
      return session
    })
  }

  async update(held: ChangedSession, doing: Doing): Promise<Observed> {
    return this.#do('update', held, doing, () => {
      const { options, metadata, provided_details } = held
      const session = {
        ...this.#found(held.id),
        asked: { ...this.#found(held.id).asked, options, metadata, provided_details },
      }
      this.sessions.set(held.id, session)
      return session
    })
  }

  async cancel(held: HeldSession, doing: Doing): Promise<Observed> {
    return this.#do('cancel', held, doing, () => {
      const session = this.#found(held.id)
      if (session.status !== 'requires_input') throw new VerifierError('refused', `It is ${session.status}.`)
      session.status = 'canceled'
      return session
    })
  }

  async redact(held: HeldSession, doing: Doing): Promise<Observed> {
    return this.#do('redact', held, doing, () => {
      const session = this.#found(held.id)
      if (session.status === 'requires_input') session.status = 'canceled'
      session.redaction = 'processing'
      return session
    })
  }

  async read(held: HeldSession, { signal }: Asking): Promise<Observed> {
    return this.#arrive('read', '', signal, () => this.#found(held.id))
  }

  async receive({ body, headers }: VerifierWebhook): Promise<readonly string[]> {
    const text = Buffer.from(body).toString('utf8')
    if (headers['far-signature'] !== signatureOf(text)) throw new VerifierError('forged', 'The signature is not ours.')
    return [JSON.parse(text).session]
  }

  /** A webhook as it sends it. */
  webhook(id: string): VerifierWebhook {
    const text = JSON.stringify({ session: id })
    return { body: Buffer.from(text), headers: { 'far-signature': signatureOf(text) } }
  }

  /** Lets the answers go that are held. */
  release(): void {
    this.#gate.open()
  }

  /** The person submits, at the verifier's own address. */
  submit(id: string): void {
    this.#found(id).status = 'processing'
  }

  /** The attempt ends. */
  end(id: string, outcome: string): void {
    const session = this.#found(id)
    session.attempts += 1
    const { verdict } = simulator.page.submit(session.asked, outcome)
    session.ended = { name: `${id}-${session.attempts}`, verdict, report: null }
    session.status = verdict.status
  }

  /** What was being erased is gone. */
  erase(id: string): void {
    this.#found(id).redaction = 'redacted'
  }

  #found(id: string): FarSession {
    const session = this.sessions.get(id)
    if (session === undefined) throw new VerifierError('missing', 'No such session.')
    return session
  }

  #do(
    what: string,
    request: OpenRequest | HeldSession,
    { key, signal }: Doing,
    effect: () => FarSession,
  ): Promise<Observed> {
    return this.#arrive(what, key, signal, () => {
      const { options, metadata, provided_details, ...rest } = request
      const asked = JSON.stringify([what, 'id' in rest ? rest.id : rest.session, options, metadata, provided_details])
      const known = this.#answers.get(key)
      if (known !== undefined) {
        if (known.request !== asked) throw new VerifierError('refused', 'The key was used for something else.')
        return known.session
      }
      const done = effect()
      this.#answers.set(key, { request: asked, session: done })
      return done
    })
  }

  async #arrive(what: string, key: string, signal: AbortSignal, effect: () => FarSession): Promise<Observed> {
    const fault = this.faults.shift()
    await sleep(Math.random() * this.latency, undefined, { signal })
    if (fault === 'lost') throw new VerifierError('unavailable', 'No connection.', { retryAfter: 1 })
    if (fault === 'broken') throw new TypeError('x is not a function')
    this.calls.push(`${what} ${key}`.trim())
    if (fault === 'refused') throw new VerifierError('refused', 'Not with this account.')
    const answer = this.#observed(effect())
    await sleep(Math.random() * this.latency, undefined, { signal })
    if (fault === 'answer-lost') throw new VerifierError('unavailable', 'The connection was lost.')
    if (fault === 'hangs') return new Promise(() => {})
    if (fault === 'held') await this.#gate.opened
    return answer
  }

  #observed({ id, asked: { type, options }, status, ended, redaction }: FarSession): Observed {
    const isOpen = status === 'requires_input' && redaction === null
    const expires = this.#clock.now + 48 * 60 * 60
    const entrance = { url: `https://far.example.com/start/${id}`, client_secret: `${id}_secret`, expires }
    return { id, status, type, options, ended, redaction, entrance: isOpen ? entrance : null }
  }
}

function signatureOf(text: string): string {
  return createHmac('sha256', WEBHOOK_SECRET).update(text).digest('hex')
}
