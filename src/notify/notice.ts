import type { Change } from '../model/plan.js'
import type { ApiKey } from '../model/resources.js'
import type { Receiver } from '../model/schema-types.js'
import { type BoundFlow, outstanding } from '../plan/bound.js'
import type { DriftReport } from '../plan/drift.js'
import { formatTime, plural } from '../text/text.js'

type NoticeEvent = NonNullable<Receiver['on']>[number]

/** What somebody is told. Keys of flows and figures, never what people typed. */
export interface Notice {
  readonly event: NoticeEvent
  readonly project: string
  readonly environment: string
  readonly livemode: boolean
  /** One sentence. */
  readonly title: string
  /** One line for each flow or reason. */
  readonly details: readonly string[]
  /** Where more is to be seen: the run of the CI job; null outside of one. */
  readonly url: string | null
}

/** The environment that a notice is about, and the run that it comes from. */
export interface About {
  readonly project: string
  readonly environment: string
  readonly livemode: boolean
  readonly url: string | null
}

/** `changes`: what the plan changed. A deployment also names flows of which it only records an edit. */
export function appliedNotice(
  about: About,
  changes: readonly Pick<Change, 'key' | 'action'>[],
  id: string,
  bound: readonly BoundFlow[] = [],
): Notice {
  const title = `${plural(changes.length, 'flow')} of ${about.project} changed in ${about.environment} (${id}).`
  const details = [...changes.map(({ key, action }) => `${action} ${key}`), ...outstanding({ bound }).map(toEdit)]
  return { ...about, event: 'applied', title, details }
}

export function blockedNotice(about: About, messages: readonly string[]): Notice {
  const title = `A plan of ${about.project} is blocked in ${about.environment}.`
  return { ...about, event: 'blocked', title, details: messages }
}

/** Also of flows at Stripe that do not follow their definitions, whether or not flows of the service drifted. */
export function driftNotice(about: About, { flows, bound = [] }: Pick<DriftReport, 'flows' | 'bound'>): Notice {
  const left = outstanding({ bound })
  const { project, environment } = about
  const were = flows.length === 1 ? 'was' : 'were'
  const edited = `${plural(flows.length, 'flow')} of ${project} ${were} edited outside git in ${environment}.`
  const other = left.length === 1 ? 'checks something else' : 'check something else'
  const atStripe = `${plural(left.length, 'flow')} at Stripe ${other} than ${project} says for ${environment}.`
  const title = [...(flows.length > 0 ? [edited] : []), ...(left.length > 0 ? [atStripe] : [])].join(' ')
  const details = flows.map(({ key, kind, fields }) =>
    kind === 'edited' ? `${key}: ${plural(fields.length, 'field')}` : `${key}: ${kind}`,
  )
  return { ...about, event: 'drift', title, details: [...details, ...left.map(toEdit)] }
}

function toEdit({ key, fields }: BoundFlow): string {
  return `${key}: ${plural(fields.length, 'field')} to edit at Stripe`
}

/** For a key that ends; `expires` in unix seconds. */
export function keyEndingNotice(about: About, { name, expires }: Pick<ApiKey, 'name'> & { expires: number }): Notice {
  const title = `The API key "${name}" of ${about.project} in ${about.environment} ends ${formatTime(expires)}.`
  return { ...about, event: 'key_ending', title, details: [] }
}
