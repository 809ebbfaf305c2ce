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

/** `identity.verification_session`. `verification_flow_version` is an extension. */
export interface VerificationSession {
  readonly id: string
  readonly object: 'identity.verification_session'
  readonly client_reference_id: string | null
  readonly client_secret: string | null
  readonly created: number
  readonly last_error: { readonly code: string | null; readonly reason: string | null } | null
  readonly last_verification_report: string | null
  readonly livemode: boolean
  readonly metadata: Readonly<Record<string, string>>
  readonly options: SessionOptions
  readonly provided_details: { readonly email?: string; readonly phone?: string } | null
  readonly redaction: { readonly status: 'processing' | 'redacted' | 'validated' } | null
  readonly related_customer: string | null
  readonly status: SessionStatus
  readonly type: 'document' | 'id_number' | 'verification_flow'
  readonly url: string | null
  readonly verification_flow?: string
  /** Extension: the version of the flow whose options were copied. */
  readonly verification_flow_version?: number
}

export interface ListObject<T> {
  readonly object: 'list'
  readonly url: string
  readonly has_more: boolean
  readonly data: readonly T[]
}
