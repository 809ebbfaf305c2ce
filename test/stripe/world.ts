import type Stripe from 'stripe'
import { type Clock, seconds } from './clock.js'
import { letters, type Random } from './random.js'
import { Rows } from './rows.js'
import { type DashboardFlow, type Options, type ReportShown, renewEntrance, type Session, snapshot } from './session.js'
import { Webhooks } from './webhooks.js'

export type EventName = 'created' | 'processing' | 'verified' | 'requires_input' | 'canceled' | 'redacted'

/** The request that something came of. */
export interface Cause {
  readonly id: string | null
  readonly idempotency_key: string | null
}

export const NOBODY: Cause = { id: null, idempotency_key: null }

/** An event as Stripe keeps it; how many webhooks are pending is known when it is shown. */
export type KeptEvent = Omit<Stripe.Event, 'pending_webhooks'>

/** The version of Stripe's API that the account has by default. */
const API_VERSION = '2026-10-28.endive'

/** Everything of one mode of an account. */
export class World {
  readonly livemode: boolean
  readonly clock: Clock
  readonly random: Random
  readonly sessions = new Rows<Session>()
  readonly reports = new Rows<ReportShown>()
  readonly events = new Rows<KeptEvent>()
  readonly flows = new Map<string, DashboardFlow>()
  readonly webhooks: Webhooks

  constructor(livemode: boolean, clock: Clock, random: Random) {
    this.livemode = livemode
    this.clock = clock
    this.random = random
    this.webhooks = new Webhooks(livemode, clock, random)
  }

  get mode(): 'live' | 'test' {
    return this.livemode ? 'live' : 'test'
  }

  get now(): number {
    return seconds(this.clock)
  }

  id(prefix: string): string {
    return `${prefix}_1${letters(this.random, 23)}`
  }

  /** Somebody makes a flow in the Dashboard. */
  addFlow(options: Options, { id = this.id('vf'), name = 'A flow' } = {}): DashboardFlow {
    const flow = { id, name, options: structuredClone(options) }
    this.flows.set(id, flow)
    return flow
  }

  /** Somebody edits it there: sessions made before keep their options. Unverified against the live API. */
  editFlow(id: string, options: Options): void {
    const flow = this.flows.get(id)
    if (flow === undefined) throw new Error(`there is no flow ${id}`)
    flow.options = structuredClone(options)
  }

  session(id: string): Session {
    const session = this.sessions.find(id)
    if (session === undefined) throw new Error(`there is no session ${id} in ${this.mode} mode`)
    return session
  }

  /** Something became of a session: its way in follows its status, and an event says so. */
  tell(name: EventName, session: Session, request: Cause): void {
    renewEntrance(session, this.clock, this.random)
    const event = {
      id: this.id('evt'),
      object: 'event',
      api_version: API_VERSION,
      created: this.now,
      data: { object: snapshot(session) },
      livemode: this.livemode,
      request: { ...request },
      type: `identity.verification_session.${name}`,
    } as KeptEvent
    this.webhooks.take(this.events.push(event))
  }
}
