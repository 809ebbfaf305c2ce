import { canonicalJson } from '../../model/canonical.js'
import { type FlowBody, type FlowConfig, normalise } from '../../model/flow.js'
import type { ObservedFlow } from '../../model/state.js'
import { type ObjectValue, UNKNOWN, type Value } from '../wire/value.js'
import { bodyOf } from './body.js'
import { type Field, type Fields, FLOW_FIELDS } from './definition-schema.js'

/** A flow as the service knows it, with the address of its link. */
export type KnownFlow = Pick<ObservedFlow, 'id' | 'key' | 'project' | 'version' | 'config'> & { readonly url: string }

/**
 * The state of a flow. The service fills in every default; Terraform keeps what was written. So a block missing in the
 * state stays missing while all its values are defaults, and an existing block stays. Drift shows either way.
 */
export function stateOf(flow: KnownFlow, before: ObjectValue | null): ObjectValue {
  const { id, key, project, version, config, url } = flow
  const members = membersOf(config as unknown as ObjectValue, before, FLOW_FIELDS)
  return { ...members, key, static_link: { active: config.static_link.active, url }, id, project, version }
}

/** A complete configuration with defaults filled in; absent objects are null. */
export function wholeOf(config: FlowConfig): ObjectValue {
  return membersOf(config as unknown as ObjectValue, null, FLOW_FIELDS, true)
}

function membersOf(value: ObjectValue, before: ObjectValue | null, fields: Fields, isWhole = false): ObjectValue {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => {
      const member = value[name] ?? null
      return [name, field.kind === 'object' ? blockOf(member, before?.[name], field, isWhole) : member]
    }),
  )
}

function blockOf(value: Value, before: Value | undefined, field: Field, isWhole: boolean): Value {
  if (value === null) return null
  const was = isObjectValue(before) ? before : null
  const members = membersOf(value as ObjectValue, was, field.fields, isWhole)
  return isWhole || was !== null || !isDefault(members, field.fields) ? members : null
}

function isDefault(members: ObjectValue, fields: Fields): boolean {
  return Object.entries(fields).every(([name, { kind, default: fallback }]) => {
    const member = members[name] ?? null
    return kind === 'object' ? member === null : canonicalJson(member) === canonicalJson(fallback ?? null)
  })
}

/**
 * The planned flow: the configuration, with defaults filled in as the service would. Values that only the service knows
 * are unknown on a new flow. On an existing one they stay, except the version, which grows with every change.
 */
export function plannedOf(config: ObjectValue, prior: ObjectValue | null, project: Value): ObjectValue {
  const url = isObjectValue(prior?.static_link) ? (prior.static_link.url ?? UNKNOWN) : UNKNOWN
  const planned: ObjectValue = {
    ...plannedMembers(config, FLOW_FIELDS),
    key: config.key ?? null,
    static_link: plannedLink(config.static_link ?? null, url),
    id: prior?.id ?? UNKNOWN,
    project,
  }
  const version = prior !== null && isSameFlow(planned, prior) ? (prior.version ?? UNKNOWN) : UNKNOWN
  return { ...planned, version }
}

function plannedMembers(config: ObjectValue, fields: Fields): ObjectValue {
  return Object.fromEntries(
    Object.entries(fields).map(([name, { kind, default: fallback, fields: inner }]) => {
      const said = config[name] ?? null
      if (kind !== 'object') return [name, said ?? fallback ?? null]
      return [name, isObjectValue(said) ? plannedMembers(said, inner) : said]
    }),
  )
}

function plannedLink(said: Value, url: Value): Value {
  if (said === UNKNOWN) return UNKNOWN
  const link = FLOW_FIELDS.static_link?.fields ?? {}
  return { ...plannedMembers(isObjectValue(said) ? said : {}, link), url }
}

/** Whether the service would see no difference. An unknown value may be one. */
function isSameFlow(planned: ObjectValue, prior: ObjectValue): boolean {
  const config = configOf(planned)
  const was = configOf(prior)
  if (config === null || was === null) return false
  return planned.key === prior.key && planned.project === prior.project && canonicalJson(config) === canonicalJson(was)
}

/** The configuration of a state or plan; null while part of it is unknown. */
export function configOf(state: ObjectValue): FlowConfig | null {
  const { value, unknown } = bodyOf(state)
  return unknown.length > 0 ? null : normalise(value as unknown as FlowBody)
}

export function isObjectValue(value: Value | undefined): value is ObjectValue {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
