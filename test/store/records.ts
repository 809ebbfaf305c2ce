import type { DeployedEdit, Deployment } from '../../src/model/schema-types.js'
import type { EventRecord } from '../../src/store/events.js'
import type { FlowRecord, FlowVersionRecord } from '../../src/store/flows.js'
import type { ApiKeyRecord } from '../../src/store/keys.js'
import type { ReviewRecord } from '../../src/store/people/reviews.js'
import type { ReportRecord } from '../../src/store/reports.js'
import type { SessionRecord } from '../../src/store/sessions.js'
import type { DeliveryRecord, WebhookEndpointRecord } from '../../src/store/webhooks.js'
import type { WorkRecord } from '../../src/store/work.js'
import { aConfig } from '../helpers/builders.js'

const NOW = 1_790_000_000

export function aFlowRecord(id: string, more: Partial<FlowRecord> = {}): FlowRecord {
  return {
    id,
    livemode: false,
    key: `key-${id}`,
    project: null,
    status: 'active',
    version: 1,
    config: aConfig(),
    applied: null,
    applied_status: null,
    applied_key: null,
    link_token: `token-${id}`,
    created: NOW,
    updated: NOW,
    updated_by: 'ci',
    ...more,
  }
}

export function itsVersion(flow: FlowRecord, more: Partial<FlowVersionRecord> = {}): FlowVersionRecord {
  return {
    flow: flow.id,
    version: flow.version,
    action: 'create',
    key: flow.key,
    project: flow.project,
    status: flow.status,
    config: flow.config,
    actor: 'ci',
    deployment: null,
    created: NOW,
    ...more,
  }
}

export function aSession(id: string, more: Partial<SessionRecord> = {}): SessionRecord {
  return {
    id,
    livemode: false,
    flow: null,
    flow_version: null,
    type: 'document',
    status: 'requires_input',
    options: {},
    metadata: {},
    client_reference_id: null,
    provided_details: null,
    related_customer: null,
    related_customer_account: null,
    given: {},
    return_url: null,
    last_error: null,
    last_report: null,
    verified_outputs: null,
    verified_at: null,
    started: null,
    submitted: null,
    country: null,
    redaction: null,
    attempt: 0,
    outcome: null,
    picked: null,
    due: null,
    remote: null,
    link_visitor: null,
    created: NOW,
    ...more,
  }
}

export function aReview(id: string, more: Partial<ReviewRecord> = {}): ReviewRecord {
  return {
    id,
    livemode: false,
    session: 's',
    before: 'requires_input',
    after: 'verified',
    reason: 'looked at the photos',
    actor: 'anna',
    created: NOW,
    ...more,
  }
}

export function anApiKey(id: string, more: Partial<ApiKeyRecord> = {}): ApiKeyRecord {
  return {
    id,
    livemode: false,
    name: 'ci',
    hash: `hash-${id}`,
    tail: 'abcd',
    scopes: null,
    created: NOW,
    created_by: null,
    expires: null,
    last_used: null,
    revoked: null,
    revoked_by: null,
    project: null,
    flows: null,
    addresses: null,
    origin: null,
    ...more,
  }
}

export function anEvent(id: string, more: Partial<EventRecord> = {}): EventRecord {
  return {
    id,
    livemode: false,
    type: 'identity.verification_session.created',
    object: 'vs_1',
    data: { id: 'vs_1', metadata: { order: '1' } },
    request: { id: 'req_1', idempotency_key: null },
    created: NOW,
    ...more,
  }
}

export function anEndpoint(id: string, more: Partial<WebhookEndpointRecord> = {}): WebhookEndpointRecord {
  return {
    id,
    livemode: false,
    url: 'https://example.com/webhooks',
    enabled_events: ['*'],
    status: 'enabled',
    secret: `whsec_${id}`,
    description: null,
    metadata: {},
    api_version: null,
    created: NOW,
    ...more,
  }
}

export function aDelivery(id: string, more: Partial<DeliveryRecord> = {}): DeliveryRecord {
  return {
    id,
    livemode: false,
    event: `evt-${id}`,
    object: `object-${id}`,
    endpoint: 'we_1',
    status: 'pending',
    attempts: 0,
    next_attempt: NOW,
    leased_until: null,
    created: NOW,
    ...more,
  }
}

export function aWork(id: string, more: Partial<WorkRecord> = {}): WorkRecord {
  return {
    id,
    kind: 'session.open',
    name: `change:${id}`,
    livemode: false,
    lane: 'remote:test',
    object: 'vs_1',
    payload: null,
    attempts: 0,
    next_attempt: NOW,
    leased_until: null,
    created: NOW,
    ...more,
  }
}

export function aReport(id: string, session: string, more: Partial<ReportRecord> = {}): ReportRecord {
  return {
    id,
    livemode: false,
    session,
    flow: null,
    type: 'document',
    client_reference_id: null,
    options: {},
    checks: {},
    created: NOW,
    ...more,
  }
}

/** A field that a person has to edit at Stripe. */
export function anEdit(flow: string, more: Partial<DeployedEdit> = {}): DeployedEdit {
  return {
    id: flow,
    key: `key-${flow}`,
    stripe_flow: 'vf_1Far7',
    path: '/options/phone/require_verification',
    observed: false,
    defined: true,
    session: 'vs_1',
    seen: NOW,
    status: 'open',
    made_in: null,
    made: null,
    superseded_by: null,
    ...more,
  }
}

/** That of one change, which created a flow. */
export function aDeployment(
  id: string,
  { flow, ...more }: Partial<Deployment> & { readonly flow: string },
): Deployment {
  return {
    id,
    object: 'identity.flow_deployment',
    livemode: false,
    project: 'p',
    plan_digest: `plan-${id}`,
    approved_digest: `approved-${id}`,
    run_id: 'run',
    actor: 'ci',
    source: null,
    allowed: [],
    changes: [
      {
        action: 'create',
        key: `key-${flow}`,
        previous_key: null,
        id: flow,
        base_version: null,
        version: 1,
        before: null,
        after: aConfig(),
        diff_digest: 'digest',
      },
    ],
    created: NOW,
    ...more,
  }
}
