import { BODY_FIELDS, type FlowConfig, type FlowKey, withoutDefaults } from '../model/flow.js'
import { isObject } from '../model/json.js'

export const FLOW_RESOURCE = 'flows_verification_flow'

/** A resource in Terraform's JSON configuration: attributes and nested blocks. */
export type ResourceJson = { readonly key: string } & Readonly<Record<string, unknown>>

/**
 * The resource of one flow, for Terraform's JSON configuration. As in a new definition, defaults are left out: for a
 * flow with the defaults, the provider reads back no block either.
 */
export function resourceOf(key: FlowKey, config: FlowConfig): ResourceJson {
  const body: Record<string, unknown> = { ...withoutDefaults(config) }
  const written = BODY_FIELDS.filter((name) => Object.hasOwn(body, name))
  return { key, ...Object.fromEntries(written.map((name) => [name, literal(body[name])])) }
}

/**
 * The name of a flow's resource, after a prefix that all share. A name must not begin with a digit, so such a key gets
 * an underscore. No key begins with an underscore, so no two keys share a name.
 */
export function labelOf(key: FlowKey, prefix = ''): string {
  const name = prefix + key
  return /^[0-9]/.test(name) ? `_${name}` : name
}

export function addressOf(key: FlowKey, prefix = ''): string {
  return `${FLOW_RESOURCE}.${labelOf(key, prefix)}`
}

/**
 * Every string of a JSON configuration is a template, names in a map too. This turns expressions into text. Terraform drops
 * a byte order mark at the start of a template, so that one becomes an expression.
 */
export function literal<T>(value: T): T
export function literal(value: unknown): unknown {
  if (typeof value === 'string') return escaped(value)
  if (Array.isArray(value)) return value.map(literal)
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [escaped(name), literal(member)]))
}

function escaped(text: string): string {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a template of Terraform's
  return text.replaceAll(/[$%](?=\{)/g, '$&$&').replace(/^\ufeff/, () => '${"\\ufeff"}')
}
