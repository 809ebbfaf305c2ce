import type { FlowConfig } from '../model/flow.js'
import type { Action, Assurance, Reason } from '../model/plan.js'

/**
 * What a change does to the strength of the verification. Premise: switching a check on can only make it refuse more
 * people, and a set of documents can only accept more people than its subset. If parts go both ways, the whole is
 * "mixed": no attempt is made to weigh a selfie against an email address.
 */
export function assess(change: {
  readonly action: Action
  readonly before: FlowConfig | null
  readonly after: FlowConfig | null
  /** Whether the flow took new sessions before the change. The link of an archived flow does not work. */
  readonly wasActive: boolean
  readonly previousKey: string | null
  readonly sessions: number
}): Assurance {
  const { action, before, after, wasActive, previousKey, sessions } = change
  const reasons = [
    ...(before && after ? [...checkReasons(before, after), ...bindingReasons(before, after)] : []),
    ...linkReasons(wasActive ? before : null, after),
    ...callerReasons(action, previousKey, sessions),
  ]
  const has = (effect: Reason['effect']) => reasons.some((reason) => reason.effect === effect)
  return {
    effect: overall(has('strengthens'), has('weakens')),
    exposes_link: has('exposes'),
    breaks_callers: has('breaks_callers'),
    reasons,
  }
}

function overall(strengthens: boolean, weakens: boolean): Assurance['effect'] {
  if (strengthens && weakens) return 'mixed'
  return strengthens ? 'strengthens' : weakens ? 'weakens' : 'neutral'
}

/** Checks that are on or off, each with the words for its reason. */
export const SWITCHES: readonly {
  readonly path: string
  readonly name: string
  /** What a verifier must be able to run for it. */
  readonly check: string
  readonly isOn: (config: FlowConfig) => boolean | undefined
}[] = [
  {
    path: '/options/document/require_id_number',
    name: 'ID number check',
    check: 'id_number',
    isOn: ({ options }) => options.document?.require_id_number,
  },
  {
    path: '/options/document/require_live_capture',
    name: 'live capture',
    check: 'document',
    isOn: ({ options }) => options.document?.require_live_capture,
  },
  {
    path: '/options/document/require_matching_selfie',
    name: 'selfie check',
    check: 'selfie',
    isOn: ({ options }) => options.document?.require_matching_selfie,
  },
  {
    path: '/options/email/require_verification',
    name: 'email check',
    check: 'email',
    isOn: ({ options }) => options.email.require_verification,
  },
  {
    path: '/options/phone/require_verification',
    name: 'phone check',
    check: 'phone',
    isOn: ({ options }) => options.phone.require_verification,
  },
  {
    path: '/options/matching/name',
    name: 'name matching',
    check: 'matching',
    isOn: ({ options }) => options.matching.name !== 'none',
  },
  {
    path: '/options/matching/dob',
    name: 'date of birth matching',
    check: 'matching',
    isOn: ({ options }) => options.matching.dob !== 'none',
  },
]

const TYPE_NAMES = { document: 'document check', id_number: 'ID number lookup' } as const

function checkReasons(before: FlowConfig, after: FlowConfig): Reason[] {
  const reasons: Reason[] = []
  if (before.type !== after.type) {
    // Two different proofs of identity. Neither contains the other, so one is lost and one is gained.
    reasons.push({ effect: 'weakens', path: '/type', message: `${TYPE_NAMES[before.type]} dropped` })
    reasons.push({ effect: 'strengthens', path: '/type', message: `${TYPE_NAMES[after.type]} added` })
  }
  reasons.push(...documentTypeReasons(before, after))
  for (const { path, name, isOn } of SWITCHES) {
    const was = isOn(before)
    const is = isOn(after)
    if (was === undefined || is === undefined || was === is) continue
    reasons.push({ effect: is ? 'strengthens' : 'weakens', path, message: `${name} switched ${is ? 'on' : 'off'}` })
  }
  return reasons
}

function documentTypeReasons(before: FlowConfig, after: FlowConfig): Reason[] {
  const was = before.options.document?.allowed_types
  const is = after.options.document?.allowed_types
  if (!was || !is) return []
  const path = '/options/document/allowed_types'
  const added = is.filter((type) => !was.includes(type))
  const removed = was.filter((type) => !is.includes(type))
  return [
    ...(added.length > 0 ? [{ effect: 'weakens', path, message: `also accepts ${list(added)}` } as const] : []),
    ...(removed.length > 0
      ? [{ effect: 'strengthens', path, message: `no longer accepts ${list(removed)}` } as const]
      : []),
  ]
}

/**
 * Another flow at Stripe, or none, decides about the checks from then on. No configuration says what the one checks and
 * the other does not, so this counts as the worse of both: a person is to look.
 */
function bindingReasons({ stripe_flow: was }: FlowConfig, { stripe_flow: is }: FlowConfig): Reason[] {
  if (was === is) return []
  const message =
    is === undefined
      ? 'the checks are no longer those of a flow at Stripe'
      : `the checks are those of ${was === undefined ? 'a' : 'another'} flow at Stripe`
  return [{ effect: 'weakens', path: '/stripe_flow', message }]
}

function linkReasons(before: FlowConfig | null, after: FlowConfig | null): Reason[] {
  const was = before?.static_link.active ?? false
  const is = after?.static_link.active ?? false
  if (was === is) return []
  return [
    is
      ? { effect: 'exposes', path: '/static_link/active', message: 'static link switched on' }
      : { effect: 'conceals', path: '/static_link/active', message: 'static link switched off' },
  ]
}

function callerReasons(action: Action, previousKey: string | null, sessions: number): Reason[] {
  if (sessions === 0) return []
  if (action === 'archive') {
    return [{ effect: 'breaks_callers', path: null, message: 'new sessions from this flow will be refused' }]
  }
  if (previousKey !== null) {
    const message = `callers that name the key "${previousKey}" will be refused; the id goes on working`
    return [{ effect: 'breaks_callers', path: null, message }]
  }
  return []
}

function list(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
