// Generated from schemas/*.schema.json by `npm run generate`. Change the schemas instead.

/**
 * Shown to people: in the dashboard and on the page behind the static link. 1 to 100 characters, one line.
 */
export type Name = string
/**
 * Why this flow exists, for colleagues. Never shown to the person being verified.
 */
export type Description = string
/**
 * document: photo of an identity document. id_number: a national identity number checked against records.
 */
export type Type = 'document' | 'id_number'
/**
 * A set: order and repeats make no difference.
 *
 * Items: A type of identity document.
 */
export type AllowedTypes = ('driving_license' | 'id_card' | 'passport')[]
/**
 * Where the person goes afterwards. https, or http on localhost.
 */
export type ReturnUrl = string
/**
 * Never archived and never weakened, unless a person overrides it by name for one run.
 */
export type Protected = boolean
/**
 * true, false, or null for the default.
 */
export type NullableFlag = Flag | null
/**
 * true or false.
 */
export type Flag = boolean
/**
 * Options of the email or phone check, or null for the defaults.
 */
export type NullableCheck = {
  require_verification?: NullableFlag
} | null
/**
 * none, similar, or null for the default.
 */
export type NullableMatch = Match | null
/**
 * How close the verified value must be to the value known beforehand.
 */
export type Match = 'none' | 'similar'

export interface SchemaTypes {
  flow?: FlowDefinition
  config?: Config
  plan?: Plan
  deployment?: Deployment
}
/**
 * One reusable identity verification flow. Field names are those of Stripe's VerificationSession.
 */
export interface FlowDefinition {
  name: Name
  description?: Description
  type: Type
  options?: Options
  return_url?: ReturnUrl
  static_link?: StaticLink
  metadata?: Metadata
  protected?: Protected
  /**
   * The key this flow had before. Apply renames it in place: same id, same sessions, same link. Remove the line once every environment has been applied.
   */
  renamed_from?: string
  /**
   * What differs per environment: a JSON Merge Patch (RFC 7396) on the body above. null takes a field back to its default.
   */
  environments?: {
    [k: string]: Overlay
  }
}
/**
 * The checks that a verification from this flow runs.
 */
export interface Options {
  /**
   * How the identity document is checked. Only for type document.
   */
  document?: {
    allowed_types?: AllowedTypes
    /**
     * Also check a national ID number against the name and birth date on the document.
     */
    require_id_number?: boolean
    /**
     * Photos must come from the camera; image uploads are refused.
     */
    require_live_capture?: boolean
    /**
     * Take a selfie and compare it with the photo on the document.
     */
    require_matching_selfie?: boolean
  }
  /**
   * Whether the email address is checked.
   */
  email?: {
    /**
     * Send a one-time password to the email address.
     */
    require_verification?: boolean
  }
  /**
   * Whether the phone number is checked.
   */
  phone?: {
    /**
     * Send a one-time password to the phone number.
     */
    require_verification?: boolean
  }
  /**
   * Compare what was verified with what is known about the person.
   */
  matching?: {
    /**
     * Whether the verified name must be similar to the known name.
     */
    name?: 'none' | 'similar'
    /**
     * Whether the verified date of birth must be similar to the known one.
     */
    dob?: 'none' | 'similar'
  }
}
/**
 * One link for any number of people, without expiry.
 */
export interface StaticLink {
  /**
   * Whether the link works. The flow works in the API either way.
   */
  active?: boolean
}
/**
 * Your own labels, as Stripe's metadata: at most 50 keys of 40 characters, values of 500.
 */
export interface Metadata {
  /**
   * A string. Quote numbers and dates.
   */
  [k: string]: string
}
/**
 * What differs in this environment (JSON Merge Patch, RFC 7396). null takes a field back to its default.
 */
export interface Overlay {
  name?: Name
  /**
   * Replaces the description; null removes it.
   */
  description?: Description | null
  type?: Type
  /**
   * Options that differ in this environment; null takes them all back to their defaults.
   */
  options?: {
    /**
     * Document options that differ; null takes them all back to their defaults.
     */
    document?: {
      /**
       * Replaces the whole set; null allows all types.
       */
      allowed_types?: AllowedTypes | null
      require_id_number?: NullableFlag
      require_live_capture?: NullableFlag
      require_matching_selfie?: NullableFlag
    } | null
    email?: NullableCheck
    phone?: NullableCheck
    /**
     * Matching that differs; null takes it back to none.
     */
    matching?: {
      name?: NullableMatch
      dob?: NullableMatch
    } | null
  } | null
  /**
   * Replaces the return URL; null removes it.
   */
  return_url?: ReturnUrl | null
  /**
   * Whether the link is active here; null takes it back to inactive.
   */
  static_link?: {
    active?: NullableFlag
  } | null
  /**
   * Labels added, replaced or (null) removed in this environment.
   */
  metadata?: {
    [k: string]: string | null
  } | null
  /**
   * true, false, or null for the default.
   */
  protected?: Flag | null
}
/**
 * flows.config.yaml: which project manages the definitions, where they are, and the environments they go to.
 */
export interface Config {
  /**
   * Who manages this set of flows. A flow has at most one managing project; another project's flows are never touched.
   */
  project: string
  /**
   * Folder of the definitions, relative to this file.
   */
  flows?: string
  /**
   * Named targets. An environment without api is the embedded store under .flows/ (test mode).
   */
  environments: {
    [k: string]: Environment
  }
}
/**
 * Where the flows go, with which key, under which guards.
 */
export interface Environment {
  /**
   * Address of the flows API: https, or http on localhost. Left out: the embedded store.
   */
  api?: string
  /**
   * The environment variable that holds the API key. The key itself never stands in a file.
   */
  api_key_env?: string
  guards?: Guards
}
/**
 * What a plan may do here. A blocked plan is applied only with --allow and the guard's name.
 */
export interface Guards {
  /**
   * Changes that weaken the verification.
   */
  weaken?: 'allow' | 'warn' | 'block'
  /**
   * Flows whose definition is gone.
   */
  archive?: 'allow' | 'warn' | 'block'
  /**
   * Static links that are switched on.
   */
  expose_link?: 'allow' | 'warn' | 'block'
  /**
   * Largest share of the existing flows that one plan may change, 0 to 1. Counts from ten flows up.
   */
  max_change_share?: number
}
/**
 * What apply would do: plain data, in a fixed order, format flows.plan 1.0. Usage figures, lines and wording are outside its digest.
 */
export interface Plan {
  /**
   * Always flows.plan.
   */
  format: 'flows.plan'
  /**
   * Minor versions only add properties.
   */
  format_version: '1.0'
  /**
   * Who manages the flows.
   */
  project: string
  /**
   * The target.
   */
  environment: string
  /**
   * Whether the target is live.
   */
  livemode: boolean
  /**
   * SHA-256 of what would be written and on which bases.
   */
  digest: string
  /**
   * The state that was compared.
   */
  base: {
    /**
     * The project's last deployment in this mode; null before the first.
     */
    last_deployment: string | null
  }
  /**
   * Ordered: everything that opens comes before archives, then by key.
   */
  changes: Change[]
  /**
   * Active flows that no project manages. Listed, never touched.
   *
   * Items: A flow without a managing project.
   */
  unmanaged: {
    /**
     * Its key.
     */
    key: string
    /**
     * Its id.
     */
    id: string
    /**
     * Its name.
     */
    name: string
  }[]
  /**
   * Definitions that cannot be carried out: their key belongs to another project, or a rename finds both flows. A plan with conflicts cannot be applied.
   *
   * Items: A definition that cannot be carried out.
   */
  conflicts: {
    /**
     * The definition's key.
     */
    key: string
    /**
     * The flow that it would need.
     */
    id: string
    /**
     * The definition.
     */
    file: string
    /**
     * Why it cannot.
     */
    code: 'KEY_OF_OTHER_PROJECT' | 'RENAME_TARGET_EXISTS'
    /**
     * What is in the way.
     */
    message: string
    /**
     * How to mend it.
     */
    hint: string
  }[]
  /**
   * Guards with something to say.
   */
  guards: GuardResult[]
  /**
   * How many flows each action concerns.
   */
  summary: {
    /**
     * Number of flows.
     */
    create: number
    /**
     * Number of flows.
     */
    update: number
    /**
     * Number of flows.
     */
    rename: number
    /**
     * Number of flows.
     */
    adopt: number
    /**
     * Number of flows.
     */
    restore: number
    /**
     * Number of flows.
     */
    archive: number
    /**
     * Number of flows.
     */
    noop: number
  }
  /**
   * Of the command that printed the plan; not part of a saved plan.
   */
  exit_code?: number
}
/**
 * What apply does to one flow.
 */
export interface Change {
  /**
   * create, update, rename (new key, same id), adopt (was unmanaged), restore (was archived), archive (its file is gone).
   */
  action: 'create' | 'update' | 'rename' | 'adopt' | 'restore' | 'archive'
  /**
   * The flow's key after the change.
   */
  key: string
  /**
   * The key before, where it changes; else null.
   */
  previous_key: string | null
  /**
   * The flow's id; null for a flow to be created.
   */
  id: string | null
  /**
   * Where the definition stands; null for an archive.
   */
  source: {
    /**
     * Relative to the configuration file, with forward slashes.
     */
    file: string
    /**
     * First line of the body.
     */
    line: number
  } | null
  /**
   * Version of the flow that was compared; null for a flow to be created.
   */
  base_version: number | null
  /**
   * The configuration now; null for a flow to be created.
   */
  before: FlowConfig | null
  /**
   * The configuration after apply; null for an archive.
   */
  after: FlowConfig | null
  /**
   * The differences, in the order of the definition.
   */
  fields: Field[]
  /**
   * SHA-256 of action, keys and fields (without lines): equal digests mean the same diff, whatever the version.
   */
  diff_digest: string
  /**
   * What the change does to the strength of the verification.
   */
  assurance: {
    /**
     * neutral where the strength stays; mixed where parts go either way.
     */
    effect: 'neutral' | 'strengthens' | 'weakens' | 'mixed'
    /**
     * Whether the static link is switched on.
     */
    exposes_link: boolean
    /**
     * Whether callers that made sessions in the last 30 days will meet errors.
     */
    breaks_callers: boolean
    /**
     * Why.
     */
    reasons: Reason[]
  }
  /**
   * Whether the flow is not as the last deployment left it: its last write. Null where it is.
   */
  drift: {
    /**
     * The key or person; null if unknown.
     */
    by: string | null
    /**
     * Unix time in seconds.
     */
    at: number
    /**
     * The version that the edit made.
     */
    version: number
  } | null
  /**
   * Verification sessions created from this flow.
   */
  sessions_last_30_days: number
}
/**
 * A flow with every default filled in and every set in one order: what is compared, written and recorded.
 */
export interface FlowConfig {
  /**
   * Shown to people.
   */
  name: string
  /**
   * For colleagues; null if none.
   */
  description: string | null
  /**
   * The kind of verification.
   */
  type: 'document' | 'id_number'
  options: FlowConfigOptions
  /**
   * Where the person goes afterwards; null if nowhere.
   */
  return_url: string | null
  /**
   * The flow's link.
   */
  static_link: {
    /**
     * Whether the link works.
     */
    active: boolean
  }
  /**
   * Labels.
   */
  metadata: {
    [k: string]: string
  }
  /**
   * Never archived, never weakened without an override by name.
   */
  protected: boolean
}
/**
 * The checks.
 */
export interface FlowConfigOptions {
  /**
   * Only for type document.
   */
  document?: {
    /**
     * A set, in alphabetical order.
     */
    allowed_types: ('driving_license' | 'id_card' | 'passport')[]
    /**
     * Whether an ID number is checked too.
     */
    require_id_number: boolean
    /**
     * Whether photos must come from the camera.
     */
    require_live_capture: boolean
    /**
     * Whether a selfie is compared with the document.
     */
    require_matching_selfie: boolean
  }
  /**
   * The email check.
   */
  email: {
    /**
     * Whether the address is checked.
     */
    require_verification: boolean
  }
  /**
   * The phone check.
   */
  phone: {
    /**
     * Whether the number is checked.
     */
    require_verification: boolean
  }
  /**
   * Comparison with what is known.
   */
  matching: {
    /**
     * none or similar.
     */
    name: 'none' | 'similar'
    /**
     * none or similar.
     */
    dob: 'none' | 'similar'
  }
}
/**
 * One difference.
 */
export interface Field {
  /**
   * JSON Pointer (RFC 6901) into the configuration; /status where the flow is archived or comes back.
   */
  path: string
  /**
   * The value now; null where there is none.
   */
  before: string | boolean | string[] | null
  /**
   * The value after apply; null where there is none.
   */
  after: string | boolean | string[] | null
  /**
   * Line of the definition that says so; null where a default does, and for a flow to be created.
   */
  line: number | null
  /**
   * config: changed in git. drift: somebody changed it in the service since the last deployment.
   */
  origin: 'config' | 'drift'
  /**
   * For drift: the value that the last deployment wrote; null where there was none.
   */
  applied?: string | boolean | string[] | null
}
/**
 * Why the change has this assurance.
 */
export interface Reason {
  /**
   * What the reason does to the verification.
   */
  effect: 'strengthens' | 'weakens' | 'exposes' | 'conceals' | 'breaks_callers'
  /**
   * The field; null for the flow as a whole.
   */
  path: string | null
  /**
   * One clause for people.
   */
  message: string
}
/**
 * What one guard says about the plan.
 */
export interface GuardResult {
  /**
   * Name, as in --allow.
   */
  guard: 'weaken' | 'archive' | 'expose_link' | 'max_change_share' | 'protected'
  /**
   * warned: go on. blocked: apply refuses. lifted: would block, but was allowed by name for this run.
   */
  status: 'warned' | 'blocked' | 'lifted'
  /**
   * The flows concerned.
   */
  keys: string[]
  /**
   * With its figures.
   */
  message: string
}
/**
 * One atomic apply, recorded for ever.
 */
export interface Deployment {
  /**
   * Deployment id.
   */
  id: string
  /**
   * Always identity.flow_deployment.
   */
  object: 'identity.flow_deployment'
  /**
   * Unix time in seconds.
   */
  created: number
  /**
   * Whether it was applied to live flows.
   */
  livemode: boolean
  /**
   * Who manages the flows.
   */
  project: string
  /**
   * Digest of the plan that was applied; unique, so no plan is applied twice.
   */
  plan_digest: string
  /**
   * The apply run that sent it: tells a retry from another run with the same plan.
   */
  run_id: string
  /**
   * The key or person that applied; null if unknown.
   */
  actor: string | null
  /**
   * The commit that the definitions came from; null outside git.
   */
  source: {
    /**
     * Full hash.
     */
    commit: string
    /**
     * Branch name; null when detached.
     */
    branch: string | null
    /**
     * Whether files were uncommitted.
     */
    dirty: boolean
  } | null
  /**
   * Guards lifted by name for this run.
   */
  allowed: string[]
  /**
   * What was written, in the plan's order.
   */
  changes: DeployedChange[]
}
/**
 * What one deployment did to one flow.
 */
export interface DeployedChange {
  /**
   * create, update, rename (new key, same id), adopt (was unmanaged), restore (was archived), archive (its file is gone).
   */
  action: 'create' | 'update' | 'rename' | 'adopt' | 'restore' | 'archive'
  /**
   * The flow's key after the change.
   */
  key: string
  /**
   * The key before, where it changes; else null.
   */
  previous_key: string | null
  /**
   * The flow's id.
   */
  id: string
  /**
   * Version of the flow that was compared; null for a flow to be created.
   */
  base_version: number | null
  /**
   * The version that the deployment made.
   */
  version: number
  /**
   * The configuration now; null for a flow to be created.
   */
  before: FlowConfig | null
  /**
   * The configuration written; of an archived flow, the one it keeps.
   */
  after: FlowConfig
  /**
   * SHA-256 of action, keys and fields (without lines): equal digests mean the same diff, whatever the version.
   */
  diff_digest: string
}
