import { sha256 } from '../../src/model/canonical.js'
import { emailDigest } from '../../src/model/email-address.js'
import type { DeploymentFilter } from '../../src/store/deployments.js'
import type { EventFilter } from '../../src/store/events.js'
import type { FlowFilter } from '../../src/store/flows.js'
import type { ApiKeyFilter, EphemeralKeyRecord } from '../../src/store/keys.js'
import type { Page } from '../../src/store/page.js'
import type { AuditFilter, AuditRecord } from '../../src/store/people/audit-log.js'
import type { ReportFilter } from '../../src/store/reports.js'
import type { SessionFilter } from '../../src/store/sessions.js'
import type { WriteTransaction } from '../../src/store/store.js'
import type { DeliveryFilter } from '../../src/store/webhooks.js'
import {
  aDelivery,
  aDeployment,
  aFlowRecord,
  anApiKey,
  anEdit,
  anEndpoint,
  anEvent,
  aReport,
  aReview,
  aSession,
  aWork,
  itsVersion,
} from './records.js'

export type Call = (tx: WriteTransaction) => Promise<unknown>

/** The compiler asks for a call of whatever is added to the port. */
type CallsOf<Part> = Part extends (...args: never) => unknown
  ? Call
  : { readonly [Name in keyof Part]: Call | readonly Call[] }
type EveryCall = { readonly [Name in keyof WriteTransaction]: CallsOf<WriteTransaction[Name]> }

const CREATED = { gte: 1_790_000_100, lt: 1_790_000_900 }
const NOW = 1_790_000_500
const DAYS = { from: 20_000, to: 30_000 }
/** Some keys end then. */
const SOON = { after: NOW, before: NOW + 100 }

const WITHIN = { project: 'p', keys: ['key-f7', 'key-*'] }

const FLOW_FILTER: Required<FlowFilter> = {
  key: 'key-f7',
  project: 'p',
  status: 'active',
  created: CREATED,
  within: WITHIN,
}
const DEPLOYMENT_FILTER: Required<DeploymentFilter> = { project: 'p', approved_digest: 'approved-d7', created: CREATED }
const SESSION_FILTER: Required<Omit<SessionFilter, 'flow_version'>> = {
  flow: 'f7',
  reference_digest: sha256('reference-7'),
  email_digest: emailDigest('Person-7@example.com'),
  country: 'C7',
  related_customer: 'cus_7',
  related_customer_account: 'acct_7',
  status: 'canceled',
  created: CREATED,
  within: WITHIN,
}
/** With a flow and a version. */
const VERSION_FILTER: Pick<typeof SESSION_FILTER, 'status' | 'created' | 'within'> = {
  status: 'canceled',
  created: CREATED,
  within: WITHIN,
}
const REPORT_FILTER: Required<ReportFilter> = {
  session: 's0007',
  client_reference_id: 'reference-7',
  type: 'document',
  created: CREATED,
  within: WITHIN,
}
const EVENT_FILTER: Required<EventFilter> = {
  types: ['identity.verification_session.verified', 'identity.verification_session.canceled'],
  delivery_success: false,
  created: CREATED,
}
const DELIVERY_FILTER: Required<DeliveryFilter> = {
  event: 'e0007',
  endpoint: 'we_1',
  status: 'failed',
  created: CREATED,
}
const AUDIT_FILTER: Required<AuditFilter> = {
  actor: 'oidc:7',
  action: 'session.2',
  object: 's7',
  created: CREATED,
}
const KEY_FILTER: Required<ApiKeyFilter> = { created: CREATED }

/** A list with every set of its filters, from its beginning and from a cursor in either direction. */
function everyList<Filter extends object>(
  filter: Filter,
  cursor: string,
  list: (tx: WriteTransaction, filter: Partial<Filter>, page: Page) => Promise<unknown>,
): readonly Call[] {
  const names = Object.keys(filter) as (keyof Filter)[]
  const pages: readonly Page[] = [
    { limit: 10 },
    { limit: 10, starting_after: cursor },
    { limit: 10, ending_before: cursor },
  ]
  return Array.from({ length: 2 ** names.length }, (_, set) => {
    const some: Partial<Filter> = {}
    for (const [place, name] of names.entries()) if ((set & (1 << place)) !== 0) some[name] = filter[name]
    return some
  }).flatMap((some) =>
    pages.map(
      (page): Call =>
        (tx) =>
          list(tx, some, page),
    ),
  )
}

export const EVERY_CALL: EveryCall = {
  lock: (tx) => tx.lock('name'),
  tryLock: (tx) => tx.tryLock('name'),
  state: {
    tag: (tx) => tx.state.tag(false),
    signingSecret: (tx) => tx.state.signingSecret(),
    lock: (tx) => tx.state.lock(false),
    advance: (tx) => tx.state.advance(false),
  },
  flows: {
    drifted: (tx) => tx.flows.drifted(false, 20),
    byId: (tx) => tx.flows.byId(false, 'f7'),
    byLinkToken: (tx) => tx.flows.byLinkToken('token-f7'),
    byKey: (tx) => tx.flows.byKey(false, 'key-f7'),
    byIdsOrKeys: (tx) => tx.flows.byIdsOrKeys(false, ['f7', 'f8'], ['key-f9', 'key-f10']),
    boundTo: (tx) => tx.flows.boundTo(false, ['vf_1Seven', 'vf_1Eight']),
    sightings: (tx) => tx.flows.sightings(false),
    keepSighting: (tx) =>
      tx.flows.keepSighting({ livemode: false, stripe_flow: 'vf_1Seven', options: {}, session: 'vs_1', created: NOW }),
    all: (tx) => tx.flows.all(false),
    list: everyList(FLOW_FILTER, 'f700', (tx, filter, page) => tx.flows.list(false, filter, page)),
    listByKey: everyList(FLOW_FILTER, 'key-f700', (tx, filter, page) => tx.flows.listByKey(false, filter, page)),
    inOrder: [
      (tx) => tx.flows.inOrder(false, {}, { skip: 0, limit: 26 }),
      (tx) =>
        tx.flows.inOrder(
          false,
          { project: 'p', status: 'active', within: WITHIN },
          { mostUsedOf: DAYS, skip: 25, limit: 26 },
        ),
    ],
    lastDeployed: (tx) => tx.flows.lastDeployed('f7'),
    versions: [
      (tx) => tx.flows.versions('f7', { limit: 10 }),
      (tx) => tx.flows.versions('f7', { limit: 10, starting_after: 1 }),
      (tx) => tx.flows.versions('f7', { limit: 10, ending_before: 1 }),
    ],
    save: (tx) => {
      const flow = aFlowRecord('f7', { key: 'moved', version: 2 })
      return tx.flows.save([flow], [itsVersion(flow)])
    },
  },
  deployments: {
    byId: (tx) => tx.deployments.byId(false, 'd7'),
    summary: (tx) => tx.deployments.summary(false, 'd7'),
    changes: (tx) => tx.deployments.changes('d7', { skip: 0, limit: 25 }),
    byDigest: (tx) => tx.deployments.byDigest(false, 'p', ['plan-d7', 'approved-d7']),
    last: (tx) => tx.deployments.last(false, 'p'),
    flowsAfter: (tx) => tx.deployments.flowsAfter(false, 'd700'),
    list: everyList(DEPLOYMENT_FILTER, 'd700', (tx, filter, page) => tx.deployments.list(false, filter, page)),
    edits: (tx) => tx.deployments.edits('d7'),
    openEdits: (tx) => tx.deployments.openEdits(false, 'vf_1Far7'),
    insert: (tx) => tx.deployments.insert(aDeployment('new', { flow: 'f7', edits: [anEdit('f7')] })),
    took: (tx) => tx.deployments.took('d7', 240),
    editMade: (tx) => tx.deployments.editMade(false, 'vf_1Far7', anEdit('f7'), { session: 'vs_2', created: NOW }),
    editSuperseded: (tx) => tx.deployments.editSuperseded(false, 'vf_1Far7', anEdit('f7'), 'd8'),
  },
  sessions: {
    byId: (tx) => tx.sessions.byId(false, 's0007'),
    untouchedOf: (tx) => tx.sessions.untouchedOf(false, 'visitor-7', NOW),
    atVerifier: (tx) => tx.sessions.atVerifier('remote', 'remote-7'),
    hasDue: (tx) => tx.sessions.hasDue(NOW),
    claimDue: (tx) => tx.sessions.claimDue({ now: NOW, leaseUntil: NOW + 30, limit: 100 }),
    list: [
      ...everyList(SESSION_FILTER, 's0700', (tx, filter, page) => tx.sessions.list(false, filter, page)),
      ...everyList(VERSION_FILTER, 's0700', (tx, filter, page) =>
        tx.sessions.list(false, { flow: 'f7', flow_version: 2, ...filter }, page),
      ),
    ],
    insert: (tx) => tx.sessions.insert(aSession('new')),
    toWrite: (tx) => tx.sessions.toWrite(false, 's0007'),
    update: (tx) => tx.sessions.update(aSession('s0007')),
  },
  sessionCounts: {
    by: [
      (tx) => tx.sessionCounts.by('day', false, { days: DAYS }),
      (tx) => tx.sessionCounts.by('day', false, { days: DAYS, flow: 'f7' }),
      (tx) => tx.sessionCounts.by('flow_version', false, { days: DAYS, flow: 'f7' }),
      (tx) => tx.sessionCounts.by('error_code', false, { days: DAYS }),
    ],
    ofFlows: (tx) => tx.sessionCounts.ofFlows(false, ['f7', 'f8'], DAYS),
    everyFlow: (tx) => tx.sessionCounts.everyFlow(false, DAYS),
    mostUsed: (tx) => tx.sessionCounts.mostUsed(false, DAYS, 50),
    gather: (tx) => tx.sessionCounts.gather(),
  },
  reports: {
    byId: (tx) => tx.reports.byId(false, 'r0007'),
    byIds: (tx) => tx.reports.byIds(false, ['r0007', 'r0008']),
    list: everyList(REPORT_FILTER, 'r0700', (tx, filter, page) => tx.reports.list(false, filter, page)),
    insert: (tx) => tx.reports.insert(aReport('new', 's0007')),
    ofSession: (tx) => tx.reports.ofSession('s0007'),
    update: (tx) => tx.reports.update({ id: 'r0007', checks: {} }),
  },
  events: {
    byId: (tx) => tx.events.byId(false, 'e0007'),
    list: [
      ...everyList(EVENT_FILTER, 'e0700', (tx, filter, page) => tx.events.list(false, filter, page)),
      (tx) => tx.events.list(false, { delivery_success: true }, { limit: 10 }),
    ],
    pendingWebhooks: (tx) => tx.events.pendingWebhooks(['e0007', 'e0008']),
    insert: (tx) => tx.events.insert(anEvent('new')),
    newestOf: (tx) => tx.events.newestOf('s0007'),
    ofObject: (tx) => tx.events.ofObject('s0007'),
    update: (tx) => tx.events.update({ id: 'e0007', data: {} }),
    forget: (tx) => tx.events.forget(NOW, 20),
  },
  webhookEndpoints: {
    byId: (tx) => tx.webhookEndpoints.byId(false, 'we_1'),
    list: everyList({}, 'we_1', (tx, _, page) => tx.webhookEndpoints.list(false, page)),
    count: (tx) => tx.webhookEndpoints.count(false),
    enabled: (tx) => tx.webhookEndpoints.enabled(false),
    insert: (tx) => tx.webhookEndpoints.insert(anEndpoint('new')),
    toWrite: (tx) => tx.webhookEndpoints.toWrite(false, 'we_1'),
    update: (tx) => tx.webhookEndpoints.update(anEndpoint('we_1')),
    delete: (tx) => tx.webhookEndpoints.delete('we_1'),
  },
  deliveries: {
    byId: (tx) => tx.deliveries.byId(false, 'w0007'),
    list: everyList(DELIVERY_FILTER, 'w0700', (tx, filter, page) => tx.deliveries.list(false, filter, page)),
    hasDue: [
      (tx) => tx.deliveries.hasDue({ now: NOW, except: [] }),
      (tx) => tx.deliveries.hasDue({ now: NOW, except: ['we_2'] }),
    ],
    attempts: (tx) => tx.deliveries.attempts(['w0007', 'w0008']),
    insert: (tx) => tx.deliveries.insert([aDelivery('new')]),
    insertFirst: (tx) => tx.deliveries.insertFirst([aDelivery('new')]),
    claim: (tx) =>
      tx.deliveries.claim({ now: NOW, patience: 3, except: ['we_2'], leaseUntil: NOW + 30, limit: 8, roomOf: () => 8 }),
    settle: (tx) =>
      tx.deliveries.settle(
        { delivery: 'w0007', number: 1, duration: 5, response_status: 200, error: null },
        { status: 'succeeded', next_attempt: null },
      ),
    resend: (tx) => tx.deliveries.resend('w0007', NOW),
    cancelOf: (tx) => tx.deliveries.cancelOf('we_1'),
  },
  apiKeys: {
    byId: (tx) => tx.apiKeys.byId('k0007'),
    byHash: (tx) => tx.apiKeys.byHash('hash-k0007'),
    list: everyList(KEY_FILTER, 'k0700', (tx, filter, page) => tx.apiKeys.list(false, filter, page)),
    toWrite: (tx) => tx.apiKeys.toWrite('k0007'),
    insert: (tx) => tx.apiKeys.insert(anApiKey('new')),
    revoke: (tx) => tx.apiKeys.revoke('k0007', NOW, 'me'),
    touch: (tx) => tx.apiKeys.touch(['k0007', 'k0008'], NOW),
    hasEnding: (tx) => tx.apiKeys.hasEnding(SOON),
    takeEnding: (tx) => tx.apiKeys.takeEnding(SOON, 20),
  },
  ephemeralKeys: {
    byHash: (tx) => tx.ephemeralKeys.byHash('hash-ek7'),
    insert: (tx) => tx.ephemeralKeys.insert(anEphemeralKey('new')),
    delete: (tx) => tx.ephemeralKeys.delete(false, 'ek7'),
    forget: (tx) => tx.ephemeralKeys.forget(NOW, 20),
  },
  reviews: {
    ofSession: (tx) => tx.reviews.ofSession('s0007'),
    insert: (tx) => tx.reviews.insert(aReview('new')),
    erase: (tx) => tx.reviews.erase('s0007', ''),
  },
  signIns: {
    byHash: (tx) => tx.signIns.byHash('hash-s7'),
    insertLink: (tx) => tx.signIns.insertLink(aSignInLink('new')),
    takeLink: (tx) => tx.signIns.takeLink('hash-l7'),
    insert: (tx) => tx.signIns.insert(aSignIn('new')),
    current: [
      (tx) => tx.signIns.current({ now: NOW, seenSince: NOW }, undefined, 20),
      (tx) => tx.signIns.current({ now: NOW, seenSince: NOW }, 'local:anna', 20),
    ],
    deleteOf: (tx) => tx.signIns.deleteOf('local:anna'),
    touch: (tx) => tx.signIns.touch('hash-s7', NOW),
    delete: (tx) => tx.signIns.delete('hash-s7'),
    forget: (tx) => tx.signIns.forget(NOW, NOW),
  },
  auditLog: {
    has: (tx) => tx.auditLog.has('a0007'),
    list: everyList(AUDIT_FILTER, 'a0500', (tx, filter, page) => tx.auditLog.list(filter, page)),
    insert: (tx) => tx.auditLog.insert(anAuditRecord('new')),
    forget: (tx) => tx.auditLog.forget(NOW, 20),
  },
  idempotency: {
    find: (tx) => tx.idempotency.find(false, 'key-7'),
    insert: (tx) =>
      tx.idempotency.insert({
        livemode: false,
        key: 'new',
        api_key: null,
        request: null,
        fingerprint: 'fingerprint',
        resource: 's0007',
        status: 200,
        body: '{}',
        created: NOW,
      }),
    forget: [(tx) => tx.idempotency.forget(NOW), (tx) => tx.idempotency.forget(NOW, 'we_')],
    settle: (tx) => tx.idempotency.settle({ livemode: false, key: 'key-7', status: 200, body: '{}' }),
    forgetStatus: (tx) => tx.idempotency.forgetStatus('s0007', 409),
    forgetAbout: (tx) => tx.idempotency.forgetAbout('s0007'),
    rewrite: (tx) => tx.idempotency.rewrite('s0007', '{}'),
    rename: (tx) => tx.idempotency.rename('s0007', 'other'),
  },
  work: {
    named: (tx) => tx.work.named('change:s0007'),
    hasDue: (tx) => tx.work.hasDue(NOW, ['remote:test', 'remote:live']),
    insert: [(tx) => tx.work.insert(aWork('new')), (tx) => tx.work.insert(aWork('new', { name: 'change:s0007' }))],
    schedule: [
      (tx) => tx.work.schedule(aWork('new')),
      (tx) => tx.work.schedule(aWork('new', { name: 'change:s0007' })),
    ],
    claim: (tx) =>
      tx.work.claim({
        now: NOW,
        leaseUntil: NOW + 60,
        limit: 8,
        roomOf: () => 8,
        lanes: ['remote:test', 'remote:live'],
      }),
    take: (tx) => tx.work.take('wrk-s0007', { now: NOW, leaseUntil: NOW + 60 }),
    forget: (tx) => tx.work.forget({ kind: 'session.update', names: 'change:', before: NOW, now: NOW }),
    finish: [
      (tx) => tx.work.finish({ id: 'wrk-s0007', next_attempt: NOW }),
      (tx) => tx.work.finish({ id: 'wrk-s0007', next_attempt: 0 }),
    ],
    postpone: (tx) => tx.work.postpone({ id: 'wrk-s0007', attempts: 0 }, NOW + 10),
  },
  contents: {
    batches: async (tx) => {
      for await (const _ of tx.contents.batches());
    },
    replace: (tx) => tx.contents.replace((async function* () {})()),
    isEmpty: (tx) => tx.contents.isEmpty(),
  },
}

const A_REMOTE = {
  verifier: 'remote',
  url: null,
  client_secret: null,
  expires: null,
  attempt: null,
  flow: null,
  seen: null,
  answers: 0,
}
const TYPES = ['created', 'processing', 'verified', 'requires_input', 'canceled', 'redacted']

const aPerson = { person: 'local:anna', name: 'anna', role: 'admin' }

function aSignInLink(id: string, at = NOW) {
  return { ...aPerson, hash: `hash-l${id}`, created: at, expires: at + 30 }
}

function aSignIn(id: string, at = NOW) {
  const times = { created: at, seen: at, expires: at + 60, authenticated: at }
  return { ...aPerson, ...times, hash: `hash-s${id}`, method: 'link', address: '192.0.2.1', agent: null } as const
}

function anAuditRecord(id: string, n = 7, created = NOW): AuditRecord {
  const who = { actor: `oidc:${n % 20}`, actor_name: 'anna', sign_in: null, address: null, agent: null, request: null }
  const what = { action: `session.${n % 5}`, object: `s${n % 50}`, detail: null }
  return { id, created, livemode: n % 3 === 0 ? null : n % 2 === 0, ...who, ...what }
}

function anEphemeralKey(id: string, more: Partial<EphemeralKeyRecord> = {}): EphemeralKeyRecord {
  return {
    id,
    livemode: false,
    hash: `hash-${id}`,
    tail: 'abcd',
    session: 's0007',
    api_key: null,
    created: NOW,
    expires: NOW,
    ...more,
  }
}

/** Rows of every table that grows: of two modes, of values that few have and that many have. */
export async function fill(tx: WriteTransaction, rows: number): Promise<void> {
  const created = (n: number) => 1_790_000_000 + n
  const padded = (n: number) => String(n).padStart(4, '0')
  const flows = Array.from({ length: rows }, (_, n) =>
    aFlowRecord(`f${n}`, {
      livemode: n % 7 === 0,
      project: n % 3 === 0 ? null : 'p',
      status: n % 4 === 0 ? 'active' : 'archived',
      created: created(n),
    }),
  )
  await tx.flows.save(
    flows,
    flows.map((flow) => itsVersion(flow)),
  )
  await tx.webhookEndpoints.insert(anEndpoint('we_1'))
  for (let n = 0; n < rows; n += 1) {
    const livemode = n % 7 === 0
    const common = { livemode, created: created(n) }
    const reference = n % 2 === 0 ? null : `reference-${n}`
    await tx.sessions.insert(
      aSession(`s${padded(n)}`, {
        ...common,
        flow: `f${n % 20}`,
        flow_version: 1 + (n % 3),
        status: n % 50 === 0 ? 'canceled' : 'verified',
        client_reference_id: reference,
        related_customer: n % 10 === 0 ? `cus_${n}` : null,
        related_customer_account: n % 10 === 1 ? `acct_${n}` : null,
        link_visitor: n % 30 === 0 ? `visitor-${n}` : null,
        due: n % 40 === 0 ? created(n) : null,
        remote: n % 10 === 3 ? { ...A_REMOTE, id: `remote-${n}` } : null,
      }),
    )
    await tx.reports.insert(
      aReport(`r${padded(n)}`, `s${padded(n)}`, {
        ...common,
        type: n % 4 === 0 ? 'document' : 'id_number',
        client_reference_id: reference,
      }),
    )
    const type = `identity.verification_session.${TYPES[n % TYPES.length]}`
    await tx.events.insert(anEvent(`e${padded(n)}`, { ...common, type, object: `s${padded(n)}` }))
    const status = n % 20 === 0 ? 'pending' : n % 20 === 1 ? 'failed' : 'succeeded'
    const delivery = aDelivery(`w${padded(n)}`, { ...common, status, event: `e${padded(n)}`, endpoint: `we_${n % 30}` })
    await tx.deliveries.insert([delivery])
    const lane = ['remote:test', 'remote:live', 'other:test'][n % 3] ?? ''
    await tx.work.insert(aWork(`wrk-s${padded(n)}`, { ...common, lane, name: `change:s${padded(n)}` }))
    await tx.ephemeralKeys.insert(anEphemeralKey(`ek${n}`, { livemode, expires: created(n) }))
    await tx.reviews.insert(aReview(`v${padded(n)}`, { ...common, session: `s${padded(n)}` }))
    await tx.signIns.insertLink(aSignInLink(`${n}`, created(n)))
    await tx.signIns.insert(aSignIn(`${n}`, created(n)))
    await tx.auditLog.insert(anAuditRecord(`a${padded(n)}`, n, created(n)))
    await tx.apiKeys.insert(anApiKey(`k${padded(n)}`, { ...common, expires: n % 3 === 0 ? created(n) : null }))
    const edits = [anEdit(`f${n % 20}`, { stripe_flow: `vf_1Far${n % 20}` })]
    await tx.deployments.insert(aDeployment(`d${n}`, { ...common, flow: `f${n % 20}`, edits }))
    await tx.idempotency.insert({
      livemode,
      key: `key-${n}`,
      api_key: null,
      request: null,
      fingerprint: 'fingerprint',
      resource: `s${padded(n)}`,
      status: 200,
      body: '{}',
      created: created(n),
    })
  }
  const now = created(rows)
  await tx.deliveries.claim({ now, patience: 3, except: [], leaseUntil: now, limit: rows, roomOf: () => rows })
}
