import { aRandom, oneOf } from './random.js'
import type { Options, Session } from './session.js'
import type { World } from './world.js'

/** A flow of a big account: the share of sessions made from it, and its options, which somebody may have edited. */
interface PastFlow {
  readonly id: string
  readonly options: Options
  /** Sessions from this place on have other options. */
  readonly edited?: { readonly at: number; readonly options: Options }
}

export interface History {
  readonly count: number
  readonly flows: readonly PastFlow[]
  /** Of the first and the last session, in unix seconds. */
  readonly from: number
  readonly to: number
  /** From 0 to 1: sessions that were made without a flow. By default 0. */
  readonly withoutFlow?: number
}

const WITHOUT: readonly Options[] = [{}, { document: { require_matching_selfie: true } }]

/**
 * An account that has been used for a while. Its sessions are made when somebody looks at them, each from its place
 * alone. They have no events and reports, and nobody's data.
 */
export function begin(world: World, { count, flows, from, to, withoutFlow = 0 }: History): void {
  const at = (place: number): Session => {
    const random = aRandom(place + 1)
    const flow = random() < withoutFlow ? undefined : oneOf(random, flows)
    const edited = flow?.edited !== undefined && place >= flow.edited.at ? flow.edited.options : flow?.options
    return {
      id: idAt(place),
      livemode: world.livemode,
      created: from + Math.floor((place * (to - from)) / Math.max(1, count - 1)),
      status: oneOf(random, ['requires_input', 'canceled']),
      type: flow === undefined ? 'document' : 'verification_flow',
      options: structuredClone(edited ?? oneOf(random, WITHOUT)),
      metadata: {},
      provided_details: null,
      client_reference_id: `user-${place}`,
      related_customer: null,
      related_customer_account: null,
      related_person: null,
      return_url: null,
      verification_flow: flow?.id ?? null,
      last_error: null,
      report: null,
      outputs: null,
      verified_at: null,
      redaction: null,
      entrance: null,
    }
  }
  world.sessions.begin({ count, at, placeOf })
  for (const { id, options, edited } of flows) world.addFlow(edited?.options ?? options, { id })

  function placeOf(id: string): number | undefined {
    const place = Number(/^vs_1Past(\d{19})$/.exec(id)?.[1] ?? Number.NaN)
    return place < count ? place : undefined
  }
}

function idAt(place: number): string {
  return `vs_1Past${String(place).padStart(19, '0')}`
}
