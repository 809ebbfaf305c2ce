import { createSecretKey, type KeyObject } from 'node:crypto'
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
  /** The address that the request comes from, behind proxies that are trusted. */
  readonly address?: string | undefined
  /** What the program that asks says of itself: its User-Agent. */
  readonly agent?: string | undefined
  /** The request that asks, for the events that it causes. */
  readonly request?: { readonly id: string; readonly idempotency_key: string | null } | undefined
  /** The request's `Stripe-Version`. */
  readonly apiVersion?: string | undefined
}

/** What every operation works with: who asks, the transaction it runs in, the clock and the maker of ids. */
export interface Call<Transaction> extends Caller {
  readonly tx: Transaction
  /** Unix seconds: one moment for the whole call. */
  readonly now: number
  readonly id: IdMaker
  /** The service's public address, without a slash at the end; null if it has none. */
  readonly publicUrl: string | null
  /** Who verifies people. Remote verifiers are never called inside the transaction: see `later`. */
  readonly verifiers: Verifiers
  /** How long verifying and redacting take, in seconds; 0 for at once. */
  readonly processing: number
  /** The secret that signs links and client secrets, in the form that costs least with each use. */
  readonly signingSecret: () => Promise<KeyObject>
  /** Where webhooks may be sent to. */
  readonly webhookTargets: WebhookTargets
  /** The version of Stripe's API that events name, except for endpoints with their own version. */
  readonly eventVersion: string
  /** How long the audit log keeps its records, in days; null for ever. */
  readonly auditDays: number | null
}

export type ReadCall = Call<ReadTransaction>
/** A read that may find its answer outside of the store. */
export interface LookupCall extends ReadCall {
  /**
   * Says that the store alone does not have the answer. The operation's own answer is then ignored; `elsewhere` finds
   * the answer, without an open transaction.
   */
  readonly elsewhere: <T>(find: (service: Service) => Promise<T>) => void
}
export interface WriteCall extends Call<WriteTransaction> {
  /** When the call began, before it waited for its transaction; as performance.now() says it. */
  readonly begun: number
  /** Says that this write leaves work for the background, to be done at once. */
  readonly wake: () => void
  /**
   * Says that the call goes on after this transaction: something must be done outside of it first. The operation's own
   * answer is then ignored; `later` gives the answer, or the failure.
   */
  readonly later: <T>(later: Later<T>) => void
}

/** Work that is done without an open transaction, then settled in another one. It was recorded as work before. */
export type Later<T> = (service: Service) => Promise<Settle<T>>
type Settle<T> = (call: WriteCall) => Promise<Settled<T>>
/** A failure is thrown after the writes that belong to it are committed. */
type Settled<T> = { readonly answer: T } | { readonly failure: Error }

/** Runs each operation in one transaction; in two, with a verifier called in between, if it asks for that. */
export interface Service {
  read<T>(caller: Caller, operation: (call: LookupCall) => Promise<T>): Promise<T>
  write<T>(caller: Caller, operation: (call: WriteCall) => Promise<T>): Promise<T>
  /** Names of requests that are running in this process; see idempotency.ts. */
  readonly underWay: Set<string>
  readonly verifiers: Verifiers
  /** Lanes of verifiers that did not answer, and until when none waits for them who can do without; unix seconds. */
  readonly silent: Map<string, number>
  /** Unix seconds. */
  readonly now: () => number
  /** Seconds from one question to a verifier what has changed there to the next. */
  readonly changesEvery: number
}

export interface ServiceOptions {
  readonly store: Store
  /** Unix seconds. */
  readonly now?: (() => number) | undefined
  readonly id?: IdMaker | undefined
  readonly publicUrl?: (() => string | null) | undefined
  /** Who verifies people: for each mode, the first one that serves it. By default the simulator, in test mode. */
  readonly verifiers?: readonly Verifier[] | undefined
  /** How long verifying and redacting take, in seconds. */
  readonly processing?: number | undefined
  /** Seconds between two questions to a remote verifier what has changed there: that finds what lost webhooks said. */
  readonly changesEvery?: number | undefined
  /** Non-public address ranges ("127.0.0.0/8") that webhooks may be sent to. */
  readonly webhookAllow?: readonly string[] | undefined
  /** The version of Stripe's API that events name. By default the one whose shapes the service uses. */
  readonly apiVersion?: string | undefined
  /** How long the audit log keeps its records, in days. By default nothing is deleted. */
  readonly auditDays?: number | undefined
  /** Called after the commit of a write that left work for the background. */
  readonly onWake?: (() => void) | undefined
}

/** Seconds between two looks for changes at a remote verifier. */
export const CHANGES_EVERY = 5 * 60

/** Long enough to notice, like the seconds of a real check. */
const PROCESSING = 2

export function service({
  store,
  now = systemClock,
  id = idMaker(),
  publicUrl,
  verifiers: given = [simulator],
  processing = PROCESSING,
  changesEvery = CHANGES_EVERY,
  webhookAllow,
  apiVersion = API_VERSION,
  auditDays,
  onWake,
}: ServiceOptions): Service {
  // It never changes, so one look is enough.
  let secret: KeyObject | undefined
  const targets = webhookTargets(webhookAllow)
  const verifiers = verifiersOf(given)
  /** Member by member: every request makes two of these, and copying objects into each other costs more. */
  const callBy = <Transaction extends ReadTransaction>(caller: Caller, tx: Transaction): Call<Transaction> => ({
    livemode: caller.livemode,
    principal: caller.principal,
    address: caller.address,
    agent: caller.agent,
    request: caller.request,
    apiVersion: caller.apiVersion,
    tx,
    now: now(),
    id,
    publicUrl: publicUrl?.() ?? null,
    verifiers,
    processing,
    signingSecret: async () => {
      secret ??= createSecretKey(await tx.state.signingSecret(), 'utf8')
      return secret
    },
    webhookTargets: targets,
    eventVersion: apiVersion,
    auditDays: auditDays ?? null,
  })
  /** One transaction. Also answers what the operation asked to do later. */
  const writeOnce = async <T>(caller: Caller, operation: (call: WriteCall) => Promise<T>) => {
    const begun = performance.now()
    let isWoken = false
    let asked: Later<unknown> | undefined
    const wake = () => {
      isWoken = true
    }
    const later = <Answer>(what: Later<Answer>) => {
      asked = what
    }
    const result = await store.write((tx) => {
      // The store may run the work again, from the beginning.
      isWoken = false
      asked = undefined
      return operation(Object.assign(callBy(caller, tx), { begun, wake, later }))
    })
    if (isWoken) onWake?.()
    return { result, asked: asked as Later<T> | undefined }
  }
  const all: Service = {
    read: async <T>(caller: Caller, operation: (call: LookupCall) => Promise<T>): Promise<T> => {
      let asked: ((service: Service) => Promise<unknown>) | undefined
      const elsewhere: LookupCall['elsewhere'] = (find) => {
        asked = find
      }
      const result = await store.read((tx) => {
        asked = undefined
        return operation(Object.assign(callBy(caller, tx), { elsewhere }))
      })
      return asked === undefined ? result : ((await asked(all)) as T)
    },
    write: async <T>(caller: Caller, operation: (call: WriteCall) => Promise<T>): Promise<T> => {
      const { result, asked } = await writeOnce(caller, operation)
      if (asked === undefined) return result
      const { result: settled } = await writeOnce(caller, await asked(all))
      if ('failure' in settled) throw settled.failure
      return settled.answer
    },
    underWay: new Set(),
    verifiers,
    silent: new Map(),
    now,
    changesEvery,
  }
  return all
}

export function systemClock(): number {
  return Math.floor(Date.now() / 1000)
}
