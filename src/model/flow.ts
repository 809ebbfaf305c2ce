import { canonicalJson, compareText } from './canonical.js'
import { isObject } from './json.js'
import { mergePatch } from './merge-patch.js'
import type { FlowConfig, FlowDefinition } from './schema-types.js'

export type { FlowConfig, FlowDefinition }

/** A flow's stable name inside one mode; see `key` in schemas/flow.schema.json. */
export type FlowKey = string

/** The pattern of `key` in schemas/flow.schema.json. Names of projects follow it too. */
export const KEY_PATTERN = /^[a-z0-9][a-z0-9_-]{0,62}$/

/** Flows are found by id or by key, so no key may be mistaken for an id. */
export function looksLikeFlowId(key: string): boolean {
  return /^vf_[0-9a-z]{24}$/.test(key)
}

/** A definition without the members that are not configuration. Overlays patch this body, and the API takes it. */
export type FlowBody = Omit<FlowDefinition, 'renamed_from' | 'environments'>

/** The members of a body, in the order in which a definition lists them. */
export const BODY_FIELDS = [
  'name',
  'description',
  'type',
  'options',
  'return_url',
  'static_link',
  'metadata',
  'protected',
] as const satisfies readonly (keyof FlowBody)[]

export type DocumentType = 'driving_license' | 'id_card' | 'passport'

/** All document types in canonical order, which is also the default of `allowed_types`. */
export const DOCUMENT_TYPES: readonly DocumentType[] = ['driving_license', 'id_card', 'passport']

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
    return_url: body.return_url ?? null,
    static_link: { active: body.static_link?.active ?? false },
    metadata: sortedByKey(body.metadata ?? {}),
    protected: body.protected ?? false,
  }
}

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

/** What a definition says about its flow in one environment: the body, patched by the overlay if there is one. */
export function bodyIn(definition: FlowDefinition, environment: string): FlowBody {
  const { environments = {}, renamed_from: _, ...body } = definition
  return Object.hasOwn(environments, environment) ? (mergePatch(body, environments[environment]) as FlowBody) : body
}

/** The same with the defaults filled in. The definition must be valid. */
export function configIn(definition: FlowDefinition, environment: string): FlowConfig {
  return normalise(bodyIn(definition, environment))
}

/** The shortest body that says the same: name, type, and what is not a default. `normalise` undoes this. */
export function withoutDefaults(config: FlowConfig): FlowBody {
  const { name, type } = config
  return { name, type, ...differing(config, normalise({ name, type })) }
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
