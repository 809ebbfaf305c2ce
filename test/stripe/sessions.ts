import type { Params, Values } from './params.js'
import { missing } from './params.js'
import { invalid, noSuch, noSuchNamed, Refusal } from './refusal.js'
import { type Options, renewEntrance, type Session } from './session.js'
import type { Cause, World } from './world.js'

const TEXT = { kind: 'text' } as const
const BOOLEAN = { kind: 'boolean' } as const
const DOCUMENT_TYPES = ['driving_license', 'id_card', 'passport']

/** What the public API can change later. Of the options it takes those of documents only. */
export const CHANGEABLE: Params = {
  type: { kind: 'choice', values: ['document', 'id_number'] },
  options: {
    kind: 'members',
    members: {
      document: {
        kind: 'members',
        unset: true,
        members: {
          allowed_types: { kind: 'list', of: { kind: 'choice', values: DOCUMENT_TYPES } },
          require_id_number: BOOLEAN,
          require_live_capture: BOOLEAN,
          require_matching_selfie: BOOLEAN,
        },
      },
    },
  },
  metadata: { kind: 'metadata' },
  provided_details: { kind: 'members', members: { email: TEXT, phone: TEXT } },
}

export const CREATABLE: Params = {
  ...CHANGEABLE,
  verification_flow: TEXT,
  client_reference_id: TEXT,
  related_customer: TEXT,
  related_customer_account: TEXT,
  related_person: { kind: 'members', members: { account: TEXT, person: TEXT }, needs: ['account', 'person'] },
  return_url: { kind: 'url' },
}

const STATUSES = ['requires_input', 'processing', 'verified', 'canceled']

export const FILTERS: Params = {
  client_reference_id: TEXT,
  related_customer: TEXT,
  related_customer_account: TEXT,
  status: { kind: 'choice', values: STATUSES },
}

type Type = Session['type']

/** Unverified against the live API: that type and verification_flow exclude each other. */
export function checkCreation({ type, verification_flow }: Values): void {
  if (type === undefined && verification_flow === undefined) throw missing('type')
  if (type !== undefined && verification_flow !== undefined) {
    throw invalid('type', 'Only one of type and verification_flow can be given.', 'parameters_exclusive')
  }
}

export function createSession(world: World, values: Values, cause: Cause): Session {
  const flowId = text(values.verification_flow)
  const flow = flowId === null ? undefined : world.flows.get(flowId)
  if (flowId !== null && flow === undefined) throw noSuchNamed('verification_flow', flowId, 'verification_flow')
  const session: Session = {
    id: world.id('vs'),
    livemode: world.livemode,
    created: Math.max(world.now, world.sessions.newest?.created ?? 0),
    status: 'requires_input',
    type: flow === undefined ? (values.type as Type) : 'verification_flow',
    options: flow === undefined ? optionsWith({}, values) : structuredClone(flow.options),
    metadata: metadataWith({}, values),
    provided_details: (values.provided_details as Session['provided_details'] | undefined) ?? null,
    client_reference_id: text(values.client_reference_id),
    related_customer: text(values.related_customer),
    related_customer_account: text(values.related_customer_account),
    related_person: (values.related_person as Session['related_person'] | undefined) ?? null,
    return_url: text(values.return_url),
    verification_flow: flowId,
    last_error: null,
    report: null,
    outputs: null,
    verified_at: null,
    redaction: null,
    entrance: null,
  }
  world.sessions.push(session)
  world.tell('created', session, cause)
  return session
}

/** While input is required, a link that was used or has ended is answered anew. */
export function retrieveSession(world: World, id: string): Session {
  const session = found(world, id)
  renewEntrance(session, world.clock, world.random)
  return session
}

/** Unverified against the live API: which changes a session of a flow takes; and that metadata can change at any time. */
export function updateSession(world: World, id: string, values: Values): Session {
  const session = found(world, id)
  if (session.redaction !== null) throw refused('A redacted session cannot be changed.')
  const isOfChecks = ['type', 'options', 'provided_details'].some((name) => values[name] !== undefined)
  if (isOfChecks) onlyFrom(session, ['requires_input'], 'updated')
  if (values.type !== undefined) session.type = values.type as Type
  session.options = optionsWith(session.options, values)
  session.metadata = metadataWith(session.metadata, values)
  const details = values.provided_details as Session['provided_details'] | undefined
  if (details) session.provided_details = { ...session.provided_details, ...details }
  return session
}

export function cancelSession(world: World, id: string, cause: Cause): Session {
  const session = found(world, id)
  onlyFrom(session, ['requires_input'], 'canceled')
  session.status = 'canceled'
  world.tell('canceled', session, cause)
  return session
}

/** Up to four days: what is erased, and the event, come with `finishRedaction`. */
export function redactSession(world: World, id: string, cause: Cause): Session {
  const session = found(world, id)
  // Unverified against the live API: that a second one is answered with the session as it is.
  if (session.redaction !== null) return session
  onlyFrom(session, ['requires_input', 'verified'], 'redacted')
  session.redaction = 'processing'
  if (session.status === 'requires_input') {
    session.status = 'canceled'
    world.tell('canceled', session, cause)
  }
  return session
}

/** Whether a list with these filters shows it. */
export function matches(session: Session, values: Values): boolean {
  return Object.keys(FILTERS).every(
    (name) => values[name] === undefined || session[name as keyof Session] === values[name],
  )
}

function found(world: World, id: string): Session {
  const session = world.sessions.find(id)
  if (session === undefined) throw noSuch('identity.verification_session', id, 'session')
  return session
}

/** Unverified against the live API: the message, and that there is no code. */
function onlyFrom(session: Session, statuses: readonly Session['status'][], done: string): void {
  if (statuses.includes(session.status)) return
  throw refused(`This session cannot be ${done}, because its status is ${session.status}.`)
}

function refused(message: string): Refusal {
  return new Refusal(400, { message })
}

/** Unverified against the live API: that options which are given replace those of before as a whole. */
function optionsWith(before: Options, { options }: Values): Options {
  const { document } = (options ?? {}) as { document?: Options['document'] | null }
  if (document === undefined) return before
  const { document: _, ...rest } = before
  return document === null || Object.keys(document).length === 0 ? rest : { ...rest, document }
}

function metadataWith(before: Record<string, string>, { metadata }: Values): Record<string, string> {
  if (metadata === undefined) return before
  if (metadata === null) return {}
  const merged = { ...before, ...(metadata as Record<string, string | null>) }
  return Object.fromEntries(Object.entries(merged).filter((entry): entry is [string, string] => entry[1] !== null))
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
