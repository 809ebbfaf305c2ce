import { ApiError, invalid } from '../../api-error.js'
import type { Frame } from '../../dashboard/frame.js'
import { createPage } from '../../dashboard/verifications/create-page.js'
import type { Needs } from '../../operations/calls/authorise.js'
import type { ReadCall, WriteCall } from '../../operations/calls/call.js'
import { retrieveFlow, updateStaticLink } from '../../operations/flows/flows.js'
import { revokeKey } from '../../operations/keys/keys.js'
import { submitSession } from '../../operations/sessions/attempts.js'
import { redactSession } from '../../operations/sessions/redaction.js'
import { cancelSession, createSession } from '../../operations/sessions/sessions.js'
import { resendDelivery } from '../../operations/webhooks/deliveries.js'
import { updateWebhookEndpoint } from '../../operations/webhooks/webhook-endpoints.js'
import type { Page } from '../../pages/page.js'

type Names = Readonly<Record<string, string>>
export type Fields = Readonly<Record<string, unknown>>

/** What was done: where the person goes next, and what is said there. */
interface Done {
  /** After "/dashboard/:mode". */
  readonly to: readonly string[]
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
  endpoint_enabled: 'The endpoint gets events from now on.',
  endpoint_disabled: 'The endpoint gets no more events.',
  resent: 'The event is being sent again.',
  key_revoked: 'The key was revoked: it no longer works.',
} as const

type Notice = keyof typeof NOTICES

export function noticeText(name: string | undefined): string | null {
  return name !== undefined && Object.hasOwn(NOTICES, name) ? NOTICES[name as Notice] : null
}

/** Does one operation for the person who asks. A remote verifier may be called in the midst of it. */
type Write = <T>(operation: (call: WriteCall) => Promise<T>) => Promise<T>

/** One form: what it requires of a person, and what it does. */
export interface FormRow {
  /** After "/dashboard/:mode". */
  readonly path: string
  readonly needs: Needs
  readonly act: (write: Write, names: Names, fields: Fields) => Promise<Done>
  /** The form again, when something typed was wrong; without it, a page says what was wrong. */
  readonly again?: (call: ReadCall, names: Names, fields: Fields, frame: Frame, fault: string) => Promise<Page>
}

export const FORMS: readonly FormRow[] = [
  {
    path: '/flows/:flow/link',
    needs: { scope: 'flows:write' },
    async act(write, { flow = '' }, fields) {
      const what = text(fields.do)
      const version = Number(text(fields.version))
      if (!Number.isSafeInteger(version)) throw invalid('parameter_invalid_integer', 'version', 'It is not a version.')
      const change = { activate: { active: true }, deactivate: { active: false }, rotate: { rotate: true } }[what]
      if (change === undefined) throw new ApiError(400, { message: 'The form does not say what to do.' })
      const { key } = await write((call) => updateStaticLink(call, flow, { ...change, expected_version: version }))
      const notice = { activate: 'link_activated', deactivate: 'link_deactivated', rotate: 'link_rotated' }[what]
      return { to: ['flows', key], notice: notice as Notice }
    },
  },
  {
    path: '/flows/:flow/verify',
    needs: { scope: 'sessions:write' },
    async act(write, { flow = '' }, fields) {
      const [email, phone] = [text(fields.email), text(fields.phone)]
      const params = {
        verification_flow: flow,
        metadata: metadataOf(text(fields.metadata)),
        ...((email !== '' || phone !== '') && {
          provided_details: { ...(email !== '' && { email }), ...(phone !== '' && { phone }) },
        }),
        ...(text(fields.client_reference_id) !== '' && { client_reference_id: text(fields.client_reference_id) }),
      }
      const session = await write((call) => createSession(call, params))
      return { to: ['verifications', session.id], notice: 'created' }
    },
    async again(call, { flow = '' }, fields, frame, fault) {
      const typed = {
        email: text(fields.email),
        phone: text(fields.phone),
        client_reference_id: text(fields.client_reference_id),
        metadata: text(fields.metadata),
      }
      return createPage(frame, { flow: await retrieveFlow(call, flow), typed, fault })
    },
  },
  {
    path: '/verifications/:session/submit',
    needs: { scope: 'sessions:write', testOnly: true },
    async act(write, { session = '' }, fields) {
      await write((call) => submitSession(call, session, { outcome: text(fields.outcome) }))
      return { to: ['verifications', session], notice: 'submitted' }
    },
  },
  {
    path: '/verifications/:session/cancel',
    needs: { scope: 'sessions:write' },
    async act(write, { session = '' }, fields) {
      refuseUnsure(fields)
      await write((call) => cancelSession(call, session))
      return { to: ['verifications', session], notice: 'canceled' }
    },
  },
  {
    path: '/verifications/:session/redact',
    needs: { scope: 'sessions:write' },
    async act(write, { session = '' }, fields) {
      refuseUnsure(fields)
      await write((call) => redactSession(call, session))
      return { to: ['verifications', session], notice: 'redacted' }
    },
  },
  {
    path: '/webhooks/:endpoint/switch',
    needs: { scope: 'webhooks:write' },
    async act(write, { endpoint = '' }, fields) {
      const disabled = { enable: false, disable: true }[text(fields.do)]
      if (disabled === undefined) throw new ApiError(400, { message: 'The form does not say what to do.' })
      await write((call) => updateWebhookEndpoint(call, endpoint, { disabled }))
      return { to: ['webhooks', endpoint], notice: disabled ? 'endpoint_disabled' : 'endpoint_enabled' }
    },
  },
  {
    path: '/webhooks/:endpoint/resend',
    needs: { scope: 'webhooks:write' },
    async act(write, { endpoint = '' }, fields) {
      await write((call) => resendDelivery(call, text(fields.delivery)))
      return { to: ['webhooks', endpoint], notice: 'resent' }
    },
  },
  {
    path: '/keys/:key/revoke',
    needs: { scope: 'keys:admin' },
    async act(write, { key = '' }, fields) {
      refuseUnsure(fields)
      await write((call) => revokeKey(call, key))
      return { to: ['keys'], notice: 'key_revoked' }
    },
  },
]

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** What cannot be undone is not done without the tick. */
function refuseUnsure(fields: Fields): void {
  if (fields.sure !== 'yes') throw new ApiError(400, { message: 'Tick "I am sure" first. Nothing was done.' })
}

/** Lines of "name: value". */
function metadataOf(lines: string): Record<string, string> {
  const pairs = lines
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const mark = line.indexOf(':')
      if (mark < 1) throw new ApiError(400, { message: 'Metadata: write one "name: value" a line.' })
      return [line.slice(0, mark).trim(), line.slice(mark + 1).trim()]
    })
  return Object.fromEntries(pairs)
}
