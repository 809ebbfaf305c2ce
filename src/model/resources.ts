import type { FlowConfig } from './flow.js'
import type * as api from './schema-types.js'

/** API objects, named and shaped like Stripe's if there are any (reference: VerificationSession of API 2026-10-28). */

/** The types of schemas/api.schema.json, read-only because answers never change. Options stay as flows have them. */
type Answered<T> =
  T extends NonNullable<FlowConfig['options']['document']>
    ? T
    : T extends readonly (infer Item)[]
      ? readonly Answered<Item>[]
      : T extends object
        ? { readonly [Name in keyof T]: Answered<T[Name]> }
        : T

/** All members of a union, in an order. The type checker refuses a list that lacks one or has another. */
function every<T extends string>() {
  return <const List extends readonly T[]>(list: [T] extends [List[number]] ? List : never): List => list
}

/** `identity.verification_flow`: an extension; Stripe has no such resource. */
export type VerificationFlow = Answered<api.VerificationFlow>

/** `identity.verification_flow_version`: an extension, like the flow itself. */
export type FlowProbe = Answered<api.VerificationFlowProbe>
export type FlowVersion = Answered<api.VerificationFlowVersion>

export type SessionStatus = api.SessionStatus

/** In the order in which a session passes through them. */
export const SESSION_STATUSES = every<SessionStatus>()(['requires_input', 'processing', 'verified', 'canceled'])

export type SessionOptions = Answered<api.SessionOptions>

export type SessionErrorCode = api.SessionErrorCode

/** Why an attempt failed, in the order of the checks. An open set at Stripe: newer codes may come. */
export const SESSION_ERROR_CODES = every<SessionErrorCode>()([
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
])

/** `reason` may be shown to the person who was verified. */
export type SessionError = Answered<api.SessionError>

/** What was verified about a person. The last five are left out unless each is asked for by name. */
export type VerifiedOutputs = Answered<api.VerifiedOutputs>

/** `identity.verification_session`. `verification_flow_version` is an extension. */
export type VerificationSession = Answered<api.VerificationSession>

/** `identity.verification_report`. */
export type VerificationReport = Answered<api.VerificationReport>

/** A section for every check that was run, and none for the others. Some members appear only when asked for by name. */
export type ReportChecks = Pick<VerificationReport, 'document' | 'selfie' | 'id_number' | 'email' | 'phone'>

export type EventType = api.EventType

/** The types of events: Stripe's, then those of this service. */
export const EVENT_TYPES = every<EventType>()([
  'identity.verification_session.canceled',
  'identity.verification_session.created',
  'identity.verification_session.processing',
  'identity.verification_session.redacted',
  'identity.verification_session.requires_input',
  'identity.verification_session.verified',
  'verification_flows.api_key.expiring',
  'verification_flows.deployment.applied',
  'verification_flows.flow.edited_outside_git',
])

/** `event`: its object as it was when the event happened, without any verified data. */
export type Event = Answered<api.Event>

/** `webhook_endpoint`. */
export type WebhookEndpoint = Answered<api.WebhookEndpoint>

/** `webhook_delivery`: an extension, one event on its way to one endpoint. */
export type WebhookDelivery = Answered<api.WebhookDelivery>

export interface ListObject<T> extends Omit<Answered<api.List>, 'data'> {
  readonly data: readonly T[]
}

/** The kinds of errors, as the official clients tell them apart. */
export type ErrorType = api.ErrorBody['type']

/** `ephemeral_key`. */
export type EphemeralKey = Answered<api.EphemeralKey>

/** `api_key`: an extension. Only the answer that creates the key contains the key itself. */
export type ApiKey = Answered<api.ApiKey>

/** The service's limit on the length of an idempotency key, in characters. It is checked before a request is sent. */
export const LONGEST_IDEMPOTENCY_KEY = 255
