import { createHmac } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type {
  EphemeralKey,
  ReportChecks,
  SessionOptions,
  SessionStatus,
  VerificationReport,
  VerifiedOutputs,
} from '../../src/model/resources.js'
import type { Check } from '../../src/verifier/checks.js'
import { simulator } from '../../src/verifier/simulator/simulator.js'
import type { Verdict } from '../../src/verifier/verdict.js'
import type {
  Asking,
  ChangedSession,
  ChangesPage,
  ChangesSince,
  Doing,
  EndedAttempt,
  EphemeralKeyRequest,
  HeldReport,
  HeldSession,
  Observed,
  OpenRequest,
  SessionResults,
  Verifier,
  VerifierResults,
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

/** What a verifier that keeps results itself knows of the last attempt of a session. */
interface FarResult {
  readonly session: string
  readonly report: VerificationReport
  readonly outputs: VerifiedOutputs | null
}

interface FarOptions {
  /** It keeps results itself, makes keys for apps, and can list what has changed. */
  readonly keeps?: boolean
  /** The ids of its sessions begin with it. */
  readonly name?: string
}

/** Changes on one page. */
const PAGE = 3

const WEBHOOK_SECRET = 'far-secret'

/**
 * A verifier on the other side of a network, which is slow and faulty: an account with sessions of its own, that answers
 * after a while, does what has a key once, and refuses a key that comes with something else. Its clock is told.
 */
export class FarVerifier implements Verifier {
  readonly name: string
  readonly page = null
  readonly checks: readonly Check[] = ['document', 'selfie', 'id_number']
  readonly sessions = new Map<string, FarSession>()
  /** The flows in its own dashboard. */
  readonly flows = new Map<string, SessionOptions>()
  readonly results: VerifierResults | null
  readonly changes?: NonNullable<Verifier['changes']>
  readonly ephemeralKey?: NonNullable<Verifier['ephemeralKey']>
  /** Every call that arrived: "open wrk_1". */
  readonly calls: string[] = []
  /** What becomes of the calls to come, in their order; those beyond go well. */
  faults: Fault[] = []
  /** Whether our key may see sensitive results. */
  permits = true
  /** The longest it takes to answer, in milliseconds. */
  latency = 3
  readonly #changed: { readonly session: string; readonly at: number }[] = []
  readonly #reports = new Map<string, FarResult>()
  readonly #answers = new Map<string, { readonly request: string; readonly session: FarSession }>()
  readonly #gate = aGate()
  readonly #clock: { readonly now: number }

  constructor(
    clock: { readonly now: number } = { now: 1_790_000_000 },
    { keeps = false, name = 'far' }: FarOptions = {},
  ) {
    this.#clock = clock
    this.name = name
    this.results = keeps ? this.#results() : null
    if (!keeps) return
    this.changes = (since, asking) => this.#changesSince(since, asking)
    this.ephemeralKey = (held, wanted) => this.#keyFor(held, wanted)
  }

  serves(): boolean {
    return true
  }

  async open(request: OpenRequest, doing: Doing): Promise<Observed> {
    return this.#do('open', request, doing, () => {
      const options = request.bound === null ? request.options : this.flows.get(request.bound)
      if (options === undefined) throw new VerifierError('refused', 'There is no such flow.')
      const session: FarSession = {
        id: `${this.name}_${this.sessions.size + 1}`,
        asked: { ...request, options },
        status: 'requires_input',
        ended: null,
        attempts: 0,
        redaction: null,
      }
      this.sessions.set(session.id, session)
      this.#changed.push({ session: session.id, at: this.#clock.now })
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
      if (session.status === 'processing') throw new VerifierError('refused', 'It is processing.')
      if (session.status === 'requires_input') session.status = 'canceled'
      session.redaction = 'processing'
      return session
    })
  }

  async read(held: HeldSession, { signal }: Asking): Promise<Observed> {
    return this.#arrive('read', '', signal, () => this.#found(held.id))
  }

  async find({ session }: OpenRequest, _since: number, { signal }: Asking): Promise<Observed | null> {
    const found = [...this.sessions.values()].find(({ asked }) => asked.session === session)
    return found === undefined ? null : this.#arrive('find', '', signal, () => found)
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
    this.#become(id, 'processing')
  }

  /** The attempt ends. */
  end(id: string, outcome: string): void {
    const session = this.#found(id)
    session.attempts += 1
    const { verdict } = simulator.page.submit(session.asked, outcome)
    const name = `${id}-${session.attempts}`
    if (this.results === null) session.ended = { name, verdict, report: null }
    else {
      const { checks } = verdict
      const report = checks && { id: `vr_${name}`, created: this.#clock.now, checks }
      if (report) this.#keep(session, report, verdict.status === 'verified' ? verdict.outputs : null)
      session.ended = {
        name,
        verdict: withoutPerson(verdict),
        report: report && { id: report.id, created: report.created },
      }
    }
    this.#become(id, verdict.status)
  }

  /** The person does the next thing: submits, or the attempt that is under way ends. */
  person(id: string, choice: number): void {
    const { status, redaction } = this.#found(id)
    if (redaction !== null) return
    if (status === 'requires_input') this.submit(id)
    else if (status === 'processing') this.end(id, ['verified', 'document_expired', 'abandoned'][choice] ?? 'verified')
  }

  /** What is being erased is gone. */
  finishErasing(id: string): void {
    const session = this.#found(id)
    if (session.redaction === 'processing') session.redaction = 'redacted'
  }

  /** A reviewer decides otherwise: the same attempt has another result. */
  override(id: string): void {
    const session = this.#found(id)
    const { ended } = session
    const isOver = session.status === 'requires_input' || session.status === 'verified'
    if (ended === null || !isOver || session.redaction !== null) throw new Error('it has no result to override')
    const isVerified = ended.verdict.status === 'verified'
    const checks = ended.verdict.checks ?? {}
    const verdict: Verdict = isVerified
      ? { status: 'requires_input', checks, error: null }
      : { status: 'verified', checks, outputs: null }
    session.ended = { ...ended, verdict }
    this.#become(id, verdict.status)
  }

  /** Somebody redacts the session in the verifier's own dashboard. */
  redactByHand(id: string): void {
    const session = this.#found(id)
    session.redaction = 'processing'
    this.#become(id, session.status === 'requires_input' ? 'canceled' : session.status)
  }

  /** What was being erased is gone. */
  erase(id: string): void {
    this.#found(id).redaction = 'redacted'
  }

  #become(id: string, status: SessionStatus): void {
    this.#found(id).status = status
    this.#changed.push({ session: id, at: this.#clock.now })
  }

  #keep(
    { id, asked }: FarSession,
    { checks, ...named }: { readonly id: string; readonly created: number; readonly checks: ReportChecks },
    outputs: VerifiedOutputs | null,
  ): void {
    const { client_reference_id, livemode } = asked
    const object = 'identity.verification_report' as const
    const facts = { object, client_reference_id, livemode, options: {}, type: 'document' as const }
    const report = { ...named, ...facts, ...checks, verification_session: id }
    this.#reports.set(report.id, { session: id, report, outputs })
  }

  #results(): VerifierResults {
    const sensitive = (path: string) => path.split('.').length > (path.startsWith('last_') ? 2 : 1)
    const refuse = (expand: ReadonlySet<string>) => {
      if (this.permits || ![...expand].some(sensitive)) return
      const message = 'The key lacks the permission for sensitive results.'
      const answer = { status: 403, type: 'invalid_request_error', code: null, param: null, message } as const
      throw new VerifierError('refused', message, { answer: { ...answer, request: 'req_far' } })
    }
    return {
      session: async ({ id }: HeldSession, expand, { signal }): Promise<SessionResults> =>
        this.#reach('results', '', signal, () => {
          refuse(expand)
          const found = [...this.#reports.values()].filter(({ session }) => session === id).at(-1)
          return {
            ...(expand.has('verified_outputs') && { verified_outputs: found?.outputs ?? null }),
            ...(expand.has('last_verification_report') && { last_verification_report: found?.report ?? null }),
          }
        }),
      report: async ({ id }: HeldReport, expand, { signal }) =>
        this.#reach('report', '', signal, () => {
          refuse(expand)
          const found = this.#reports.get(id)
          if (found === undefined) throw new VerifierError('missing', 'No such report.')
          return found.report
        }),
    }
  }

  async #changesSince({ cursor }: ChangesSince, { signal }: Asking): Promise<ChangesPage> {
    return this.#reach('changes', '', signal, () => {
      const from = Number(cursor ?? 0)
      const changes = this.#changed.slice(from, from + PAGE)
      const next = from + changes.length
      return { changes, next: String(next), hasMore: next < this.#changed.length }
    })
  }

  async #keyFor({ id, livemode }: HeldSession, { signal, key }: EphemeralKeyRequest): Promise<EphemeralKey> {
    return this.#reach('ephemeral-key', key, signal, () => ({
      id: `ephkey_${key}`,
      object: 'ephemeral_key',
      associated_objects: [{ id, type: 'identity.verification_session' }],
      created: this.#clock.now,
      expires: this.#clock.now + 60 * 60,
      livemode,
      secret: `ek_test_far_${key}`,
    }))
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

  #arrive(what: string, key: string, signal: AbortSignal, effect: () => FarSession): Promise<Observed> {
    return this.#reach(what, key, signal, () => this.#observed(effect()))
  }

  async #reach<T>(what: string, key: string, signal: AbortSignal, effect: () => T): Promise<T> {
    const fault = this.faults.shift()
    await sleep(Math.random() * this.latency, undefined, { signal })
    if (fault === 'lost') throw new VerifierError('unavailable', 'No connection.', { retryAfter: 1 })
    if (fault === 'broken') throw new TypeError('x is not a function')
    this.calls.push(`${what} ${key}`.trim())
    if (fault === 'refused') throw new VerifierError('refused', 'Not with this account.')
    const answer = effect()
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

/** A verdict as a verifier gives it that keeps results itself. */
function withoutPerson(verdict: Verdict): Verdict {
  const kept = new Set(['status', 'error', 'type', 'issuing_country'])
  const bare = (section: object) =>
    Object.fromEntries(Object.entries(section).map(([name, value]) => [name, kept.has(name) ? value : null]))
  const sections = Object.entries(verdict.checks ?? {}).map(([name, section]) => [name, bare(section)])
  const checks: ReportChecks = Object.fromEntries(sections)
  if (verdict.status === 'verified') return { ...verdict, checks, outputs: null }
  return { ...verdict, checks: verdict.checks && checks }
}

function signatureOf(text: string): string {
  return createHmac('sha256', WEBHOOK_SECRET).update(text).digest('hex')
}
