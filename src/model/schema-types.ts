// Generated from schemas/*.schema.json by `npm run generate`. Change the schemas instead.

/**
 * Shown to people: in the dashboard and on the page behind the static link. 1 to 100 characters, one line, and none that is invisible.
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
 * Where the person goes afterwards. https, an app's own scheme such as myapp://done, or http on localhost; in test mode also http on a private network.
 */
export type ReturnUrl = string
/**
 * true or false.
 */
export type Flag = boolean
/**
 * Never archived and never weakened, unless a person overrides it by name for one run.
 */
export type Protected = boolean
/**
 * true, false, or null for the default.
 */
export type NullableFlag = Flag | null
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
/**
 * Id of the flow in Stripe's own Dashboard that makes the checks. Sessions are then created from that flow.
 */
export type StripeFlow = string
/**
 * A file whose values are taken below one's own: its path from the folder of flows.config.yaml, outside of the folders of flows and policies. Merged as overlays are (JSON Merge Patch, RFC 7396); null takes away what the file says.
 */
export type Extends = string
/**
 * A folder, relative to the configuration file.
 */
export type Folder = string
/**
 * allow: say nothing. warn: say so and go on. block: refuse to apply.
 */
export type Level = 'allow' | 'warn' | 'block'
/**
 * Stable name of a flow inside one mode. The file's stem by default.
 */
export type Key = string
/**
 * A set, in alphabetical order.
 */
export type AllowedTypes1 = ('driving_license' | 'id_card' | 'passport')[]
/**
 * The value at Stripe.
 */
export type Before = string | boolean | string[] | null
/**
 * The value that the definition gives it.
 */
export type After = string | boolean | string[] | null
/**
 * Guards and policies lifted by name for this run.
 */
export type Allowed = string[]
/**
 * The value at Stripe when it was deployed.
 */
export type Before1 = string | boolean | string[] | null
/**
 * The value that the definition gives it.
 */
export type After1 = string | boolean | string[] | null
/**
 * Why an attempt failed. An open set at Stripe: newer codes may come.
 */
export type SessionErrorCode =
  | ('abandoned' | 'consent_declined' | 'country_not_supported' | 'device_not_supported' | 'under_supported_age')
  | DocumentErrorCode
  | SelfieErrorCode
  | IdNumberErrorCode
  | EmailErrorCode
  | PhoneErrorCode
/**
 * Why the check of the document failed.
 */
export type DocumentErrorCode = 'document_expired' | 'document_type_not_supported' | 'document_unverified_other'
/**
 * Why the check of the selfie failed.
 */
export type SelfieErrorCode =
  'selfie_document_missing_photo' | 'selfie_face_mismatch' | 'selfie_manipulated' | 'selfie_unverified_other'
/**
 * Why the check of the ID number failed.
 */
export type IdNumberErrorCode =
  'id_number_insufficient_document_data' | 'id_number_mismatch' | 'id_number_unverified_other'
/**
 * Why the check of the email address failed.
 */
export type EmailErrorCode = 'email_unverified_other' | 'email_verification_declined'
/**
 * Why the check of the phone number failed.
 */
export type PhoneErrorCode = 'phone_unverified_other' | 'phone_verification_declined'
/**
 * Where the session is: requires_input, processing, then verified, or requires_input again; canceled for good.
 */
export type SessionStatus = 'requires_input' | 'processing' | 'verified' | 'canceled'
/**
 * How a check ended.
 */
export type CheckStatus = 'verified' | 'unverified'
/**
 * The types of events there are. Those that begin with verification_flows are of this service; the others are Stripe's.
 */
export type EventType =
  | 'identity.verification_session.canceled'
  | 'identity.verification_session.created'
  | 'identity.verification_session.processing'
  | 'identity.verification_session.redacted'
  | 'identity.verification_session.requires_input'
  | 'identity.verification_session.verified'
  | 'verification_flows.api_key.expiring'
  | 'verification_flows.deployment.applied'
  | 'verification_flows.flow.edited_outside_git'

export interface SchemaTypes {
  definition?: FlowDefinition
  body?: FlowBody
  base?: Base
  config?: Config
  policy?: Policy
  test?: TestFile
  plan?: Plan
  deployment?: Deployment
  verification_flow?: VerificationFlow
  verification_flow_probe?: VerificationFlowProbe
  sighting?: Sighting
  verification_flow_version?: VerificationFlowVersion
  flow_deployment?: Deployment
  deployed_flow?: DeployedFlow
  flow_deployment_summary?: FlowDeploymentSummary
  observed_flow?: ObservedFlow
  flow_state?: FlowState
  session_document_options?: SessionDocumentOptions
  session_options?: SessionOptions
  session_error_code?: SessionErrorCode
  document_error_code?: DocumentErrorCode
  selfie_error_code?: SelfieErrorCode
  id_number_error_code?: IdNumberErrorCode
  email_error_code?: EmailErrorCode
  phone_error_code?: PhoneErrorCode
  session_error?: SessionError
  address?: Address
  calendar_date?: CalendarDate
  verified_outputs?: VerifiedOutputs
  provided_details?: ProvidedDetails
  redaction?: Redaction
  related_person?: RelatedPerson
  session_status?: SessionStatus
  verification_session?: VerificationSession
  check_status?: CheckStatus
  document_check?: DocumentCheck
  document_check_error?: DocumentCheckError
  selfie_check?: SelfieCheck
  selfie_check_error?: SelfieCheckError
  id_number_check?: IdNumberCheck
  id_number_check_error?: IdNumberCheckError
  email_check?: EmailCheck
  email_check_error?: EmailCheckError
  phone_check?: PhoneCheck
  phone_check_error?: PhoneCheckError
  verification_report?: VerificationReport
  event_type?: EventType
  event?: Event
  webhook_endpoint?: WebhookEndpoint
  ephemeral_key?: EphemeralKey
  webhook_attempt?: WebhookAttempt
  webhook_delivery?: WebhookDelivery
  api_key?: ApiKey
  deleted?: Deleted
  list?: List
  stale_flow?: StaleFlow
  error_body?: ErrorBody
  error?: Error
}
/**
 * The file of one flow, which says all of it.
 */
export interface FlowDefinition {
  /**
   * Shown to people: in the dashboard and on the page behind the static link. 1 to 100 characters, one line, and none that is invisible.
   */
  name: Name | Variable
  /**
   * Why this flow exists, for colleagues. Never shown to the person being verified.
   */
  description?: Description | Variable
  type: Type
  options?: Options
  /**
   * The flow in Stripe's own Dashboard that makes the checks: its id, per mode. Sessions are then created from that flow, and plans compare what it checks with the options above.
   */
  stripe_flow?: {
    /**
     * Id of the flow in Stripe's test mode, as its page in the Dashboard shows it.
     */
    test?: string
    /**
     * Id of the flow in Stripe's live mode, as its page in the Dashboard shows it.
     */
    live?: string
  }
  /**
   * Where the person goes afterwards. https, an app's own scheme such as myapp://done, or http on localhost; in test mode also http on a private network.
   */
  return_url?: ReturnUrl | Variable
  /**
   * One link for any number of people, without expiry.
   */
  static_link?: {
    /**
     * Whether the link works. The flow works in the API either way.
     */
    active?: Flag | Variable
  }
  /**
   * Your own labels, as Stripe's metadata: at most 50 keys of 40 characters, values of 500.
   */
  metadata?: {
    /**
     * A string. Quote numbers and dates.
     */
    [k: string]: string | Variable
  }
  /**
   * Never archived and never weakened, unless a person overrides it by name for one run.
   */
  protected?: Protected | Variable
  /**
   * The key this flow had before. Apply renames it in place: same id, same sessions, same link. Remove the line once every environment has been applied.
   */
  renamed_from?: string
  environments?: Overlays
}
/**
 * The value of a variable, which each environment gives in flows.config.yaml.
 */
export interface Variable {
  /**
   * A name under "variables" of the environments.
   */
  variable: string
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
 * What differs per environment: a JSON Merge Patch (RFC 7396) on the body above. null takes a field back to its default.
 */
export interface Overlays {
  [k: string]: Overlay
}
/**
 * What differs in this environment (JSON Merge Patch, RFC 7396). null takes a field back to its default.
 */
export interface Overlay {
  /**
   * Replaces the name.
   */
  name?: Name | Variable
  /**
   * Replaces the description; null removes it.
   */
  description?: Description | Variable | null
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
   * The flow in Stripe's own Dashboard that makes the checks: its id, per mode; null if there is none here.
   */
  stripe_flow?: {
    /**
     * Id of the flow in Stripe's test mode, as its page in the Dashboard shows it; null if there is none.
     */
    test?: StripeFlow | null
    /**
     * Id of the flow in Stripe's live mode, as its page in the Dashboard shows it; null if there is none.
     */
    live?: StripeFlow | null
  } | null
  /**
   * Replaces the return URL; null removes it.
   */
  return_url?: ReturnUrl | Variable | null
  /**
   * Whether the link is active here; null takes it back to inactive.
   */
  static_link?: {
    /**
     * Whether the link works here; null takes it back to false.
     */
    active?: Flag | Variable | null
  } | null
  /**
   * Labels added, replaced or (null) removed in this environment.
   */
  metadata?: {
    [k: string]: string | Variable | null
  } | null
  /**
   * Whether the flow is protected here; null takes it back to false.
   */
  protected?: Flag | Variable | null
}
/**
 * The configuration of one flow. Field names are those of Stripe's VerificationSession.
 */
export interface FlowBody {
  name: Name
  description?: Description
  type: Type
  options?: Options
  stripe_flow?: StripeFlow
  return_url?: ReturnUrl
  static_link?: StaticLink
  metadata?: Metadata
  protected?: Protected
}
/**
 * One link for any number of people, without expiry.
 */
export interface StaticLink {
  /**
   * true or false.
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
 * A file that definitions extend. It is not a flow: any field may be left out.
 */
export interface Base {
  extends?: Extends
  /**
   * Replaces the name.
   */
  name?: Name | Variable
  /**
   * Replaces the description; null removes it.
   */
  description?: Description | Variable | null
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
   * The flow in Stripe's own Dashboard that makes the checks: its id, per mode; null if there is none here.
   */
  stripe_flow?: {
    /**
     * Id of the flow in Stripe's test mode, as its page in the Dashboard shows it; null if there is none.
     */
    test?: StripeFlow | null
    /**
     * Id of the flow in Stripe's live mode, as its page in the Dashboard shows it; null if there is none.
     */
    live?: StripeFlow | null
  } | null
  /**
   * Replaces the return URL; null removes it.
   */
  return_url?: ReturnUrl | Variable | null
  /**
   * Whether the link is active here; null takes it back to inactive.
   */
  static_link?: {
    /**
     * Whether the link works here; null takes it back to false.
     */
    active?: Flag | Variable | null
  } | null
  /**
   * Labels added, replaced or (null) removed in this environment.
   */
  metadata?: {
    [k: string]: string | Variable | null
  } | null
  /**
   * Whether the flow is protected here; null takes it back to false.
   */
  protected?: Flag | Variable | null
  environments?: Overlays
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
   * Folder of the definitions, relative to this file, or a list of folders. No key may be in two of them; new definitions are written to the first.
   */
  flows?: string | Folder[]
  /**
   * Folder of the policies, relative to this file. Unless it is named here, it may be missing.
   */
  policies?: string
  /**
   * Folder of the tests, relative to this file; its files that end in .test.yaml are read. Unless it is named here, it may be missing.
   */
  tests?: string
  /**
   * Who is told what happens, by commands that have --notify, as the CI jobs do.
   */
  notify?: Receiver[]
  /**
   * Named targets. An environment without api is the embedded store under .flows/ (test mode).
   */
  environments: {
    [k: string]: Environment
  }
}
/**
 * One receiver of notices.
 */
export interface Receiver {
  /**
   * slack: an incoming webhook of Slack. teams: a workflow of Microsoft Teams that posts what it receives. url: any address, which gets JSON.
   */
  to: 'slack' | 'teams' | 'url'
  /**
   * The environment variable that holds the address. It is a secret: whoever has it can post.
   */
  address_env: string
  /**
   * What it is told of. Left out: everything.
   *
   * Items: applied: a deployment was made. blocked: a guard, a policy or missing approvals stop a plan. drift: flows were edited outside git. key_ending: the API key that is used ends within 14 days.
   */
  on?: ('applied' | 'blocked' | 'drift' | 'key_ending')[]
  /**
   * The environments that it is told about. Left out: all.
   */
  environments?: string[]
}
/**
 * Where the flows go, with which key, under which guards.
 */
export interface Environment {
  /**
   * Mode of the flows here. A key of the other mode is refused before anything is read or written. An environment called live, production or prod says it; the embedded store is test mode.
   */
  mode?: 'test' | 'live'
  /**
   * Address of the flows API: https, or http on localhost. Left out: the embedded store.
   */
  api?: string
  /**
   * The environment variable that holds the API key. The key itself never stands in a file.
   */
  api_key_env?: string
  guards?: Guards
  approvals?: Approvals
  /**
   * Values that definitions take by name here, as { variable: NAME }. A value is a string or a boolean, whole: there are no templates in text.
   */
  variables?: {
    /**
     * The value of the variable here. Quote numbers and dates.
     */
    [k: string]: string | boolean
  }
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
   * Largest share of the active flows that one plan may update, rename, archive, or change by adopting them; new and restored flows are not counted. A number blocks above it, and counts from ten flows up.
   */
  max_change_share?: number | ChangeShare
}
/**
 * A share of the existing flows, and what happens above it.
 */
export interface ChangeShare {
  /**
   * Largest share, 0 to 1.
   */
  limit: number
  level?: Level
  /**
   * Below this many existing flows the guard is silent: of few flows a share says little.
   */
  min_flows?: number
}
/**
 * How many people must have approved the commit, at the forge, before a plan is applied in which this guard has something to say. It then neither blocks by itself nor is lifted with --allow. Whoever opened the pull request does not count.
 */
export interface Approvals {
  /**
   * Changes that weaken the verification.
   */
  weaken?: number
  /**
   * Flows whose definition is gone.
   */
  archive?: number
  /**
   * Static links that are switched on.
   */
  expose_link?: number
  /**
   * More changes than the guard of this name lets through.
   */
  max_change_share?: number
  /**
   * Protected flows that are archived, weakened or unprotected.
   */
  protected?: number
}
/**
 * A team's own rule over a plan. The file's name is the policy's name. Conditions are CEL expressions over flow, key, environment, livemode, action, before, assurance and sessions_last_30_days.
 */
export interface Policy {
  /**
   * For colleagues: why the rule is there.
   */
  description?: string
  /**
   * Where the policy holds. Left out: in every environment.
   */
  environments?: string[]
  /**
   * CEL, true or false: which flows the policy is about. Left out: all of them.
   */
  when?: string
  /**
   * CEL, true or false: what must hold of each of them.
   */
  require: string
  /**
   * What a reviewer reads where it does not hold: what is asked for, in one line.
   */
  message: string
  /**
   * warn: say so and go on. block: refuse to apply. Flows that the plan leaves as they are never block it.
   */
  level?: 'warn' | 'block'
  /**
   * JSON Pointer of the field to point at. Left out: the first field of the flow that require names.
   */
  at?: string
}
/**
 * Tests of flows and policies: what becomes of a person who is verified, and which policy speaks up about a change. flows test runs them offline, in every environment.
 */
export interface TestFile {
  /**
   * For colleagues: what is tested here.
   */
  description?: string
  /**
   * What holds for every test of this file. A test's own "given" replaces it member by member.
   */
  given?: TestGiven
  /**
   * Each is about one flow: a person who is verified by it (when, then, expect), or a change of its definition (change, before, after, then).
   */
  tests: TestCase[]
}
/**
 * Which flow, where, and what is known about the person.
 */
export interface TestGiven {
  /**
   * Key of the flow: the name of its definition's file.
   */
  flow?: Key
  /**
   * Where the test runs, each with what its overlays say. Left out: in every environment.
   *
   * Items: An environment of the configuration.
   */
  environments?: string[]
  /**
   * What the application knows about the person already. Invented, please: everybody can read this file.
   */
  provided_details?: {
    /**
     * Email address of the person.
     */
    email?: string
    /**
     * Phone number of the person.
     */
    phone?: string
  }
  /**
   * How much the flow is used, for a change.
   */
  sessions_last_30_days?: number
}
/**
 * One test: it runs in each of its environments.
 */
export interface TestCase {
  /**
   * What has to hold, in one line; unique in its file.
   */
  name: string
  given?: TestGiven
  /**
   * How the person's attempts end, in their order: verified, or the code of an error that the checks of the flow can have. Left out: nobody has tried yet.
   *
   * Items: How one attempt ends.
   */
  when?: (
    | 'verified'
    | 'abandoned'
    | 'consent_declined'
    | 'country_not_supported'
    | 'device_not_supported'
    | 'under_supported_age'
    | 'document_expired'
    | 'document_type_not_supported'
    | 'document_unverified_other'
    | 'selfie_document_missing_photo'
    | 'selfie_face_mismatch'
    | 'selfie_manipulated'
    | 'selfie_unverified_other'
    | 'id_number_insufficient_document_data'
    | 'id_number_mismatch'
    | 'id_number_unverified_other'
    | 'email_unverified_other'
    | 'email_verification_declined'
    | 'phone_unverified_other'
    | 'phone_verification_declined'
  )[]
  /**
   * What somebody changes in the definition, as a JSON Merge Patch (RFC 7396). null takes a field back to its default.
   */
  change?: Overlay
  /**
   * The flow before the change; null: there was none. Left out: as its definition says.
   */
  before?: TestFlow | null
  /**
   * The whole flow after the change, in place of "change"; null: its definition is removed.
   */
  after?: TestFlow | null
  then?: TestThen
  expect?: TestExpect
}
/**
 * A flow as a definition has it, without overlays.
 */
export interface TestFlow {
  name: Name
  description?: Description
  type: Type
  options?: Options
  stripe_flow?: StripeFlow
  return_url?: ReturnUrl
  static_link?: StaticLink
  metadata?: Metadata
  protected?: Protected
}
/**
 * What must be the case afterwards. What is left out may be anything.
 */
export interface TestThen {
  /**
   * Status of the verification session.
   */
  status?: 'verified' | 'requires_input'
  /**
   * Code of the session's last_error: why the last attempt failed.
   */
  error?:
    | 'abandoned'
    | 'consent_declined'
    | 'country_not_supported'
    | 'device_not_supported'
    | 'under_supported_age'
    | 'document_expired'
    | 'document_type_not_supported'
    | 'document_unverified_other'
    | 'selfie_document_missing_photo'
    | 'selfie_face_mismatch'
    | 'selfie_manipulated'
    | 'selfie_unverified_other'
    | 'id_number_insufficient_document_data'
    | 'id_number_mismatch'
    | 'id_number_unverified_other'
    | 'email_unverified_other'
    | 'email_verification_declined'
    | 'phone_unverified_other'
    | 'phone_verification_declined'
  /**
   * The checks in the last verification report, exactly these, each with its result. {}: there is none. Who gives up before a check leaves the report of the attempt before.
   */
  report?: {
    /**
     * Result of checking the document.
     */
    document?: 'verified' | 'unverified'
    /**
     * Result of checking the selfie.
     */
    selfie?: 'verified' | 'unverified'
    /**
     * Result of checking the ID number.
     */
    id_number?: 'verified' | 'unverified'
    /**
     * Result of checking the email address.
     */
    email?: 'verified' | 'unverified'
    /**
     * Result of checking the phone number.
     */
    phone?: 'verified' | 'unverified'
  }
  /**
   * What the application gets to know about the person: true for what is there, false for what is not.
   */
  verified_outputs?: {
    /**
     * The address.
     */
    address?: boolean
    /**
     * The date of birth.
     */
    dob?: boolean
    /**
     * The email address.
     */
    email?: boolean
    /**
     * The first name.
     */
    first_name?: boolean
    /**
     * The ID number.
     */
    id_number?: boolean
    /**
     * The kind of ID number.
     */
    id_number_type?: boolean
    /**
     * The last name.
     */
    last_name?: boolean
    /**
     * The phone number.
     */
    phone?: boolean
    /**
     * The sex.
     */
    sex?: boolean
    /**
     * The place of birth, as written.
     */
    unparsed_place_of_birth?: boolean
    /**
     * The sex, as written.
     */
    unparsed_sex?: boolean
  }
  /**
   * The email address that was verified.
   */
  email?: string
  /**
   * The phone number that was verified.
   */
  phone?: string
  /**
   * For a change: the policies that speak up about the flow, exactly these. []: none of them.
   */
  policies?: TestPolicy[]
  guards?: Guards1
}
/**
 * A policy that speaks up.
 */
export interface TestPolicy {
  /**
   * Name of the policy: the name of its file.
   */
  policy: string
  /**
   * blocked: apply refuses the change. warned: it only says so.
   */
  status: 'blocked' | 'warned'
  /**
   * What the policy says, word for word.
   */
  message?: string
}
/**
 * For a change: the guards that speak up, exactly these. {}: none of them. The share of changed flows is not looked at.
 */
export interface Guards1 {
  /**
   * The change weakens the verification.
   */
  weaken?: 'blocked' | 'warned'
  /**
   * The definition is gone.
   */
  archive?: 'blocked' | 'warned'
  /**
   * The static link is switched on.
   */
  expose_link?: 'blocked' | 'warned'
  /**
   * The flow is protected.
   */
  protected?: 'blocked' | 'warned'
}
/**
 * What the person is asked for. What is left out may be anything.
 */
export interface TestExpect {
  /**
   * The checks of the person, exactly these.
   *
   * Items: One check.
   */
  checks?: ('document' | 'selfie' | 'id_number' | 'email' | 'phone' | 'matching')[]
  /**
   * The types of document that the person may show, exactly these.
   */
  allowed_types?: AllowedTypes
  /**
   * Whether photos must come from the camera.
   */
  require_live_capture?: boolean
  /**
   * What is compared with what is known about the person.
   */
  matching?: {
    name?: Match
    dob?: Match
  }
  /**
   * Where the person goes afterwards; null: nowhere.
   */
  return_url?: ReturnUrl | null
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
   * Flows edited outside git that the definitions by now say the same of: nothing changes, but apply records that they are as defined. Left out where there are none.
   *
   * Items: A flow as somebody edited it, and as git says.
   */
  accepted?: {
    /**
     * Its key.
     */
    key: string
    /**
     * Its id.
     */
    id: string
    /**
     * The version that was compared.
     */
    base_version: number
    /**
     * The configuration, as it is and stays.
     */
    after: FlowConfig
  }[]
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
   * Definitions that cannot be carried out: their key belongs to another project, or was given to another flow outside git, a rename finds both flows, or the verifier cannot run a check. A plan with conflicts cannot be applied.
   *
   * Items: A definition that cannot be carried out.
   */
  conflicts: {
    /**
     * The definition's key.
     */
    key: string
    /**
     * The flow that it would need; null for one that does not exist yet.
     */
    id: string | null
    /**
     * The definition.
     */
    file: string
    /**
     * Why it cannot.
     */
    code:
      'KEY_OF_OTHER_PROJECT' | 'KEY_OF_OTHER_FLOW' | 'RENAME_TARGET_EXISTS' | 'CHECK_UNAVAILABLE' | 'STRIPE_FLOW_TAKEN'
    /**
     * The field that is at fault, as a JSON Pointer; left out where none is.
     */
    path?: string
    /**
     * The line of that field.
     */
    line?: number | null
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
   * Flows that are bound to a flow in Stripe's Dashboard, each compared with what the newest session of that one shows. Apply cannot write there. Left out where there are none.
   *
   * Items: A flow that is bound to a flow at Stripe.
   */
  bound?: {
    /**
     * Its key.
     */
    key: string
    /**
     * Id of the flow in Stripe's own Dashboard that makes the checks; left out if there is none.
     */
    stripe_flow: string
    /**
     * Its definition.
     */
    file: string
    /**
     * Whether the flow at Stripe checks what the definition says; not_observed if no session of it was seen yet.
     */
    status: 'in_sync' | 'drifted' | 'not_observed'
    /**
     * The session that showed it.
     */
    session: string | null
    /**
     * When that session was made, in unix seconds.
     */
    seen: number | null
    /**
     * What differs.
     *
     * Items: One difference between the flow at Stripe and the definition.
     */
    fields: {
      /**
       * JSON Pointer (RFC 6901) into the configuration; /status where the flow is archived or comes back.
       */
      path: string
      observed: Before
      defined: After
      /**
       * Line that says so, in the definition unless "file" names another one; null where a default does, and for a flow to be created.
       */
      line: number | null
      /**
       * The base that says so, where the definition itself does not. Relative to the configuration file.
       */
      file?: string
      variable?: Variable1
    }[]
  }[]
  /**
   * Guards with something to say.
   */
  guards: GuardResult[]
  /**
   * What the project's policies say, in order of their names; left out where it has none.
   */
  policies?: PolicyResult[]
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
   * The flows API that was compared: of a saved plan, the only one that it may be applied to.
   */
  service?: {
    /**
     * Origin of the API, or embedded.
     */
    address: string
    /**
     * The store's own id; null where nobody had made it yet.
     */
    store: string | null
  }
  /**
   * The commit that the definitions came from, with --commit-info; null outside git.
   */
  source?: {
    /**
     * Full hash.
     */
    commit: string
    /**
     * Branch name; null when detached.
     */
    branch: string | null
    /**
     * Whether files were uncommitted; null where nobody knows.
     */
    dirty: boolean | null
    /**
     * Address of the repository.
     */
    repository?: string
    /**
     * Number of the pull or merge request.
     */
    pull_request?: number
    /**
     * Address of the CI run that planned or applied it.
     */
    run?: string
  } | null
  /**
   * Of a saved plan: guards lifted by name, as given to --allow.
   */
  allowed?: Allowed
  /**
   * The flows that the plan was limited to, with --only.
   */
  only?: string[]
  /**
   * With --only: how many changes of other flows were left out.
   */
  left_out?: number
  /**
   * Of a saved plan: SHA-256 of everything else in the file, so that no part of it can be altered.
   */
  file_digest?: string
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
   * Id of the flow in Stripe's own Dashboard that makes the checks; left out if there is none.
   */
  stripe_flow?: string
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
  metadata: Metadata1
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
    allowed_types: AllowedTypes1
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
  email: Email
  phone: Phone
  matching: Matching
}
/**
 * The email check.
 */
export interface Email {
  /**
   * Whether the address is checked.
   */
  require_verification: boolean
}
/**
 * The phone check.
 */
export interface Phone {
  /**
   * Whether the number is checked.
   */
  require_verification: boolean
}
/**
 * Comparison with what is known.
 */
export interface Matching {
  /**
   * none or similar.
   */
  name: 'none' | 'similar'
  /**
   * none or similar.
   */
  dob: 'none' | 'similar'
}
/**
 * Labels.
 */
export interface Metadata1 {
  [k: string]: string
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
   * Line that says so, in the definition unless "file" names another one; null where a default does, and for a flow to be created.
   */
  line: number | null
  /**
   * The base that says so, where the definition itself does not. Relative to the configuration file.
   */
  file?: string
  variable?: Variable1
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
 * The variable that stands there, and where it gets its value.
 */
export interface Variable1 {
  /**
   * Its name.
   */
  name: string
  /**
   * The configuration file.
   */
  file: string
  /**
   * Its line there.
   */
  line: number
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
   * Name, as in --allow. Nothing lifts deployment_size: the plan is more than one deployment can be.
   */
  guard: 'weaken' | 'archive' | 'expose_link' | 'max_change_share' | 'protected' | 'deployment_size'
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
  /**
   * How many people must have approved the commit before apply goes on; left out where nobody has to.
   */
  approvals?: number
}
/**
 * One policy that one flow breaks.
 */
export interface PolicyResult {
  /**
   * Name, as in --allow policy=<name>.
   */
  policy: string
  /**
   * warned: go on. blocked: apply refuses. lifted: would block, but was allowed by name for this run.
   */
  status: 'warned' | 'blocked' | 'lifted'
  /**
   * What the policy asks for. A flow that the plan leaves as it is only warns.
   */
  level: 'warn' | 'block'
  /**
   * The flow.
   */
  key: string
  /**
   * What the plan does to it; noop where nothing.
   */
  action: 'create' | 'update' | 'rename' | 'adopt' | 'archive' | 'restore' | 'noop'
  /**
   * Its definition; null where that is gone.
   */
  file: string | null
  /**
   * Line of the field that is pointed at, else of the definition's first field.
   */
  line: number | null
  /**
   * JSON Pointer of the field that is pointed at; null for the flow as a whole.
   */
  path: string | null
  /**
   * The policy's own; and why, where it could not be judged.
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
   * How long it took until it was recorded, in milliseconds, waiting for other deployments included; left out where nobody measured it.
   */
  duration?: number
  /**
   * The ETag that flow_state had for this project when the deployment began to write, and the one that it left. Only in the answer of the request that made it. If the plan was made of the first, the second is that of a state in which nothing else was written.
   */
  flow_state?: {
    /**
     * Whether nothing had ever been written to any flow of the mode before. Then the state was that of a store which is not there yet, whatever its ETag.
     */
    was_empty: boolean
    /**
     * The ETag of the state that the changes were written into.
     */
    before: string
    /**
     * The ETag of the state that the deployment left.
     */
    after: string
  }
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
   * Digest of the reviewed plan that was applied; null when the plan was made in the same run. No reviewed plan is applied twice.
   */
  approved_digest: string | null
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
     * Whether files were uncommitted; null where nobody knows.
     */
    dirty: boolean | null
    /**
     * Address of the repository.
     */
    repository?: string
    /**
     * Number of the pull or merge request.
     */
    pull_request?: number
    /**
     * Address of the CI run that planned or applied it.
     */
    run?: string
  } | null
  allowed: Allowed
  /**
   * What was written, in the plan's order.
   */
  changes: DeployedChange[]
  /**
   * What it left for a person to edit in Stripe's Dashboard: the fields in which the flows there, as far as sessions had shown them, were not as the project's definitions said. Left out if there were none.
   */
  edits?: DeployedEdit[]
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
/**
 * One field of a flow in Stripe's Dashboard that a person has to edit, since no API does.
 */
export interface DeployedEdit {
  /**
   * Id of the flow that is bound to it.
   */
  id: string
  /**
   * Key of the flow that is bound to it.
   */
  key: string
  /**
   * Id of the flow in Stripe's own Dashboard that makes the checks; left out if there is none.
   */
  stripe_flow: string
  /**
   * JSON Pointer (RFC 6901) into the configuration; /status where the flow is archived or comes back.
   */
  path: string
  observed: Before1
  defined: After1
  /**
   * The session that showed the value at Stripe.
   */
  session: string
  /**
   * When that session was made, in unix seconds.
   */
  seen: number
  /**
   * open: still to be made, as far as is known. made: a later session showed it. superseded: a later deployment asks for something else.
   */
  status: 'open' | 'made' | 'superseded'
  /**
   * The first session seen that showed that it was made.
   */
  made_in: string | null
  /**
   * When that session was made, in unix seconds.
   */
  made: number | null
  /**
   * The deployment that asks for something else.
   */
  superseded_by: string | null
}
/**
 * A named, reusable configuration of identity checks. Extension: Stripe has no such resource.
 */
export interface VerificationFlow {
  /**
   * Id of the flow.
   */
  id: string
  /**
   * Always identity.verification_flow.
   */
  object: 'identity.verification_flow'
  /**
   * Unix time in seconds.
   */
  created: number
  /**
   * Whether it belongs to the live mode.
   */
  livemode: boolean
  /**
   * The flow's stable name inside its mode.
   */
  key: string
  /**
   * The managing project; null when nobody manages the flow.
   */
  project: string | null
  /**
   * An archived flow takes no new sessions.
   */
  status: 'active' | 'archived'
  /**
   * 1 at first, one more with every change.
   */
  version: number
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
   * Id of the flow in Stripe's own Dashboard that makes the checks; left out if there is none.
   */
  stripe_flow?: string
  /**
   * Where the person goes afterwards; null if nowhere.
   */
  return_url: string | null
  metadata: Metadata1
  /**
   * Never archived, never weakened without an override by name.
   */
  protected: boolean
  /**
   * One link for any number of people, without expiry.
   */
  static_link: {
    /**
     * Whether the link works. The flow works in the API either way.
     */
    active: boolean
    /**
     * Where the link leads to.
     */
    url: string
  }
  /**
   * When the flow was written last, in unix seconds.
   */
  updated: number
  /**
   * The key or person that wrote last; null if unknown.
   */
  updated_by: string | null
}
/**
 * What a session showed that was made from a flow at Stripe for nothing else, and canceled. Extension.
 */
export interface VerificationFlowProbe {
  /**
   * Id of the canceled session at Stripe.
   */
  id: string
  /**
   * Always identity.verification_flow_probe.
   */
  object: 'identity.verification_flow_probe'
  /**
   * Unix time in seconds.
   */
  created: number
  /**
   * Whether it belongs to the live mode.
   */
  livemode: boolean
  /**
   * Id of the flow.
   */
  verification_flow: string
  /**
   * Id of the flow in Stripe's own Dashboard that makes the checks; left out if there is none.
   */
  stripe_flow: string
  options: SessionOptions
}
/**
 * The checks that a verification runs; those that are off are left out. An open set at Stripe: newer names may come.
 */
export interface SessionOptions {
  document?: SessionDocumentOptions
  id_number?: IdNumber
  email?: Email
  phone?: Phone
  matching?: Matching
  [k: string]: unknown
}
/**
 * How the document is checked: what was set. A flag that is left out is false, allowed_types are all of them.
 */
export interface SessionDocumentOptions {
  allowed_types?: AllowedTypes1
  /**
   * Whether an ID number is checked too.
   */
  require_id_number?: boolean
  /**
   * Whether photos must come from the camera.
   */
  require_live_capture?: boolean
  /**
   * Whether a selfie is compared with the document.
   */
  require_matching_selfie?: boolean
}
/**
 * There, and empty, when a national ID number is checked.
 */
export interface IdNumber {}
/**
 * What the newest known session of a flow at Stripe shows of that flow. Extension.
 */
export interface Sighting {
  /**
   * Id of the flow in Stripe's own Dashboard that makes the checks; left out if there is none.
   */
  stripe_flow: string
  options: SessionOptions
  /**
   * Id of the session.
   */
  session: string
  /**
   * When the session was made, in unix seconds.
   */
  created: number
}
/**
 * What a flow was from one version on, and who made it so. Extension.
 */
export interface VerificationFlowVersion {
  /**
   * Id of the flow and number of the version.
   */
  id: string
  /**
   * Always identity.verification_flow_version.
   */
  object: 'identity.verification_flow_version'
  /**
   * Id of the flow.
   */
  verification_flow: string
  /**
   * Number of the version.
   */
  version: number
  /**
   * What made it: create, update, rename, adopt, restore, archive or rotate_link.
   */
  action: string
  /**
   * The flow's stable name inside its mode.
   */
  key: string
  /**
   * The managing project; null when nobody manages the flow.
   */
  project: string | null
  /**
   * An archived flow takes no new sessions.
   */
  status: 'active' | 'archived'
  /**
   * What differs from the version before, as JSON Pointers; nothing for the first version.
   */
  changed: string[]
  /**
   * The configuration, every default filled in.
   */
  config: FlowConfig
  /**
   * The key or person that made it; null if unknown.
   */
  actor: string | null
  /**
   * The deployment that made it; null when none did.
   */
  deployment: string | null
  /**
   * Unix time in seconds.
   */
  created: number
}
/**
 * A flow as a deployment left it. Extension.
 */
export interface DeployedFlow {
  /**
   * Id of the flow.
   */
  id: string
  /**
   * Always identity.deployed_flow.
   */
  object: 'identity.deployed_flow'
  /**
   * The key that it had then.
   */
  key: string
  /**
   * Whether it was active or archived then.
   */
  status: 'active' | 'archived'
  /**
   * The configuration that it had then; of an archived flow, the one it kept.
   */
  config: FlowConfig
  /**
   * The deployment that last wrote the flow: this one, or an earlier one.
   */
  deployment: string
}
/**
 * A deployment as lists have it: how many changes there are of each kind, without the changes. Extension.
 */
export interface FlowDeploymentSummary {
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
   * Digest of the reviewed plan that was applied; null when the plan was made in the same run. No reviewed plan is applied twice.
   */
  approved_digest: string | null
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
     * Whether files were uncommitted; null where nobody knows.
     */
    dirty: boolean | null
    /**
     * Address of the repository.
     */
    repository?: string
    /**
     * Number of the pull or merge request.
     */
    pull_request?: number
    /**
     * Address of the CI run that planned or applied it.
     */
    run?: string
  } | null
  allowed: Allowed
  /**
   * How long it took until it was recorded, in milliseconds, waiting for other deployments included; left out where nobody measured it.
   */
  duration?: number
  /**
   * How many edits at Stripe that it left are still to be made; left out if none is.
   */
  edits_open?: number
  /**
   * How many flows each action concerned.
   */
  summary: {
    /**
     * Flows that were created.
     */
    create: number
    /**
     * Flows that were updated.
     */
    update: number
    /**
     * Flows that got another key.
     */
    rename: number
    /**
     * Flows that were taken over.
     */
    adopt: number
    /**
     * Flows that were restored.
     */
    restore: number
    /**
     * Flows that were archived.
     */
    archive: number
    /**
     * Flows that were recorded as somebody had edited them outside git: git says the same by now, and nothing of them was written. Left out where there are none.
     */
    record?: number
  }
}
/**
 * One flow as a plan compares it. Extension.
 */
export interface ObservedFlow {
  /**
   * Id of the flow.
   */
  id: string
  /**
   * The flow's stable name inside its mode.
   */
  key: string
  /**
   * The managing project; null when nobody manages the flow.
   */
  project: string | null
  /**
   * An archived flow takes no new sessions.
   */
  status: 'active' | 'archived'
  /**
   * 1 at first, one more with every change.
   */
  version: number
  /**
   * The configuration, every default filled in.
   */
  config: FlowConfig
  /**
   * What the last deployment wrote; null when no deployment ever did.
   */
  applied: FlowConfig | null
  /**
   * The status that the last deployment left; null when no deployment ever did.
   */
  applied_status: 'active' | 'archived' | null
  /**
   * The key that the last deployment left; null when no deployment ever did.
   */
  applied_key: string | null
  /**
   * When the flow was written last, in unix seconds.
   */
  updated: number
  /**
   * The key or person that wrote last; null if unknown.
   */
  updated_by: string | null
  /**
   * Address of the flow's link, whether it works or not; without a host where the service has none.
   */
  static_link_url: string
  sighting?: Sighting
  /**
   * How many sessions were created from the flow in the last 30 days.
   */
  sessions_last_30_days: number
}
/**
 * Everything that a plan needs to know of one mode. Extension.
 */
export interface FlowState {
  /**
   * Whether it belongs to the live mode.
   */
  livemode: boolean
  /**
   * The store's own id: a plan made for one store is not applied to another. Null where nobody has made it yet.
   */
  store: string | null
  /**
   * The project's last deployment in this mode; null before the first.
   */
  last_deployment: string | null
  /**
   * Who verifies people in this mode; null if nobody does.
   */
  verifier?: {
    /**
     * Name of the verifier.
     */
    name: string
    /**
     * The checks that it runs for a flow that is not bound.
     */
    checks: string[]
    /**
     * Whether it has flows of its own, to which flows may be bound.
     */
    has_flows: boolean
  } | null
  /**
   * Every flow of the mode, whoever manages it, archived ones too, in order of key.
   */
  flows: ObservedFlow[]
  /**
   * What the project's last deployment left for a person to edit in Stripe's Dashboard, and what became of that; left out if there is nothing.
   */
  edits?: DeployedEdit[]
  /**
   * What the API key that asked is bound to: the flows that lie beyond are not listed. Left out if it reaches all.
   */
  bound_to?: {
    /**
     * The project whose flows it reaches; null for all.
     */
    project: string | null
    /**
     * The keys of the flows that it reaches, where * stands for any characters; null for all.
     */
    flows: string[] | null
  }
}
/**
 * Why the last attempt failed.
 */
export interface SessionError {
  /**
   * For programs.
   */
  code: SessionErrorCode
  /**
   * For people; may be shown to the person who was verified.
   */
  reason: string
}
/**
 * A postal address, as far as it is known.
 */
export interface Address {
  /**
   * City.
   */
  city: string | null
  /**
   * Two-letter code of the country.
   */
  country: string | null
  /**
   * Street and number.
   */
  line1: string | null
  /**
   * Flat or building.
   */
  line2: string | null
  /**
   * Postal code.
   */
  postal_code: string | null
  /**
   * State, county or province.
   */
  state: string | null
}
/**
 * A day; members are null where they are not known.
 */
export interface CalendarDate {
  /**
   * 1 to 31.
   */
  day: number | null
  /**
   * 1 to 12.
   */
  month: number | null
  /**
   * Four digits.
   */
  year: number | null
}
/**
 * What was verified of a person. Some members are left out unless each is asked for by name.
 */
export interface VerifiedOutputs {
  /**
   * As verified.
   */
  address: Address | null
  /**
   * The verified address.
   */
  email: string | null
  /**
   * As verified.
   */
  first_name: string | null
  /**
   * The kind of the national ID number.
   */
  id_number_type: 'br_cpf' | 'sg_nric' | 'us_ssn' | null
  /**
   * As verified.
   */
  last_name: string | null
  /**
   * The verified number.
   */
  phone: string | null
  /**
   * As verified. Only when expanded by name.
   */
  dob?: CalendarDate | null
  /**
   * As verified. Only when expanded by name.
   */
  id_number?: string | null
  /**
   * Only when expanded by name.
   */
  sex?: 'female' | 'male' | 'unknown' | '[redacted]' | null
  /**
   * As it stands on the document. Only when expanded by name.
   */
  unparsed_place_of_birth?: string | null
  /**
   * As it stands on the document. Only when expanded by name.
   */
  unparsed_sex?: string | null
}
/**
 * What the caller knows of the person; may be shown to that person.
 */
export interface ProvidedDetails {
  /**
   * Address of the person.
   */
  email?: string
  /**
   * Number of the person.
   */
  phone?: string
}
/**
 * How far the erasure of personal data is.
 */
export interface Redaction {
  /**
   * processing, then redacted.
   */
  status: 'processing' | 'redacted' | 'validated'
}
/**
 * The person of an account that was verified.
 */
export interface RelatedPerson {
  /**
   * Id of the account.
   */
  account: string
  /**
   * Id of the person.
   */
  person: string
}
/**
 * One person's verification. As Stripe's; verification_flow_version is an extension.
 */
export interface VerificationSession {
  /**
   * Id of the session.
   */
  id: string
  /**
   * Always identity.verification_session.
   */
  object: 'identity.verification_session'
  /**
   * The caller's own name for the person.
   */
  client_reference_id: string | null
  /**
   * For the person's own browser or app; null once it is of no use, and for keys without the scope sessions:write.
   */
  client_secret: string | null
  /**
   * Unix time in seconds.
   */
  created: number
  /**
   * Why the last attempt failed; null when none did.
   */
  last_error: SessionError | null
  /**
   * Id of the report on the last attempt, or the report itself when expanded; null before the first.
   */
  last_verification_report: string | VerificationReport | null
  /**
   * Whether it belongs to the live mode.
   */
  livemode: boolean
  /**
   * Your own labels: at most 50 keys of 40 characters, values of 500.
   */
  metadata: Metadata
  /**
   * The checks, copied from the flow when the session was created, or as the session was created with; empty when nothing was set beyond its type.
   */
  options: SessionOptions
  /**
   * What the caller knows of the person; null if nothing.
   */
  provided_details: ProvidedDetails | null
  /**
   * How far the erasure of personal data is; null when none was asked for.
   */
  redaction: Redaction | null
  /**
   * Id of a customer.
   */
  related_customer: string | null
  /**
   * Id of an account that stands for a customer.
   */
  related_customer_account: string | null
  /**
   * Left out when there is none.
   */
  related_person?: RelatedPerson
  /**
   * Where the session is.
   */
  status: SessionStatus
  /**
   * document or id_number; verification_flow when a flow says what is checked.
   */
  type: 'document' | 'id_number' | 'verification_flow'
  /**
   * Where the person verifies; null once it is of no use, and for keys without the scope sessions:write.
   */
  url: string | null
  /**
   * Id of the flow that the session was created from; left out when there is none.
   */
  verification_flow?: string
  /**
   * Extension: the version of the flow whose options were copied.
   */
  verification_flow_version?: number
  /**
   * What was verified of the person; null before. Only when expanded.
   */
  verified_outputs?: VerifiedOutputs | null
}
/**
 * What one attempt came to: a section for every check that was run, and none for the others.
 */
export interface VerificationReport {
  /**
   * Id of the report.
   */
  id: string
  /**
   * Always identity.verification_report.
   */
  object: 'identity.verification_report'
  /**
   * That of the session.
   */
  client_reference_id: string | null
  /**
   * Unix time in seconds.
   */
  created: number
  /**
   * The check of the document. Left out when it was not run.
   */
  document?: DocumentCheck
  /**
   * The check of the email address. Left out when it was not run.
   */
  email?: EmailCheck
  /**
   * The check of the national ID number. Left out when it was not run.
   */
  id_number?: IdNumberCheck
  /**
   * Whether it belongs to the live mode.
   */
  livemode: boolean
  options: ReportOptions
  /**
   * The check of the phone number. Left out when it was not run.
   */
  phone?: PhoneCheck
  /**
   * The comparison of the selfie with the document. Left out when it was not run.
   */
  selfie?: SelfieCheck
  /**
   * document or id_number; verification_flow when a flow says what is checked.
   */
  type: 'document' | 'id_number' | 'verification_flow'
  /**
   * Id of the flow; left out when there is none.
   */
  verification_flow?: string
  /**
   * Id of the session.
   */
  verification_session: string | null
}
/**
 * The check of the document.
 */
export interface DocumentCheck {
  /**
   * Why the check failed; null when it did not.
   */
  error: DocumentCheckError | null
  /**
   * How the check ended.
   */
  status: CheckStatus
  /**
   * As it stands on the document.
   */
  address: Address | null
  /**
   * As it stands on the document. Only when expanded by name.
   */
  dob?: CalendarDate | null
  /**
   * Last day on which the document is valid. Only when expanded by name.
   */
  expiration_date?: CalendarDate | null
  /**
   * Ids of the images; null when there are none.
   */
  files: string[] | null
  /**
   * As it stands on the document.
   */
  first_name: string | null
  /**
   * When the document was issued.
   */
  issued_date: CalendarDate | null
  /**
   * Two-letter code of the country.
   */
  issuing_country: string | null
  /**
   * As it stands on the document.
   */
  last_name: string | null
  /**
   * Number of the document. Only when expanded by name.
   */
  number?: string | null
  /**
   * Only when expanded by name.
   */
  sex?: 'female' | 'male' | 'unknown' | '[redacted]' | null
  /**
   * The kind of document.
   */
  type: 'driving_license' | 'id_card' | 'passport' | null
  /**
   * As it stands on the document. Only when expanded by name.
   */
  unparsed_place_of_birth?: string | null
  /**
   * As it stands on the document. Only when expanded by name.
   */
  unparsed_sex?: string | null
}
/**
 * Why the check failed.
 */
export interface DocumentCheckError {
  /**
   * For programs.
   */
  code: DocumentErrorCode
  /**
   * For people.
   */
  reason: string
}
/**
 * The check of the email address.
 */
export interface EmailCheck {
  /**
   * Why the check failed; null when it did not.
   */
  error: EmailCheckError | null
  /**
   * How the check ended.
   */
  status: CheckStatus
  /**
   * The address that was checked.
   */
  email: string | null
}
/**
 * Why the check failed.
 */
export interface EmailCheckError {
  /**
   * For programs.
   */
  code: EmailErrorCode
  /**
   * For people.
   */
  reason: string
}
/**
 * The check of the national ID number.
 */
export interface IdNumberCheck {
  /**
   * Why the check failed; null when it did not.
   */
  error: IdNumberCheckError | null
  /**
   * How the check ended.
   */
  status: CheckStatus
  /**
   * As given. Only when expanded by name.
   */
  dob?: CalendarDate | null
  /**
   * As given.
   */
  first_name: string | null
  /**
   * As given. Only when expanded by name.
   */
  id_number?: string | null
  /**
   * The kind of the national ID number.
   */
  id_number_type: 'br_cpf' | 'sg_nric' | 'us_ssn' | null
  /**
   * As given.
   */
  last_name: string | null
}
/**
 * Why the check failed.
 */
export interface IdNumberCheckError {
  /**
   * For programs.
   */
  code: IdNumberErrorCode
  /**
   * For people.
   */
  reason: string
}
/**
 * What was asked for.
 */
export interface ReportOptions {
  document?: SessionDocumentOptions
  id_number?: IdNumber
}
/**
 * The check of the phone number.
 */
export interface PhoneCheck {
  /**
   * Why the check failed; null when it did not.
   */
  error: PhoneCheckError | null
  /**
   * How the check ended.
   */
  status: CheckStatus
  /**
   * The number that was checked.
   */
  phone: string | null
}
/**
 * Why the check failed.
 */
export interface PhoneCheckError {
  /**
   * For programs.
   */
  code: PhoneErrorCode
  /**
   * For people.
   */
  reason: string
}
/**
 * The comparison of the selfie with the document.
 */
export interface SelfieCheck {
  /**
   * Why the check failed; null when it did not.
   */
  error: SelfieCheckError | null
  /**
   * How the check ended.
   */
  status: CheckStatus
  /**
   * Id of the image of the document.
   */
  document: string | null
  /**
   * Id of the image of the selfie.
   */
  selfie: string | null
}
/**
 * Why the check failed.
 */
export interface SelfieCheckError {
  /**
   * For programs.
   */
  code: SelfieErrorCode
  /**
   * For people.
   */
  reason: string
}
/**
 * Something that happened to a session, a flow, a deployment or an API key.
 */
export interface Event {
  /**
   * Id of the event.
   */
  id: string
  /**
   * Always event.
   */
  object: 'event'
  /**
   * That of the webhook endpoint it is sent to, if it has one; else that of the service.
   */
  api_version: string
  /**
   * Unix time in seconds.
   */
  created: number
  /**
   * What it happened to.
   */
  data: {
    /**
     * The object as it was when the event happened, without anything that was verified.
     */
    object: {
      [k: string]: unknown
    }
  }
  /**
   * Whether it belongs to the live mode.
   */
  livemode: boolean
  /**
   * How many webhook endpoints wanted it and have not got it yet.
   */
  pending_webhooks: number
  /**
   * The request that caused it; null when none did.
   */
  request: {
    /**
     * Its Request-Id.
     */
    id: string | null
    /**
     * Its Idempotency-Key.
     */
    idempotency_key: string | null
  } | null
  /**
   * What happened.
   */
  type: EventType
}
/**
 * An address that events are sent to.
 */
export interface WebhookEndpoint {
  /**
   * Id of the endpoint.
   */
  id: string
  /**
   * Always webhook_endpoint.
   */
  object: 'webhook_endpoint'
  /**
   * The version that its events name; null for that of the service.
   */
  api_version: string | null
  /**
   * Always null.
   */
  application: null
  /**
   * Unix time in seconds.
   */
  created: number
  /**
   * For colleagues; null if none.
   */
  description: string | null
  /**
   * Types of events that are sent; * for all of Stripe's, verification_flows.* for all of this service.
   */
  enabled_events: string[]
  /**
   * Whether it belongs to the live mode.
   */
  livemode: boolean
  /**
   * Your own labels: at most 50 keys of 40 characters, values of 500.
   */
  metadata: Metadata
  /**
   * What deliveries are signed with. Only in the answer that creates the endpoint.
   */
  secret?: string
  /**
   * Nothing is sent to an endpoint that is disabled.
   */
  status: 'enabled' | 'disabled'
  /**
   * Where events are sent to.
   */
  url: string
}
/**
 * A key for the device of the person who is verified. It may read one session, for an hour.
 */
export interface EphemeralKey {
  /**
   * Id of the key.
   */
  id: string
  /**
   * Always ephemeral_key.
   */
  object: 'ephemeral_key'
  /**
   * What the key may read.
   *
   * Items: The session.
   */
  associated_objects: {
    /**
     * Id of the session.
     */
    id: string
    /**
     * Always identity.verification_session.
     */
    type: 'identity.verification_session'
  }[]
  /**
   * Unix time in seconds.
   */
  created: number
  /**
   * From then on the key is refused, in unix seconds.
   */
  expires: number
  /**
   * Whether it belongs to the live mode.
   */
  livemode: boolean
  /**
   * The key. Only in the answer that creates it.
   */
  secret?: string
}
/**
 * One attempt to send an event.
 */
export interface WebhookAttempt {
  /**
   * 1 at first.
   */
  number: number
  /**
   * Unix time in seconds.
   */
  started: number
  /**
   * Milliseconds; null while the attempt is under way, and when its end was not recorded.
   */
  duration: number | null
  /**
   * HTTP status of the answer; null when there was none.
   */
  response_status: number | null
  /**
   * What went wrong; null if nothing did.
   */
  error: string | null
}
/**
 * One event on its way to one endpoint. Extension.
 */
export interface WebhookDelivery {
  /**
   * Id of the delivery.
   */
  id: string
  /**
   * Always webhook_delivery.
   */
  object: 'webhook_delivery'
  /**
   * Every attempt, oldest first.
   */
  attempts: WebhookAttempt[]
  /**
   * Unix time in seconds.
   */
  created: number
  /**
   * Id of the event.
   */
  event: string
  /**
   * Whether it belongs to the live mode.
   */
  livemode: boolean
  /**
   * When it is due, in unix seconds; null when none is to come.
   */
  next_attempt: number | null
  /**
   * pending until it succeeded, failed for good, or was canceled with its endpoint.
   */
  status: 'pending' | 'succeeded' | 'failed' | 'canceled'
  /**
   * Id of the endpoint.
   */
  webhook_endpoint: string
}
/**
 * A key to the API. Extension.
 */
export interface ApiKey {
  /**
   * Id of the key.
   */
  id: string
  /**
   * Always api_key.
   */
  object: 'api_key'
  /**
   * The addresses, and ranges of them, that it may be used from; null for all.
   */
  addresses: string[] | null
  /**
   * Unix time in seconds.
   */
  created: number
  /**
   * The key or person that created it; null if unknown.
   */
  created_by: string | null
  /**
   * From when on it is refused, in unix seconds; null for never.
   */
  expires: number | null
  /**
   * The keys of the flows that it reaches, where * stands for any characters; null for all.
   */
  flows: string[] | null
  /**
   * When it was used last, in unix seconds, to the minute; null for never.
   */
  last_used: number | null
  /**
   * Whether it belongs to the live mode.
   */
  livemode: boolean
  /**
   * For people, and the actor of what is done with the key.
   */
  name: string
  /**
   * The project whose flows it reaches; null for all.
   */
  project: string | null
  /**
   * Its beginning and its last four characters.
   */
  redacted: string
  /**
   * When it was revoked, in unix seconds; null if it was not.
   */
  revoked: number | null
  /**
   * The key or person that revoked it; null if it was not, or if unknown.
   */
  revoked_by: string | null
  /**
   * What a restricted key may do; null for a secret key, which may do everything.
   */
  scopes:
    | (
        | 'flows:read'
        | 'flows:write'
        | 'deployments:write'
        | 'sessions:read'
        | 'sessions:write'
        | 'reports:read'
        | 'events:read'
        | 'webhooks:read'
        | 'webhooks:write'
        | 'keys:admin'
      )[]
    | null
  /**
   * The key itself. Only in the answer that creates it.
   */
  secret?: string
  /**
   * A restricted key may do what its scopes say, a secret key everything in its mode.
   */
  type: 'restricted' | 'secret'
}
/**
 * What is left of an object that was deleted.
 */
export interface Deleted {
  /**
   * Id that the object had.
   */
  id: string
  /**
   * What it was.
   */
  object: string
  /**
   * Always true.
   */
  deleted: true
}
/**
 * One page of objects.
 */
export interface List {
  /**
   * Always list.
   */
  object: 'list'
  /**
   * The path of the list.
   */
  url: string
  /**
   * Whether more objects lie beyond this page, in the direction of the cursor.
   */
  has_more: boolean
  /**
   * The objects, newest first.
   */
  data: {}[]
}
/**
 * A flow that moved on since it was looked at.
 */
export interface StaleFlow {
  /**
   * Key of the flow.
   */
  key: string
  /**
   * The version that the request was made for; null for a flow to be created.
   */
  base_version: number | null
  /**
   * The version now; null when the flow is gone from this key.
   */
  current_version: number | null
  /**
   * Who wrote last; null if unknown.
   */
  updated_by: string | null
  /**
   * When, in unix seconds.
   */
  updated: number | null
}
/**
 * Why a request was refused. Programs look at status, type, code and param; the wording may change.
 */
export interface ErrorBody {
  /**
   * The kind of error.
   */
  type: 'api_error' | 'idempotency_error' | 'invalid_request_error'
  /**
   * What is wrong, for programs; left out where the status says it all.
   */
  code?: string
  /**
   * What is wrong, for people.
   */
  message: string
  /**
   * The parameter that is wrong, with brackets.
   */
  param?: string
  /**
   * Where the code is explained; only with a code.
   */
  doc_url?: string
  /**
   * Extension: with flow_version_conflict, every flow that has moved on.
   */
  stale?: StaleFlow[]
}
/**
 * The answer to a request that was refused.
 */
export interface Error {
  /**
   * Why it was refused.
   */
  error: ErrorBody
}
