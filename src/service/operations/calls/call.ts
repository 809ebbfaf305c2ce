import type { ReadTransaction, Store, WriteTransaction } from '../../../store/store.js'
import { simulator } from '../../../verifier/simulator/simulator.js'
import type { Verifier } from '../../../verifier/verifier.js'
import { API_VERSION } from '../../api-version.js'
import { type IdMaker, idMaker } from '../../ids.js'
import { type WebhookTargets, webhookTargets } from '../webhooks/webhook-targets.js'
import type { Principal } from './principal.js'
import { type Verifiers, verifiersOf } from './verifiers.js'

/** Who asks, and in which mode. */
export interface Caller {
  readonly livemode: boolean
  readonly principal: Principal
  /** The request that asks, for the events that it causes. */
  readonly request?: { readonly id: string; readonly idempotency_key: string | null } | undefined
  /** What the request named as `Stripe-Version`. */
  readonly apiVersion?: string | undefined
}

/** What every operation works with: who asks, the transaction it runs in, the clock and the maker of ids. */
export interface Call<Transaction> extends Caller {
  readonly tx: Transaction
  /** Unix seconds: one moment for the whole call. */
  readonly now: number
  readonly id: IdMaker
  /** Where people reach the service, without a slash at the end; null when it has no address. */
  readonly publicUrl: string | null
  /** Who verifies people. None of their calls is made in here: see `later`. */
  readonly verifiers: Verifiers
  /** How long the service takes to verify or redact, in seconds; with 0 it is done at once. */
  readonly processing: number
  /** What links and client secrets are signed with. */
  readonly signingSecret: () => Promise<string>
  /** Where webhooks may be sent to. */
  readonly webhookTargets: WebhookTargets
  /** The version of Stripe's API that events name, but for endpoints that have one of their own. */
  readonly eventVersion: string
}

export type ReadCall = Call<ReadTransaction>
export interface WriteCall extends Call<WriteTransaction> {
  /** Says that what is written here leaves something to do in the background at once. */
  readonly wake: () => void
  /**
   * Says that the call is not over with this transaction: something has to be done outside of it first. What the operation
   * answers is then of no account; the answer, or why there is none, comes of `later`.
   */
  readonly later: <T>(later: Later<T>) => void
}

/** What is done with no transaction open, and how it is settled in another one. It was written down as work before. */
export type Later<T> = (service: Service) => Promise<Settle<T>>
type Settle<T> = (call: WriteCall) => Promise<Settled<T>>
/** A failure is thrown once what was written with it is kept. */
type Settled<T> = { readonly answer: T } | { readonly failure: Error }

/** Runs operations, each in one transaction of its own; in two, with a call to a verifier between them, where one asks for it. */
export interface Service {
  read<T>(caller: Caller, operation: (call: ReadCall) => Promise<T>): Promise<T>
  write<T>(caller: Caller, operation: (call: WriteCall) => Promise<T>): Promise<T>
  /** Names of requests that run at this moment in this process; see idempotency.ts. */
  readonly underWay: Set<string>
  readonly verifiers: Verifiers
}

export interface ServiceOptions {
  readonly store: Store
  /** Unix seconds. */
  readonly now?: (() => number) | undefined
  readonly id?: IdMaker | undefined
  readonly publicUrl?: (() => string | null) | undefined
  /** Who verifies people: of each mode the first that serves it. By default the simulator, in test mode. */
  readonly verifiers?: readonly Verifier[] | undefined
  /** How long verifying and redacting take, in seconds. */
  readonly processing?: number | undefined
  /** Ranges of addresses ("127.0.0.0/8") that webhooks may be sent to although they are not public. */
  readonly webhookAllow?: readonly string[] | undefined
  /** The version of Stripe's API that events name. By default the one whose shapes the service has. */
  readonly apiVersion?: string | undefined
  /** Called after a write was committed that left something to do in the background. */
  readonly onWake?: (() => void) | undefined
}

/** Long enough to be seen, as the seconds that a real check takes. */
const PROCESSING = 2

export function service({
  store,
  now = systemClock,
  id = idMaker(),
  publicUrl,
  verifiers: given = [simulator],
  processing = PROCESSING,
  webhookAllow,
  apiVersion = API_VERSION,
  onWake,
}: ServiceOptions): Service {
  // It never changes, so one look is enough.
  let secret: string | undefined
  const targets = webhookTargets(webhookAllow)
  const verifiers = verifiersOf(given)
  const rest = (tx: ReadTransaction) => ({
    now: now(),
    id,
    publicUrl: publicUrl?.() ?? null,
    verifiers,
    processing,
    signingSecret: async () => {
      secret ??= await tx.state.signingSecret()
      return secret
    },
    webhookTargets: targets,
    eventVersion: apiVersion,
  })
  /** One transaction. Whoever asks in the midst of it for more to be done later is told so with the answer. */
  const writeOnce = async <T>(caller: Caller, operation: (call: WriteCall) => Promise<T>) => {
    let isWoken = false
    let asked: Later<unknown> | undefined
    const wake = () => {
      isWoken = true
    }
    const later = <Answer>(what: Later<Answer>) => {
      asked = what
    }
    const result = await store.write((tx) => {
      // What is run again begins anew.
      isWoken = false
      asked = undefined
      return operation({ ...caller, ...rest(tx), tx, wake, later })
    })
    if (isWoken) onWake?.()
    return { result, asked: asked as Later<T> | undefined }
  }
  const all: Service = {
    read: (caller, operation) => store.read((tx) => operation({ ...caller, ...rest(tx), tx })),
    write: async <T>(caller: Caller, operation: (call: WriteCall) => Promise<T>): Promise<T> => {
      const { result, asked } = await writeOnce(caller, operation)
      if (asked === undefined) return result
      const { result: settled } = await writeOnce(caller, await asked(all))
      if ('failure' in settled) throw settled.failure
      return settled.answer
    },
    underWay: new Set(),
    verifiers,
  }
  return all
}

export function systemClock(): number {
  return Math.floor(Date.now() / 1000)
}
