import { canonicalJson, compareText } from './canonical.js'
import { isObject } from './json.js'
import { mergePatch } from './merge-patch.js'
import type { Mode, Modes } from './mode.js'
import type { FlowBody, FlowConfig, FlowDefinition } from './schema-types.js'

export type { FlowBody, FlowConfig, FlowDefinition }

/** A flow's stable name inside one mode; see `key` in schemas/flow.schema.json. */
export type FlowKey = string

/** The pattern of `key` in schemas/flow.schema.json. Names of projects follow it too. */
export const KEY_PATTERN = /^[a-z0-9][a-z0-9_-]{0,62}$/

/** Flows are found by id or by key, so no key may be mistaken for an id. */
export function looksLikeFlowId(key: string): boolean {
  return /^vf_[0-9a-z]{24}$/.test(key)
}

/** Whether this can be the key of a flow. */
export function isFlowKey(text: string): boolean {
  return KEY_PATTERN.test(text) && !looksLikeFlowId(text)
}

/** The members of a body, in the order in which a definition lists them. */
export const BODY_FIELDS = [
  'name',
  'description',
  'type',
  'options',
  'stripe_flow',
  'return_url',
  'static_link',
  'metadata',
  'protected',
] as const satisfies readonly (keyof FlowBody)[]

export type DocumentType = 'driving_license' | 'id_card' | 'passport'

/** All document types in canonical order, which is also the default of `allowed_types`. */
export const DOCUMENT_TYPES: readonly DocumentType[] = ['driving_license', 'id_card', 'passport']

/** A document that a person picked: its type, and the country that issued it (ISO 3166-1 alpha-2). */
export interface PickedDocument {
  readonly type: DocumentType
  readonly country: string
}

/**
 * Fills in every default and puts every set in one order, so that equal flows are equal values. Idempotent: a
 * FlowConfig comes back unchanged. The body must be valid (see validate/).
 */
export function normalise(body: FlowBody | FlowConfig): FlowConfig {
  const options = body.options ?? {}
  return {
    name: body.name,
    description: body.description ?? null,
    type: body.type,
    options: {
      ...(body.type === 'document' && { document: normaliseDocument(options.document) }),
      email: { require_verification: options.email?.require_verification ?? false },
      phone: { require_verification: options.phone?.require_verification ?? false },
      matching: { name: options.matching?.name ?? 'none', dob: options.matching?.dob ?? 'none' },
    },
    // Left out rather than null: a flow that is not bound keeps the digests that it had before there were bound flows.
    ...(body.stripe_flow !== undefined && { stripe_flow: body.stripe_flow }),
    return_url: body.return_url ?? null,
    static_link: { active: body.static_link?.active ?? false },
    metadata: sortedByKey(body.metadata ?? {}),
    protected: body.protected ?? false,
  }
}

/** A configuration that has every field a flow can have, except for its metadata. */
export const EVERY_FIELD: FlowConfig = normalise({ name: 'any', type: 'document', stripe_flow: 'vf_any' })

function normaliseDocument(document: NonNullable<FlowBody['options']>['document'] = {}) {
  const allowed = new Set<DocumentType>(document.allowed_types ?? DOCUMENT_TYPES)
  return {
    allowed_types: DOCUMENT_TYPES.filter((type) => allowed.has(type)),
    require_id_number: document.require_id_number ?? false,
    require_live_capture: document.require_live_capture ?? false,
    require_matching_selfie: document.require_matching_selfie ?? false,
  }
}

function sortedByKey(metadata: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).sort(([a], [b]) => compareText(a, b)))
}

/** What one file says: a definition, or a base that definitions extend. */
export type Layer = Readonly<Record<string, unknown>>

/** The values of variables, by environment and name. */
export type Variables = Readonly<Record<string, Readonly<Record<string, string | boolean>>>>

/** What decides, beside a definition itself, what it says. */
export interface Surroundings {
  /** What it extends, the farthest first: each base is merged over the one before it. */
  readonly bases: readonly Layer[]
  readonly variables: Variables
  /** The mode of every environment. */
  readonly modes: Modes
}

/** Those of a definition that extends nothing, takes no variables, and is for test mode. */
const ALONE: Surroundings = { bases: [], variables: {}, modes: new Map() }

/** One step towards the body of a flow: what a layer says for every environment, or for one. */
export interface Patch {
  /** Index of the layer. */
  readonly layer: number
  /** Where the patch is in its layer. */
  readonly within: readonly string[]
  readonly value: unknown
}

/**
 * What layers say for one environment, as JSON Merge Patches (RFC 7396) in their order: the bodies of all layers, then
 * their overlays. So what a base says for one environment counts more than what a definition says for all.
 */
export function patchesIn(layers: readonly Layer[], environment: string): Patch[] {
  const bodies = layers.map((value, layer): Patch => {
    const { extends: _, environments: _overlays, renamed_from: _from, ...body } = value
    return { layer, within: [], value: body }
  })
  const overlays = layers.flatMap(({ environments }, layer): Patch[] => {
    if (!isObject(environments) || !Object.hasOwn(environments, environment)) return []
    return [{ layer, within: ['environments', environment], value: environments[environment] }]
  })
  return [...bodies, ...overlays]
}

/** What patches come to, one after the other. */
export function patched(patches: readonly Patch[]): Record<string, unknown> {
  return patches.reduce<unknown>((body, { value }) => mergePatch(body, value), {}) as Record<string, unknown>
}

/** The fields that may name a variable; "*" is any label. What is verified always stands in the files themselves. */
const REFERENCES = [
  ['name'],
  ['description'],
  ['return_url'],
  ['static_link', 'active'],
  ['metadata', '*'],
  ['protected'],
] as const

/** These fields, as people write them. */
export const VARIABLE_FIELDS: readonly string[] = REFERENCES.map((path) => path.join('.'))

/** The variables that a body or an overlay names, each with its place. */
export function referencesIn(body: unknown): { readonly path: readonly string[]; readonly variable: string }[] {
  return REFERENCES.flatMap((path) => referencesAt(body, path, []))
}

function referencesAt(
  value: unknown,
  path: readonly string[],
  above: readonly string[],
): ReturnType<typeof referencesIn> {
  const [name, ...rest] = path
  if (!isObject(value)) return []
  if (name === undefined) {
    const { variable } = value
    return typeof variable === 'string' && Object.keys(value).length === 1 ? [{ path: above, variable }] : []
  }
  const names = name === '*' ? Object.keys(value) : Object.hasOwn(value, name) ? [name] : []
  return names.flatMap((one) => referencesAt(value[one], rest, [...above, one]))
}

/** The body with the values of its variables. A variable without a value stays as it is named. */
export function withVariables(
  body: Record<string, unknown>,
  values: Readonly<Record<string, string | boolean>> = {},
): Record<string, unknown> {
  const patches = referencesIn(body)
    .filter(({ variable }) => Object.hasOwn(values, variable))
    .map(({ path, variable }) => path.reduceRight<unknown>((inner, name) => ({ [name]: inner }), values[variable]))
  return patches.reduce<unknown>((whole, patch) => mergePatch(whole, patch), body) as Record<string, unknown>
}

/** What a definition says about its flow in one environment. It and what surrounds it must be valid. */
export function bodyIn(
  definition: Layer | FlowDefinition,
  environment: string,
  { bases, variables, modes }: Surroundings = ALONE,
): FlowBody {
  const said = patched(patchesIn([...bases, definition as Layer], environment))
  const { stripe_flow: ids, ...body } = withVariables(said, variables[environment])
  const id = isObject(ids) ? ids[modes.get(environment) ?? 'test'] : undefined
  return { ...body, ...(typeof id === 'string' && { stripe_flow: id }) } as unknown as FlowBody
}

/** Where a definition says a field of a flow's configuration: it names a flow at Stripe for each mode. */
export function pathInDefinition(path: readonly string[], mode: Mode): readonly string[] {
  return path[0] === 'stripe_flow' ? ['stripe_flow', mode] : path
}

/** The same with the defaults filled in. */
export function configIn(
  definition: Layer | FlowDefinition,
  environment: string,
  surroundings: Surroundings = ALONE,
): FlowConfig {
  return normalise(bodyIn(definition, environment, surroundings))
}

/** The shortest body that says the same: name, type, and what is not a default. `normalise` undoes this. */
export function withoutDefaults(config: FlowConfig): FlowBody {
  const { name, type } = config
  return { name, type, ...differing(config, normalise({ name, type })) }
}

/** A body as a definition for one mode says it. */
export function asDefinition({ stripe_flow: id, ...body }: FlowBody, mode: Mode): FlowDefinition {
  return { ...body, ...(id !== undefined && { stripe_flow: { [mode]: id } }) }
}

function differing(value: object, defaults: object): Record<string, unknown> {
  const rest = defaults as Record<string, unknown>
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]): [string, unknown][] => {
      const fallback = rest[name]
      if (canonicalJson(member) === canonicalJson(fallback ?? null)) return []
      return [[name, isObject(member) ? differing(member, isObject(fallback) ? fallback : {}) : member]]
    }),
  )
}
