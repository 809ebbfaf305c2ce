import type { FlowConfig } from './flow.js'

/** API objects, named and shaped as Stripe's where Stripe has them (reference: VerificationSession of API 2026-10-28). */

/** `identity.verification_flow`: an extension, Stripe has no such resource. */
export interface VerificationFlow extends Omit<FlowConfig, 'static_link'> {
  readonly id: string
  readonly object: 'identity.verification_flow'
  readonly created: number
  readonly livemode: boolean
  readonly key: string
  readonly project: string | null
  readonly status: 'active' | 'archived'
  readonly version: number
  readonly static_link: { readonly active: boolean; readonly url: string }
  readonly updated: number
  readonly updated_by: string | null
}

/** In the order in which a session passes through them. */
export const SESSION_STATUSES = ['requires_input', 'processing', 'verified', 'canceled'] as const

export type SessionStatus = (typeof SESSION_STATUSES)[number]

export interface SessionOptions {
  readonly document?: FlowConfig['options']['document']
  readonly id_number?: Record<string, never>
  readonly email?: { readonly require_verification: boolean }
  readonly phone?: { readonly require_verification: boolean }
  readonly matching?: { readonly name: 'none' | 'similar'; readonly dob: 'none' | 'similar' }
}

/** Why an attempt failed, in the order of the checks. An open set at Stripe: newer codes may come. */
export const SESSION_ERROR_CODES = [
  'abandoned',
  'consent_declined',
  'country_not_supported',
  'device_not_supported',
  'under_supported_age',
  'document_expired',
  'document_type_not_supported',
  'document_unverified_other',
  'selfie_document_missing_photo',
  'selfie_face_mismatch',
  'selfie_manipulated',
  'selfie_unverified_other',
  'id_number_insufficient_document_data',
  'id_number_mismatch',
  'id_number_unverified_other',
  'email_unverified_other',
  'email_verification_declined',
  'phone_unverified_other',
  'phone_verification_declined',
] as const

export type SessionErrorCode = (typeof SESSION_ERROR_CODES)[number]

/** `reason` may be shown to the person who was verified. */
export interface SessionError {
  readonly code: SessionErrorCode
  readonly reason: string
}

export interface Address {
  readonly city: string | null
  readonly country: string | null
  readonly line1: string | null
  readonly line2: string | null
  readonly postal_code: string | null
  readonly state: string | null
}

export interface DateOfBirth {
  readonly day: number | null
  readonly month: number | null
  readonly year: number | null
}

/** What was verified of a person. The last five are left out unless each is asked for by name. */
export interface VerifiedOutputs {
  readonly address: Address | null
  readonly email: string | null
  readonly first_name: string | null
  readonly id_number_type: 'br_cpf' | 'sg_nric' | 'us_ssn' | null
  readonly last_name: string | null
  readonly phone: string | null
  readonly dob?: DateOfBirth | null
  readonly id_number?: string | null
  readonly sex?: 'female' | 'male' | 'unknown' | '[redacted]' | null
  readonly unparsed_place_of_birth?: string | null
  readonly unparsed_sex?: string | null
}

/** `identity.verification_session`. `verification_flow_version` is an extension. */
export interface VerificationSession {
  readonly id: string
  readonly object: 'identity.verification_session'
  readonly client_reference_id: string | null
  readonly client_secret: string | null
  readonly created: number
  readonly last_error: SessionError | null
  /** An id, or the report itself when expanded. */
  readonly last_verification_report: string | VerificationReport | null
  readonly livemode: boolean
  readonly metadata: Readonly<Record<string, string>>
  readonly options: SessionOptions
  readonly provided_details: { readonly email?: string; readonly phone?: string } | null
  readonly redaction: { readonly status: 'processing' | 'redacted' | 'validated' } | null
  readonly related_customer: string | null
  readonly related_customer_account: string | null
  readonly related_person?: { readonly account: string; readonly person: string }
  readonly status: SessionStatus
  readonly type: 'document' | 'id_number' | 'verification_flow'
  readonly url: string | null
  readonly verification_flow?: string
  /** Extension: the version of the flow whose options were copied. */
  readonly verification_flow_version?: number
  /** Only when expanded. */
  readonly verified_outputs?: VerifiedOutputs | null
}

interface Check<Code extends string> {
  readonly status: 'verified' | 'unverified'
  readonly error: { readonly code: Code; readonly reason: string } | null
}

type CodeOf<Prefix extends string> = Extract<SessionErrorCode, `${Prefix}_${string}`>

/** A section for every check that was run, and none for the others. Some members appear only when asked for by name. */
export interface ReportChecks {
  readonly document?: Check<CodeOf<'document'>> & {
    readonly address: Address | null
    readonly dob?: DateOfBirth | null
    readonly expiration_date?: DateOfBirth | null
    readonly files: readonly string[] | null
    readonly first_name: string | null
    readonly issued_date: DateOfBirth | null
    readonly issuing_country: string | null
    readonly last_name: string | null
    readonly number?: string | null
    readonly sex?: 'female' | 'male' | 'unknown' | '[redacted]' | null
    readonly type: 'driving_license' | 'id_card' | 'passport' | null
    readonly unparsed_place_of_birth?: string | null
    readonly unparsed_sex?: string | null
  }
  readonly selfie?: Check<CodeOf<'selfie'>> & { readonly document: string | null; readonly selfie: string | null }
  readonly id_number?: Check<CodeOf<'id_number'>> & {
    readonly dob?: DateOfBirth | null
    readonly first_name: string | null
    readonly id_number?: string | null
    readonly id_number_type: 'br_cpf' | 'sg_nric' | 'us_ssn' | null
    readonly last_name: string | null
  }
  readonly email?: Check<CodeOf<'email'>> & { readonly email: string | null }
  readonly phone?: Check<CodeOf<'phone'>> & { readonly phone: string | null }
}

/** `identity.verification_report`. */
export interface VerificationReport extends ReportChecks {
  readonly id: string
  readonly object: 'identity.verification_report'
  readonly client_reference_id: string | null
  readonly created: number
  readonly livemode: boolean
  readonly options: Pick<SessionOptions, 'document' | 'id_number'>
  readonly type: VerificationSession['type']
  readonly verification_flow?: string
  readonly verification_session: string | null
}

/** The types of events there are. There are none of flows, as at Stripe. */
export const EVENT_TYPES = [
  'identity.verification_session.canceled',
  'identity.verification_session.created',
  'identity.verification_session.processing',
  'identity.verification_session.redacted',
  'identity.verification_session.requires_input',
  'identity.verification_session.verified',
] as const

export type EventType = (typeof EVENT_TYPES)[number]

/** `event`: its object is as it was when the event happened, without anything that was verified. */
export interface Event {
  readonly id: string
  readonly object: 'event'
  readonly api_version: string | null
  readonly created: number
  readonly data: { readonly object: Readonly<Record<string, unknown>> }
  readonly livemode: boolean
  readonly pending_webhooks: number
  readonly request: { readonly id: string | null; readonly idempotency_key: string | null } | null
  readonly type: EventType
}

/** `webhook_endpoint`. */
export interface WebhookEndpoint {
  readonly id: string
  readonly object: 'webhook_endpoint'
  readonly api_version: string | null
  readonly application: null
  readonly created: number
  readonly description: string | null
  readonly enabled_events: readonly string[]
  readonly livemode: boolean
  readonly metadata: Readonly<Record<string, string>>
  /** Only in the answer that creates the endpoint. */
  readonly secret?: string
  readonly status: 'enabled' | 'disabled'
  readonly url: string
}

/** `webhook_delivery`: an extension, one event on its way to one endpoint. */
export interface WebhookDelivery {
  readonly id: string
  readonly object: 'webhook_delivery'
  readonly attempts: readonly WebhookAttempt[]
  readonly created: number
  readonly event: string
  readonly livemode: boolean
  /** When the next attempt is due; null when none is to come. */
  readonly next_attempt: number | null
  readonly status: 'pending' | 'succeeded' | 'failed' | 'canceled'
  readonly webhook_endpoint: string
}

export interface WebhookAttempt {
  readonly number: number
  readonly started: number
  /** Milliseconds; null while the attempt is under way, and when its end was not recorded. */
  readonly duration: number | null
  readonly response_status: number | null
  readonly error: string | null
}

export interface ListObject<T> {
  readonly object: 'list'
  readonly url: string
  readonly has_more: boolean
  readonly data: readonly T[]
}
