import { inlined, type Schema } from './published.js'

/**
 * One parameter of a route, described once. Its kind decides how the text of a form is read; its schema is what the
 * OpenAPI document shows; its value is the type that the operation gets. The schema's limits are for readers: the
 * operations enforce them, for every caller alike.
 */
export interface Param<Value = unknown> {
  readonly kind: Kind
  /** What it means, and its limits; the kind says the JSON type. */
  readonly schema: Schema
  /** For `members`: what is in it. */
  readonly members?: Params
  /** For `choice`: what it can be. */
  readonly values?: readonly string[]
  /** Whether a request without it is refused. */
  readonly isRequired?: boolean
  /** Stripe has the route, but not this parameter of it. */
  readonly isExtension?: boolean
  /** Never set: it carries the type of the parameter's value for TypeScript. */
  readonly value?: Value
}

export type Params = Readonly<Record<string, Param>>

/** The values of these parameters, as an operation gets them. */
export type Values<P extends Params> = {
  readonly [Name in keyof P]?: P[Name] extends Param<infer Value> ? Value : never
}

/** All values arrive as text. An empty text becomes null, which means "unset", if the kind can be unset. */
type Kind =
  | 'text'
  | 'boolean'
  /** Names that the caller chooses, with text. */
  | 'labels'
  | 'texts'
  | 'members'
  | 'choice'
  // None of the following can be unset.
  | 'name'
  | 'integer'
  | 'times'

const NEVER_UNSET: ReadonlySet<Kind> = new Set<Kind>(['name', 'integer', 'times'])

export function canBeUnset({ kind }: Param): boolean {
  return !NEVER_UNSET.has(kind)
}

/** Whether the parameter has names in brackets. */
export function isDeep({ kind }: Param): boolean {
  return kind === 'times' || kind === 'labels' || kind === 'texts' || kind === 'members'
}

export const text = (description: string, limits: Schema = {}): Param<string | null> => of('text', description, limits)

/** Text that must not be empty. */
export const name = (description: string, limits: Schema = {}): Param<string> => of('name', description, limits)

export const flag = (description: string): Param<boolean | null> => of('boolean', description)

export const integer = (description: string, limits: Schema = {}): Param<number> => of('integer', description, limits)

export const texts = (description: string, limits: Schema = {}): Param<readonly string[] | null> =>
  of('texts', description, limits)

/** One time in unix seconds, or a range of them. */
export const times = (description: string): Param<number | Range> => of('times', description)

export interface Range {
  readonly gt?: number
  readonly gte?: number
  readonly lt?: number
  readonly lte?: number
}

/** One of these words. Only for queries: the operation itself checks what a body holds. */
export const choice = <const Word extends string>(description: string, values: readonly Word[]): Param<Word> => ({
  kind: 'choice',
  schema: { description },
  values,
})

export const members = <P extends Params>(description: string, inner: P): Param<Values<P> | null> => ({
  kind: 'members',
  schema: { description },
  members: inner,
})

export const required = <Value>(param: Param<Value>): Param<Value> => ({ ...param, isRequired: true })

/** The same parameters, with these marked as required. */
export function requiring<P extends Params>(params: P, names: readonly string[]): P {
  const marked = Object.entries(params).map(([one, param]) => [one, names.includes(one) ? required(param) : param])
  return Object.fromEntries(marked)
}

export const extension = <Value>(param: Param<Value>): Param<Value> => ({ ...param, isExtension: true })

/**
 * A published schema as a parameter: "flow.schema.json#/$defs/body/properties/options". The operations check the value by the same
 * schema, so its type is left to them.
 */
// biome-ignore lint/suspicious/noExplicitAny: see above.
export function published(ref: string, { isName = false, description }: PublishedOptions = {}): Param<any> {
  const schema = inlined(ref)
  return fromSchema(description === undefined ? schema : { ...schema, description }, isName)
}

interface PublishedOptions {
  /** Whether its text must not be empty. */
  readonly isName?: boolean
  /** Replaces the schema's own description. */
  readonly description?: string
}

/** The same parameter with these members only. */
export function only<Name extends string>(
  param: Param,
  names: readonly Name[],
): Param<{ readonly [One in Name]?: unknown } | null> {
  const inner = Object.entries(param.members ?? {}).filter(([member]) => (names as readonly string[]).includes(member))
  const { value: _, ...rest } = param
  return { ...rest, members: Object.fromEntries(inner) }
}

function fromSchema(schema: Schema, isName = false): Param {
  const { type, properties } = schema as {
    readonly type?: string
    readonly properties?: Readonly<Record<string, Schema>>
  }
  if (type === 'boolean') return { kind: 'boolean', schema }
  if (type === 'array') return { kind: 'texts', schema }
  if (type !== 'object') return { kind: isName ? 'name' : 'text', schema }
  if (properties === undefined) return { kind: 'labels', schema }
  const needed = (schema.required ?? []) as readonly string[]
  const inner = Object.entries(properties).map(([member, one]) => [member, fromSchema(one, needed.includes(member))])
  return { kind: 'members', schema, members: Object.fromEntries(inner) }
}

function of(kind: Kind, description: string, limits: Schema = {}): Param<never> {
  return { kind, schema: { description, ...limits } }
}
