import { newDefinition } from '../../../edit/new-definition.js'
import { type FlowConfig, looksLikeFlowId } from '../../../model/flow.js'
import {
  type FlowVersion,
  type ListObject,
  SESSION_STATUSES,
  type SessionStatus,
  type VerificationFlow,
} from '../../../model/resources.js'
import { dayOf } from '../../../store/counts/session-counts.js'
import { choicesOf } from '../../../verifier/hosted-page.js'
import { ApiError, notFound } from '../../api-error.js'
import { deploymentPage } from '../../dashboard/deployments/deployment-page.js'
import { deploymentsPage } from '../../dashboard/deployments/deployments-page.js'
import { eventPage } from '../../dashboard/events/event-page.js'
import { eventsPage } from '../../dashboard/events/events-page.js'
import { flowPage } from '../../dashboard/flows/flow-page.js'
import { flowsPage, sortOf } from '../../dashboard/flows/flows-page.js'
import { versionsPage } from '../../dashboard/flows/versions-page.js'
import type { DashboardMode, Frame } from '../../dashboard/frame.js'
import { keysPage } from '../../dashboard/keys/keys-page.js'
import { dayText } from '../../dashboard/parts/day.js'
import type { Paging } from '../../dashboard/parts/paging.js'
import { reportsCsv } from '../../dashboard/reports/reports-csv.js'
import { type ReportsView, reportsPage } from '../../dashboard/reports/reports-page.js'
import { createPage } from '../../dashboard/verifications/create-page.js'
import { verificationPage } from '../../dashboard/verifications/verification-page.js'
import { verificationsPage } from '../../dashboard/verifications/verifications-page.js'
import { DELIVERY_STATUSES, endpointPage } from '../../dashboard/webhooks/endpoint-page.js'
import { endpointsPage } from '../../dashboard/webhooks/endpoints-page.js'
import type { Needs } from '../../operations/calls/authorise.js'
import type { LookupCall, ReadCall } from '../../operations/calls/call.js'
import { listDeployments, retrieveDeployment } from '../../operations/deployments/deployments.js'
import { listEvents, retrieveEvent } from '../../operations/events/events.js'
import { figuresOf, usageByDay, usageOf } from '../../operations/figures/figures.js'
import { flowsInOrder } from '../../operations/flows/flow-order.js'
import { listFlowVersions } from '../../operations/flows/flow-versions.js'
import { listFlows, retrieveFlow } from '../../operations/flows/flows.js'
import { listKeys } from '../../operations/keys/keys.js'
import { listSessions, retrieveSession } from '../../operations/sessions/sessions.js'
import { listDeliveries } from '../../operations/webhooks/deliveries.js'
import {
  listWebhookEndpoints,
  MOST_ENDPOINTS,
  retrieveWebhookEndpoint,
} from '../../operations/webhooks/webhook-endpoints.js'
import type { Page } from '../../pages/page.js'
import { qrCode } from './qr-code.js'

/** What a page gets: the names in its path, and its query. */
export interface Asked {
  readonly names: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  /** The page's own address, without its query. */
  readonly path: string
}

/** One page: what it requires of a person, as a route of the API does of a key, and how it is made. */
export interface PageRow {
  /** After "/dashboard/:mode". */
  readonly path: string
  readonly needs: Needs
  readonly show: (read: Read, asked: Asked, frame: Frame) => Promise<Page | Download>
}

/** A file instead of a page. */
export interface Download {
  readonly file: string
  readonly csv: string
}

/** Does one operation for the person who asks. What a remote verifier alone has takes an operation of its own. */
type Read = <T>(operation: (call: LookupCall) => Promise<T>) => Promise<T>

/** A page that is read in one transaction: the store has all of it. */
function atOnce(show: (call: LookupCall, asked: Asked, frame: Frame) => Promise<Page | Download>): PageRow['show'] {
  return (read, asked, frame) => read((call) => show(call, asked, frame))
}

const PER_PAGE = 25
const NEWEST = 10
/** Days of the chart of a flow, and the most versions marked in it. */
const USE_DAYS = 90
const MARKS = 100
/** Days of a report, if none are asked for and at the most. */
const REPORT_DAYS = 30
const REPORT_DAYS_LIMIT = 366

export const PAGES: readonly PageRow[] = [
  {
    path: '/flows',
    needs: { scope: 'flows:read' },
    show: atOnce(async (call, asked, frame) => {
      const { search = '', project = '', status } = asked.query
      const sort = sortOf(asked.query.sort)
      const filter = { search, project, status: status === 'archived' ? 'archived' : 'active', sort } as const
      const params = {
        status: filter.status,
        ...(project !== '' && { project }),
        ...(search !== '' && { key_contains: search }),
      }
      const skip = skipOf(asked)
      const list =
        sort === 'newest'
          ? await listFlows(call, { ...placeOf(asked), ...params })
          : await flowsInOrder(call, params, { order: sort, skip, limit: PER_PAGE })
      const paging = sort === 'newest' ? pagingOf(asked, list) : partsOf(asked, skip, list.has_more)
      const usage = await usageOf(
        call,
        list.data.map(({ id }) => id),
      )
      return flowsPage(frame, { flows: list.data, filter, paging, usage })
    }),
  },
  {
    path: '/flows/:flow',
    needs: { scope: 'flows:read' },
    show: atOnce(async (call, { names }, frame) => {
      const flow = await retrieveFlow(call, nameOf(names, 'flow'))
      const versions = await listFlowVersions(call, flow.id, { limit: MARKS })
      const range = { from: dayOf(call.now) - USE_DAYS + 1, to: dayOf(call.now) }
      const sessions = await listSessions(call, { verification_flow: flow.id, limit: NEWEST })
      const code = flow.static_link.active ? qrCode(flow.static_link.url) : null
      return flowPage(frame, {
        flow,
        yaml: yamlOf(flow, frame.mode),
        versions: versions.data.slice(0, NEWEST),
        marked: versions.data,
        usage: { range, days: await usageByDay(call, flow.id, range) },
        sessions: sessions.data,
        qrCode: code,
      })
    }),
  },
  {
    path: '/flows/:flow/versions',
    needs: { scope: 'flows:read' },
    show: atOnce(async (call, { names, query }, frame) => {
      const flow = await retrieveFlow(call, nameOf(names, 'flow'))
      const [from, to] = [await versionAt(call, flow, query.from), await versionAt(call, flow, query.to)]
      const shown = ({ version, config }: FlowVersion) => ({
        version,
        yaml: definitionOf(flow.key, config, frame.mode),
      })
      return versionsPage(frame, { flow, from: shown(from), to: shown(to) })
    }),
  },
  {
    path: '/flows/:flow/verify',
    needs: { scope: 'sessions:write' },
    show: atOnce(async (call, { names }, frame) => {
      const flow = await retrieveFlow(call, nameOf(names, 'flow'))
      const typed = { email: '', phone: '', client_reference_id: '', metadata: '' }
      return createPage(frame, { flow, typed, fault: null })
    }),
  },
  {
    path: '/verifications',
    needs: { scope: 'sessions:read' },
    async show(read, asked, frame) {
      const { id = '', flow = '', status = '', reference = '', since = '', until = '' } = asked.query
      const filter = { flow, status, reference, since, until }
      // A reference may say who somebody is.
      const byReference = reference !== '' && frame.may('reports:read')
      const params = {
        ...placeOf(asked),
        ...(flow !== '' && { verification_flow: flow }),
        ...(isStatus(status) && { status }),
        ...(byReference && { client_reference_id: reference }),
        created: { ...dayIn(since, 'gte', 0), ...dayIn(until, 'lt', DAY) },
      }
      const list =
        id === ''
          ? await read((call) => listSessions(call, params))
          : { has_more: false, data: [await read((call) => retrieveSession(call, id))] }
      return verificationsPage(frame, {
        sessions: list.data,
        flowNames: await read((call) => flowNames(call, list.data)),
        filter,
        paging: pagingOf(asked, list),
      })
    },
  },
  {
    path: '/verifications/:session',
    needs: { scope: 'sessions:read' },
    async show(read, { names }, frame) {
      const id = nameOf(names, 'session')
      // Who verifies may keep the report, so this asks as the API does.
      const expand = frame.may('reports:read') ? ['last_verification_report'] : []
      const session = await read((call) => retrieveSession(call, id, new Set(expand)))
      const report = session.last_verification_report
      const flow = session.verification_flow
      const rest = await read(async (call) => {
        const found = await call.tx.sessions.byId(call.livemode, session.id)
        const page = found?.remote === null ? call.verifiers.pageOf(call.livemode) : undefined
        return {
          flowName: flow === undefined ? null : ((await call.tx.flows.byId(call.livemode, flow))?.config.name ?? null),
          events: await call.tx.events.ofObject(session.id),
          outcomes: !call.livemode && page && found ? choicesOf(page.form(found)) : [],
        }
      })
      return verificationPage(frame, { session, report: typeof report === 'object' ? report : null, ...rest })
    },
  },
  {
    path: '/reports',
    needs: { scope: 'sessions:read' },
    show: atOnce(async (call, asked, frame) => reportsPage(frame, await reportOf(call, asked))),
  },
  {
    path: '/reports.csv',
    needs: { scope: 'sessions:read' },
    show: atOnce(async (call, asked, { mode }) => {
      const report = await reportOf(call, asked)
      const { from, to } = report.range
      return { file: `reports-${mode}-${dayText(from)}-${dayText(to)}.csv`, csv: reportsCsv(report) }
    }),
  },
  {
    path: '/deployments',
    needs: { scope: 'flows:read' },
    show: atOnce(async (call, asked, frame) => {
      const list = await listDeployments(call, placeOf(asked))
      return deploymentsPage(frame, { deployments: list.data, paging: pagingOf(asked, list) })
    }),
  },
  {
    path: '/deployments/:deployment',
    needs: { scope: 'flows:read' },
    show: atOnce(async (call, { names }, frame) => {
      const deployment = await retrieveDeployment(call, nameOf(names, 'deployment'))
      const definitions = deployment.changes.map(({ key, before, after }) => ({
        before: before === null ? '' : definitionOf(key, before, frame.mode),
        after: definitionOf(key, after, frame.mode),
      }))
      return deploymentPage(frame, { deployment, definitions })
    }),
  },
  {
    path: '/events',
    needs: { scope: 'events:read' },
    show: atOnce(async (call, asked, frame) => {
      const { type = '' } = asked.query
      const list = await listEvents(call, { ...placeOf(asked), ...(type !== '' && { type }) })
      return eventsPage(frame, { events: list.data, paging: pagingOf(asked, list), type })
    }),
  },
  {
    path: '/events/:event',
    needs: { scope: 'events:read' },
    show: atOnce(async (call, { names }, frame) => {
      const event = await retrieveEvent(call, nameOf(names, 'event'))
      if (!frame.may('webhooks:read')) return eventPage(frame, { event, deliveries: null, urls: new Map() })
      const deliveries = await listDeliveries(call, { event: event.id, limit: DELIVERIES_OF_EVENT })
      const endpoints = await listWebhookEndpoints(call, { limit: MOST_ENDPOINTS })
      const urls = new Map(endpoints.data.map(({ id, url }) => [id, url]))
      return eventPage(frame, { event, deliveries: deliveries.data, urls })
    }),
  },
  {
    path: '/webhooks',
    needs: { scope: 'webhooks:read' },
    show: atOnce(async (call, asked, frame) => {
      const list = await listWebhookEndpoints(call, placeOf(asked))
      return endpointsPage(frame, { endpoints: list.data, paging: pagingOf(asked, list) })
    }),
  },
  {
    path: '/webhooks/:endpoint',
    needs: { scope: 'webhooks:read' },
    show: atOnce(async (call, asked, frame) => {
      const endpoint = await retrieveWebhookEndpoint(call, nameOf(asked.names, 'endpoint'))
      const status = DELIVERY_STATUSES.find((one) => one === asked.query.status)
      const filter = { webhook_endpoint: endpoint.id, ...(status !== undefined && { status }) }
      const list = await listDeliveries(call, { ...placeOf(asked), ...filter })
      const paging = pagingOf(asked, list)
      return endpointPage(frame, { endpoint, deliveries: list.data, paging, status: status ?? '' })
    }),
  },
  {
    path: '/keys',
    needs: { scope: 'keys:admin' },
    show: atOnce(async (call, asked, frame) => {
      const list = await listKeys(call, placeOf(asked))
      return keysPage(frame, { keys: list.data, paging: pagingOf(asked, list), now: call.now })
    }),
  },
]

/** An event goes to each endpoint once. */
const DELIVERIES_OF_EVENT = 100

const DAY = 24 * 60 * 60

async function reportOf(call: ReadCall, { query: { since = '', until = '', flow = '' } }: Asked): Promise<ReportsView> {
  const last = dayNumber(until) ?? dayOf(call.now)
  const first = dayNumber(since) ?? last - REPORT_DAYS + 1
  // Days in the wrong order are a range of one day.
  const range = { from: Math.max(Math.min(first, last), last - REPORT_DAYS_LIMIT + 1), to: last }
  return { range, flow, figures: await figuresOf(call, range, flow === '' ? undefined : flow) }
}

function nameOf(names: Asked['names'], name: string): string {
  return names[name] ?? ''
}

/** Where in a list a page begins. */
function placeOf({ query: { after, before } }: Asked) {
  return {
    limit: PER_PAGE,
    ...(after !== undefined && { starting_after: after }),
    ...(before !== undefined && after === undefined && { ending_before: before }),
  }
}

/** How many flows come before the part that is asked for, in an order without cursors. */
function skipOf({ query: { skip = '' } }: Asked): number {
  return /^\d{1,6}$/.test(skip) ? Number(skip) : 0
}

function partsOf({ query, path }: Asked, skip: number, hasMore: boolean): Paging {
  const link = (place: number) => `${path}?${new URLSearchParams({ ...query, skip: `${place}` })}`
  return {
    newer: skip > 0 ? link(Math.max(0, skip - PER_PAGE)) : null,
    older: hasMore ? link(skip + PER_PAGE) : null,
    words: ['Before', 'Next'],
  }
}

function pagingOf(
  { query, path }: Asked,
  { data, has_more }: Pick<ListObject<{ readonly id: string }>, 'data' | 'has_more'>,
): Paging {
  const { after, before, ...filter } = query
  const isBackwards = before !== undefined && after === undefined
  const link = (place: Record<string, string>) => `${path}?${new URLSearchParams({ ...filter, ...place })}`
  const [first, last] = [data[0], data.at(-1)]
  const hasNewer = isBackwards ? has_more : after !== undefined
  const hasOlder = isBackwards || has_more
  return {
    newer: hasNewer && first !== undefined ? link({ before: first.id }) : null,
    older: hasOlder && last !== undefined ? link({ after: last.id }) : null,
  }
}

function isStatus(text: string): text is SessionStatus {
  return SESSION_STATUSES.some((status) => status === text)
}

/** A bound of a range by a day in UTC; none for what is not a day. */
function dayIn(text: string, bound: 'gte' | 'lt', shift: number) {
  const day = dayNumber(text)
  return day === undefined ? {} : { [bound]: day * DAY + shift }
}

/** A day in UTC, such as "2026-11-29", as the number of days since 1970. */
function dayNumber(text: string): number | undefined {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) / 1000 : Number.NaN
  return Number.isNaN(time) ? undefined : dayOf(time)
}

async function flowNames(
  { tx, livemode }: ReadCall,
  sessions: readonly { readonly verification_flow?: string | undefined }[],
): Promise<ReadonlyMap<string, string>> {
  const ids = [...new Set(sessions.flatMap(({ verification_flow: flow }) => (flow === undefined ? [] : [flow])))]
  const flows = ids.length === 0 ? [] : await tx.flows.byIdsOrKeys(livemode, ids.filter(looksLikeFlowId), [])
  return new Map(flows.map(({ id, config }) => [id, config.name]))
}

async function versionAt(call: ReadCall, flow: VerificationFlow, text: string | undefined): Promise<FlowVersion> {
  const version = /^[1-9]\d{0,8}$/.test(text ?? '') ? Number(text) : 0
  if (version < 1 || version > flow.version) throw notFound('verification_flow_version', text ?? '', 'version')
  const place = version === flow.version ? {} : { starting_after: `${flow.id}:${version + 1}` }
  const { data } = await listFlowVersions(call, flow.id, { limit: 1, ...place })
  if (data[0] === undefined) throw new ApiError(404, { message: 'There is no such version.' })
  return data[0]
}

function yamlOf(flow: VerificationFlow, mode: DashboardMode): string {
  const { name, description, type, options, return_url, static_link, metadata, stripe_flow } = flow
  const config: FlowConfig = {
    name,
    description,
    type,
    options,
    return_url,
    static_link: { active: static_link.active },
    metadata,
    protected: flow.protected,
    ...(stripe_flow !== undefined && { stripe_flow }),
  }
  return definitionOf(flow.key, config, mode)
}

function definitionOf(key: string, config: FlowConfig, mode: DashboardMode): string {
  return newDefinition(`flows/${key}.yaml`, config, { mode })
}
