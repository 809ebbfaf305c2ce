import type { FastifyRequest } from 'fastify'
import type { Definitions } from '../../../../forge/definitions.js'
import { ApiError } from '../../../api-error.js'
import type { Frame } from '../../../dashboard/frame.js'
import type { Needs } from '../../../operations/calls/authorise.js'
import type { ReadCall, WriteCall } from '../../../operations/calls/call.js'
import type { Page } from '../../../pages/page.js'
import type { Download, Narrowed, Next, Read } from './page-row.js'

type Names = Readonly<Record<string, string>>
export type Fields = Readonly<Record<string, unknown>>

export function fieldsOf({ body }: Pick<FastifyRequest, 'body'>): Fields {
  return (body ?? {}) as Fields
}

/** What was done is said there. */
export interface Done extends Next {
  readonly notice: Notice
}

/** What was done, by name: the address of the next page carries the name, so it cannot be made to say anything else. */
const NOTICES = {
  link_activated: 'The static link is on.',
  link_deactivated: 'The static link is off.',
  link_rotated: 'There is a new link. The old one no longer works.',
  created: 'The verification was created. Send its page to the person.',
  canceled: 'The verification was canceled.',
  redacted: 'The personal data of this verification is being erased.',
  submitted: 'The attempt was submitted.',
  reviewed: 'The result was overridden. Receivers of webhooks are told.',
  endpoint_enabled: 'The endpoint gets events from now on.',
  endpoint_disabled: 'The endpoint gets no more events.',
  endpoint_saved: 'The endpoint was saved.',
  endpoint_deleted: 'The endpoint was deleted.',
  resent: 'The event is being sent again.',
  sign_in_ended: 'The sign-in has ended.',
  key_revoked: 'The key was revoked: it no longer works.',
  flow_created: 'The flow was created.',
  flow_saved: 'The flow was saved. Verifications made from now on are like this.',
  flow_drifts: 'The flow was saved here alone: it now differs from git.',
} as const

export type Notice = keyof typeof NOTICES

export function noticeText(name: string | undefined): string | null {
  return name !== undefined && Object.hasOwn(NOTICES, name) ? NOTICES[name as Notice] : null
}

/** Does one operation for the person who asks. A remote verifier may be called in the midst of it. */
export type Write = <T>(operation: (call: WriteCall) => Promise<T>) => Promise<T>

/** What a form needs that does more than one write. */
export interface Around {
  readonly read: Read
  readonly frame: Frame
  /** Where the definitions of projects are; null if the service does not know. */
  readonly definitions: Definitions | null
}

/** One form: what it requires of a person, and what it does. */
export interface FormRow {
  /** After "/dashboard/:mode". */
  readonly path: string
  readonly needs: Needs
  /** Whether it asks for a fresh sign-in, because what it does cannot be undone, or gives others rights. */
  readonly isGrave?: boolean
  /** Whether its page asked for that already, and filling it in takes time. */
  readonly isFilledIn?: boolean
  /** Where the person goes next; or, as with a preview, what is shown at once. */
  readonly act: (
    write: Write,
    names: Names,
    fields: Fields,
    around: Around,
  ) => Promise<Done | Narrowed | Page | Download>
  /** The form again, when something typed was wrong; without it, a page says what was wrong. */
  readonly again?: (call: ReadCall, names: Names, fields: Fields, frame: Frame, fault: string) => Promise<Page>
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** Words with spaces, commas or line breaks between. */
export function words(typed: string): readonly string[] {
  return typed.split(/[\s,]+/).filter((word) => word !== '')
}

/** What cannot be undone is not done without the tick. */
export function refuseUnsure(fields: Fields): void {
  if (fields.sure !== 'yes') throw new ApiError(400, { message: 'Tick "I am sure" first. Nothing was done.' })
}
