import type { FlowVersion } from '../../../../model/resources.js'
import { dayOf } from '../../../../store/counts/session-counts.js'
import { ApiError, invalid } from '../../../api-error.js'
import { flowPage } from '../../../dashboard/flows/flow-page.js'
import { FLOW_STATUSES, flowsPage, sortOf } from '../../../dashboard/flows/flows-page.js'
import { versionsPage } from '../../../dashboard/flows/versions-page.js'
import { createPage } from '../../../dashboard/verifications/create-page.js'
import { usageByDay, usageOf } from '../../../operations/figures/figures.js'
import { driftedAmong } from '../../../operations/flows/drifted-flows.js'
import { flowsInOrder } from '../../../operations/flows/flow-order.js'
import { listFlowVersions } from '../../../operations/flows/flow-versions.js'
import { listFlows, retrieveFlow, type StaticLinkParams, updateStaticLink } from '../../../operations/flows/flows.js'
import { createSession, listSessions } from '../../../operations/sessions/sessions.js'
import { qrCode } from '../qr-code.js'
import { definitionOf, yamlOf } from '../rows/definition-text.js'
import { choiceAsked, filterIn, NONE, narrowed } from '../rows/filters.js'
import { type FormRow, type Notice, text } from '../rows/form-row.js'
import { atOnce, nameOf, type PageRow } from '../rows/page-row.js'
import { PER_PAGE, pagingOf, partsOf, placeOf, skipOf } from '../rows/paging.js'
import { sessionFilterIn, sessionParams } from '../rows/session-filter.js'
import { versionAt, versionIn } from '../rows/version-at.js'

const NEWEST = 10
/** Days of the chart of a flow, and the most versions marked in it. */
const USE_DAYS = 90
const MARKS = 100

export const FLOWS_PAGES: readonly PageRow[] = [
  {
    path: '/flows',
    needs: { scope: 'flows:read' },
    show: atOnce(async (call, asked, frame) => {
      const { search, project, status } = filterIn(asked, 'search', 'project', 'status')
      const sort = sortOf(asked.query.sort)
      const { choice = 'active', faults } = choiceAsked(status, FLOW_STATUSES, 'a status of flows')
      const filter = { search, project, status: choice, sort }
      const params = {
        status: filter.status,
        ...(project !== '' && { project }),
        ...(search !== '' && { key_contains: search }),
      }
      const skip = skipOf(asked)
      const { list } = await narrowed(
        faults,
        {},
        {
          list: () =>
            sort === 'newest'
              ? listFlows(call, { ...placeOf(asked), ...params })
              : flowsInOrder(call, params, { order: sort, skip, limit: PER_PAGE }),
          empty: NONE,
        },
      )
      const paging = sort === 'newest' ? pagingOf(asked, list) : partsOf(asked, skip, list.has_more)
      const ids = list.data.map(({ id }) => id)
      const records = await call.tx.flows.byIdsOrKeys(call.livemode, ids, [])
      const drifted = await driftedAmong(call, records)
      return flowsPage(frame, { flows: list.data, filter, faults, paging, usage: await usageOf(call, ids), drifted })
    }),
  },
  {
    path: '/flows/:flow',
    needs: { scope: 'flows:read' },
    show: atOnce(async (call, asked, frame) => {
      const flow = await retrieveFlow(call, nameOf(asked.names, 'flow'))
      const versions = await listFlowVersions(call, flow.id, { limit: MARKS })
      const range = { from: dayOf(call.now) - USE_DAYS + 1, to: dayOf(call.now) }
      const filter = sessionFilterIn(asked)
      const { params, faults } = sessionParams(filter)
      const { list: sessions } = await narrowed(
        faults,
        {},
        {
          list: () => listSessions(call, { ...params, verification_flow: flow.id, limit: NEWEST }),
          empty: NONE,
        },
      )
      const records = await call.tx.flows.byIdsOrKeys(call.livemode, [flow.id], [])
      const code = flow.static_link.active ? qrCode(flow.static_link.url) : null
      return flowPage(frame, {
        flow,
        yaml: yamlOf(flow, frame.mode),
        versions: versions.data.slice(0, NEWEST),
        marked: versions.data,
        usage: { range, days: await usageByDay(call, flow.id, range) },
        sessions: sessions.data,
        filter,
        faults,
        isDrifted: (await driftedAmong(call, records)).has(flow.id),
        qrCode: code,
      })
    }),
  },
  {
    path: '/flows/:flow/versions',
    needs: { scope: 'flows:read' },
    show: atOnce(async (call, { names, query }, frame) => {
      const flow = await retrieveFlow(call, nameOf(names, 'flow'))
      const [from, to] = [
        await versionAt(call, flow, versionIn(query.from) ?? 0),
        await versionAt(call, flow, versionIn(query.to) ?? 0),
      ]
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
]

/** What the form of the static link does, by name, and what is said afterwards. */
const LINK_CHANGES: ReadonlyMap<string, { readonly params: StaticLinkParams; readonly notice: Notice }> = new Map([
  ['activate', { params: { active: true }, notice: 'link_activated' }],
  ['deactivate', { params: { active: false }, notice: 'link_deactivated' }],
  ['rotate', { params: { rotate: true }, notice: 'link_rotated' }],
])

export const FLOWS_FORMS: readonly FormRow[] = [
  {
    path: '/flows/:flow/link',
    needs: { scope: 'flows:write' },
    async act(write, { flow = '' }, fields) {
      const version = Number(text(fields.version))
      if (!Number.isSafeInteger(version)) throw invalid('parameter_invalid_integer', 'version', 'It is not a version.')
      const change = LINK_CHANGES.get(text(fields.do))
      if (change === undefined) throw new ApiError(400, { message: 'The form does not say what to do.' })
      const { key } = await write((call) =>
        updateStaticLink(call, flow, { ...change.params, expected_version: version }),
      )
      return { to: ['flows', key], notice: change.notice }
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
]

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
