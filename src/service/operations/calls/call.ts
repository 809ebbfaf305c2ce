import type { ReadTransaction, Store, WriteTransaction } from '../../../store/store.js'
import { simulator } from '../../../verifier/simulator/simulator.js'
import type { Verifier } from '../../../verifier/verifier.js'
import { API_VERSION } from '../../api-version.js'
import { type IdMaker, idMaker } from '../../ids.js'
import { type WebhookTargets, webhookTargets } from '../webhooks/webhook-targets.js'
import type { Principal } from './principal.js'

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
  readonly verifier: Verifier
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
}

/** Runs operations, each in one transaction of its own. */
export interface Service {
  read<T>(caller: Caller, operation: (call: ReadCall) => Promise<T>): Promise<T>
  write<T>(caller: Caller, operation: (call: WriteCall) => Promise<T>): Promise<T>
  /** Names of requests that run at this moment in this process; see idempotency.ts. */
  readonly underWay: Set<string>
}

export interface ServiceOptions {
  readonly store: Store
  /** Unix seconds. */
  readonly now?: (() => number) | undefined
  readonly id?: IdMaker | undefined
  readonly publicUrl?: (() => string | null) | undefined
  readonly verifier?: Verifier | undefined
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
  verifier = simulator,
  processing = PROCESSING,
  webhookAllow,
  apiVersion = API_VERSION,
  onWake,
}: ServiceOptions): Service {
  // It never changes, so one look is enough.
  let secret: string | undefined
  const targets = webhookTargets(webhookAllow)
  const rest = (tx: ReadTransaction) => ({
    now: now(),
    id,
    publicUrl: publicUrl?.() ?? null,
    verifier,
    processing,
    signingSecret: async () => {
      secret ??= await tx.state.signingSecret()
      return secret
    },
    webhookTargets: targets,
    eventVersion: apiVersion,
  })
  return {
    read: (caller, operation) => store.read((tx) => operation({ ...caller, ...rest(tx), tx })),
    write: async (caller, operation) => {
      let isWoken = false
      const wake = () => {
        isWoken = true
      }
      const result = await store.write((tx) => operation({ ...caller, ...rest(tx), tx, wake }))
      if (isWoken) onWake?.()
      return result
    },
    underWay: new Set(),
  }
}

export function systemClock(): number {
  return Math.floor(Date.now() / 1000)
}
