import { expanded, pathsOf, reportWith } from './expand.js'
import type { Members } from './form.js'
import type { Key, Keys, Resource } from './keys.js'
import { PAGE, type Page, pageOf } from './listing.js'
import { checkParams, missing, type Params, type Values } from './params.js'
import { letters } from './random.js'
import { invalid, noSuch, noSuchNamed, Refusal } from './refusal.js'
import type { ReportShown, Session } from './session.js'
import { shown } from './session.js'
import {
  CHANGEABLE,
  CREATABLE,
  cancelSession,
  checkCreation,
  createSession,
  FILTERS,
  matches,
  redactSession,
  retrieveSession,
  updateSession,
} from './sessions.js'
import type { Cause, KeptEvent, World } from './world.js'

/** A request that may be done: its key has permission, and its parameters are of their kinds. */
interface Call {
  readonly world: World
  readonly keys: Keys
  readonly key: Key
  /** What the path names. */
  readonly id: string
  readonly values: Values
  readonly expand: readonly string[]
  readonly apiVersion: string | undefined
  readonly cause: Cause
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly resource: Resource
  readonly params: Params
  readonly isList: boolean
  check?(values: Values): void
  answer(call: Call): unknown
}

const SESSIONS = '/v1/identity/verification_sessions'
const REPORTS = '/v1/identity/verification_reports'
const EVENTS = '/v1/events'
const ENDPOINTS = '/v1/webhook_endpoints'
const EPHEMERAL = '/v1/ephemeral_keys'
const NAME = { kind: 'text', most: 255 } as const
/** In seconds: how far back events reach. */
const REACH_OF_EVENTS = 30 * 24 * 60 * 60
const HOUR = 60 * 60

const ROUTES: readonly Route[] = [
  read(SESSIONS, 'sessions', { ...PAGE, ...FILTERS }, (call) => {
    const page = pageOf(call.world.sessions, call.values, 'identity.verification_session', (one) =>
      matches(one, call.values),
    )
    return listOf(SESSIONS, page, (session) => sessionOf(call, session, true))
  }),
  read(`${SESSIONS}/:session`, 'sessions', {}, (call) => sessionOf(call, retrieveSession(call.world, call.id))),
  {
    ...write(SESSIONS, 'sessions', CREATABLE, (call) =>
      sessionOf(call, createSession(call.world, call.values, call.cause)),
    ),
    check: checkCreation,
  },
  write(`${SESSIONS}/:session`, 'sessions', CHANGEABLE, (call) =>
    sessionOf(call, updateSession(call.world, call.id, call.values)),
  ),
  write(`${SESSIONS}/:session/cancel`, 'sessions', {}, (call) =>
    sessionOf(call, cancelSession(call.world, call.id, call.cause)),
  ),
  write(`${SESSIONS}/:session/redact`, 'sessions', {}, (call) =>
    sessionOf(call, redactSession(call.world, call.id, call.cause)),
  ),
  read(
    REPORTS,
    'reports',
    {
      ...PAGE,
      type: { kind: 'choice', values: ['document', 'id_number'] },
      verification_session: NAME,
      client_reference_id: { kind: 'text' },
    },
    (call) => {
      const filters = ['type', 'verification_session', 'client_reference_id'] as const
      const page = pageOf(call.world.reports, call.values, 'identity.verification_report', (one) =>
        filters.every((name) => call.values[name] === undefined || one[name] === call.values[name]),
      )
      return listOf(REPORTS, page, (report) => reportShown(call, report, true))
    },
  ),
  read(`${REPORTS}/:report`, 'reports', {}, (call) => {
    const report = call.world.reports.find(call.id)
    if (report === undefined) throw noSuch('identity.verification_report', call.id, 'report')
    return reportShown(call, report)
  }),
  read(
    EVENTS,
    'events',
    { ...PAGE, type: NAME, types: { kind: 'list', of: NAME }, delivery_success: { kind: 'boolean' } },
    (call) =>
      listOf(EVENTS, pageOf(call.world.events, call.values, 'event', eventFilter(call)), (one) => eventOf(call, one)),
  ),
  read(`${EVENTS}/:id`, 'events', {}, (call) => {
    const event = call.world.events.find(call.id)
    if (event === undefined || !isRecent(call, event)) throw noSuch('event', call.id, 'id')
    return eventOf(call, event)
  }),
  read(ENDPOINTS, 'webhook_endpoints', PAGE, ({ world, values }) => {
    const { endpoints } = world.webhooks
    const row = {
      length: endpoints.length,
      at: (place: number) => endpoints[place] as (typeof endpoints)[number],
      placeOf: (id: string) => placeIn(endpoints, id),
    }
    return listOf(
      ENDPOINTS,
      pageOf(row, values, 'webhook_endpoint', () => true),
      (one) => world.webhooks.shown(one),
    )
  }),
  read(`${ENDPOINTS}/:webhook_endpoint`, 'webhook_endpoints', {}, ({ world, id }) => {
    const endpoint = world.webhooks.endpoints.find((one) => one.id === id)
    if (endpoint === undefined) throw noSuch('webhook_endpoint', id, 'webhook_endpoint')
    return world.webhooks.shown(endpoint)
  }),
  write(EPHEMERAL, 'sessions', { verification_session: NAME }, ephemeralKey),
  { ...write(`${EPHEMERAL}/:key`, 'sessions', {}, endEphemeralKey), method: 'DELETE' },
]

export interface Matched {
  readonly route: Route
  readonly id: string
}

export function routeOf(method: string, path: string): Matched {
  for (const route of ROUTES) {
    const named = route.path.split('/')
    const given = path.split('/')
    const fits = named.length === given.length && named.every((part, at) => part.startsWith(':') || part === given[at])
    if (route.method !== method || !fits) continue
    const id = given[named.findIndex((part) => part.startsWith(':'))] ?? ''
    return { route, id: decodeURIComponent(id) }
  }
  throw new Refusal(404, { message: `Unrecognized request URL (${method}: ${path}).` })
}

/** The values of a request, and what it asks to expand. */
export function valuesOf({ params, check }: Route, given: Members): { values: Values; expand: readonly string[] } {
  const { expand, ...values } = checkParams(given, { ...params, expand: { kind: 'list', of: NAME } })
  const { limit } = values as { limit?: number }
  if (limit !== undefined && (limit < 1 || limit > 100)) {
    throw invalid('limit', 'limit must be between 1 and 100', 'parameter_invalid_integer')
  }
  check?.(values)
  return { values, expand: (expand as readonly string[] | undefined) ?? [] }
}

function read(path: string, resource: Resource, params: Params, answer: Route['answer']): Route {
  return { method: 'GET', path, resource, params, isList: params === PAGE || 'starting_after' in params, answer }
}

function write(path: string, resource: Resource, params: Params, answer: Route['answer']): Route {
  return { method: 'POST', path, resource, params, isList: false, answer }
}

function listOf<T>(url: string, { data, has_more }: Page<T>, show: (one: T) => unknown): object {
  return { object: 'list', data: data.map(show), has_more, url }
}

function asked({ key, world, expand }: Call, isList: boolean) {
  return { key, now: world.now, expand, isList }
}

function sessionOf(call: Call, session: Session, isList = false): object {
  const { world, key } = call
  if (key.session !== undefined && key.session !== session.id) {
    throw new Refusal(403, { message: 'This key reads another session.' })
  }
  const paths = pathsOf(asked(call, isList), 'session')
  const { outputs, verified_at } = session
  const report = session.report === null ? undefined : world.reports.find(session.report)
  return expanded(shown(session), { outputs, verified_at, report }, paths, asked(call, isList))
}

function reportShown(call: Call, report: ReportShown, isList = false): object {
  return reportWith(report, pathsOf(asked(call, isList), 'report'), '', asked(call, isList))
}

function eventOf({ world }: Call, event: KeptEvent): object {
  return { ...event, pending_webhooks: world.webhooks.pendingOf(event) }
}

function eventFilter(call: Call): (event: KeptEvent) => boolean {
  const { type, types, delivery_success } = call.values as {
    type?: string
    types?: readonly string[]
    delivery_success?: boolean
  }
  if (types !== undefined && types.length > 20) throw invalid('types', 'At most 20 types can be given.')
  const patterns = types ?? (type === undefined ? ['*'] : [type])
  return (event) =>
    isRecent(call, event) &&
    patterns.some((pattern) => fits(pattern, event.type)) &&
    (delivery_success === undefined || (call.world.webhooks.pendingOf(event) === 0) === delivery_success)
}

function isRecent({ world }: Call, { created }: KeptEvent): boolean {
  return world.now - created < REACH_OF_EVENTS
}

function fits(pattern: string, type: string): boolean {
  return pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern
}

function placeIn(all: readonly { readonly id: string }[], id: string): number | undefined {
  const place = all.findIndex((one) => one.id === id)
  return place === -1 ? undefined : place
}

/** For the mobile SDKs: a key for one session, for an hour. */
function ephemeralKey({ world, keys, key, values, apiVersion }: Call): object {
  const session = values.verification_session
  if (session === undefined) throw missing('verification_session')
  if (world.sessions.find(String(session)) === undefined) {
    throw noSuchNamed('identity.verification_session', String(session), 'verification_session')
  }
  if (apiVersion === undefined) throw new Refusal(400, { message: 'Missing required header: Stripe-Version.' })
  const { now: created, livemode, mode } = world
  const secret = `ek_${mode}_${letters(world.random, 40)}`
  const id = world.id('ephkey')
  const expires = created + HOUR
  keys.add({ secret, id, livemode: key.livemode, ofAddresses: false, session: String(session), expires })
  return { ...shownKey({ id, session: String(session), expires, livemode }), secret }
}

function endEphemeralKey({ keys, world: { livemode }, id }: Call): object {
  const key = keys.delete(id, livemode)
  if (key === undefined) throw noSuch('ephemeral_key', id, 'key')
  return shownKey(key)
}

function shownKey({
  id,
  session,
  expires = 0,
  livemode,
}: Pick<Key, 'id' | 'session' | 'expires' | 'livemode'>): object {
  return {
    id,
    object: 'ephemeral_key',
    associated_objects: [{ id: session, type: 'identity.verification_session' }],
    created: expires - HOUR,
    expires,
    livemode,
  }
}
