import { isObject } from '../../model/json.js'
/** The answers of a flows API, checked only as far as this program relies on them: members that are more are no harm. */
export type Shape = Readonly<Record<string, Check>>
type Check = (value: unknown) => boolean

const text: Check = (value) => typeof value === 'string'
const number: Check = (value) => typeof value === 'number'
const flag: Check = (value) => typeof value === 'boolean'
const labels: Check = (value) => isObject(value) && Object.values(value).every(text)
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value)
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value)
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check)
const oneOf =
  (...words: readonly unknown[]): Check =>
  (value) =>
    words.includes(value)
const the =
  (shape: Shape): Check =>
  (value) =>
    fits(value, shape)

export function fits(value: unknown, shape: Shape): boolean {
  if (!isObject(value)) return false
  for (const name in shape) if (!shape[name]?.(value[name])) return false
  return true
}

const status = oneOf('active', 'archived')
const required = the({ require_verification: flag })
const config = {
  name: text,
  description: orNull(text),
  type: text,
  options: the({
    document: optional(
      the({
        allowed_types: listOf(text),
        require_id_number: flag,
        require_live_capture: flag,
        require_matching_selfie: flag,
      }),
    ),
    email: required,
    phone: required,
    matching: the({ name: text, dob: text }),
  }),
  return_url: orNull(text),
  metadata: labels,
  protected: flag,
} satisfies Shape
const configuration = the({ ...config, static_link: the({ active: flag }) })

export const STALE_FLOW: Shape = {
  key: text,
  base_version: orNull(number),
  current_version: orNull(number),
  updated_by: orNull(text),
  updated: orNull(number),
}

export const isState = the({
  livemode: flag,
  store: orNull(text),
  last_deployment: orNull(text),
  flows: listOf(
    the({
      id: text,
      key: text,
      project: orNull(text),
      status,
      version: number,
      config: configuration,
      applied: orNull(configuration),
      applied_status: orNull(status),
      applied_key: orNull(text),
      updated: number,
      updated_by: orNull(text),
      static_link_url: optional(text),
      sessions_last_30_days: number,
    }),
  ),
})

export const isFlow = the({
  ...config,
  id: text,
  object: oneOf('identity.verification_flow'),
  created: number,
  livemode: flag,
  key: text,
  project: orNull(text),
  status,
  version: number,
  static_link: the({ active: flag, url: text }),
  updated: number,
  updated_by: orNull(text),
})

export const isSession = the({
  id: text,
  object: oneOf('identity.verification_session'),
  created: number,
  livemode: flag,
  status: text,
  type: text,
  metadata: labels,
  options: isObject,
  client_reference_id: orNull(text),
  verification_flow: optional(text),
  verification_flow_version: optional(number),
})

export const isApiKey = the({
  id: text,
  object: oneOf('api_key'),
  livemode: flag,
  name: text,
  scopes: orNull(listOf(text)),
  expires: orNull(number),
  type: oneOf('secret', 'restricted'),
})

const deployment = {
  id: text,
  object: oneOf('identity.flow_deployment'),
  created: number,
  livemode: flag,
  project: text,
  plan_digest: text,
  run_id: text,
  actor: orNull(text),
} satisfies Shape

/** The answer to who deploys. */
export const isDeployment = the({
  ...deployment,
  changes: listOf(the({ action: text, key: text, id: text, version: number })),
})

/** What the record of a deployment says of where it came from. */
const record = {
  ...deployment,
  source: orNull(the({ commit: text, branch: orNull(text), dirty: orNull(flag) })),
  allowed: listOf(text),
} satisfies Shape

/** A deployment as it is kept, with all that it changed. */
export const isRecord = the({
  ...record,
  changes: listOf(
    the({
      action: text,
      key: text,
      previous_key: orNull(text),
      id: text,
      base_version: orNull(number),
      version: number,
      before: orNull(configuration),
      after: configuration,
    }),
  ),
})

export const isDeploymentSummary = the({
  ...record,
  summary: (value) => isObject(value) && Object.values(value).every(number),
})

export const isDeployedFlow = the({ id: text, key: text, status, config: configuration, deployment: text })

export const isFlowVersion = the({
  id: text,
  verification_flow: text,
  version: number,
  action: text,
  key: text,
  project: orNull(text),
  status,
  changed: listOf(text),
  config: configuration,
  actor: orNull(text),
  deployment: orNull(text),
  created: number,
})

export const isListOf = (item: Check): Check => the({ object: oneOf('list'), has_more: flag, data: listOf(item) })
