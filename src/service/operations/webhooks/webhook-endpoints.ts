import { EVENT_TYPES, type ListObject, type WebhookEndpoint } from '../../../model/resources.js'
import type { WebhookEndpointRecord } from '../../../store/webhooks.js'
import { nearest } from '../../../text/nearest.js'
import { ApiError, invalid, invalidValue, missing, notFound } from '../../api-error.js'
import { API_VERSION, isApiVersion } from '../../api-version.js'
import { randomText } from '../../ids.js'
import type { ReadCall, WriteCall } from '../calls/call.js'
import { type ListParams, listObject, pageOf } from '../calls/list.js'
import { EVERY_OWN_TYPE } from '../events/events.js'
import { STRIPE_EVENT_TYPES } from '../events/stripe-event-types.js'
import { audit } from '../people/audit.js'
import { checkText, type Metadata, mergedMetadata } from '../sessions/session-params.js'

const ENDPOINT = '/v1/webhook_endpoints'
const WHAT = 'webhook_endpoint'
/** Per mode, as at Stripe. */
export const MOST_ENDPOINTS = 16
/** More than the number of Stripe's event types. */
export const MOST_EVENTS = 500
const SECRET_LENGTH = 32
/** What an endpoint may ask for. */
const KNOWN: ReadonlySet<string> = new Set(['*', EVERY_OWN_TYPE, ...EVENT_TYPES, ...STRIPE_EVENT_TYPES])

interface EndpointParams {
  readonly url?: string | undefined
  readonly enabled_events?: readonly string[] | null | undefined
  readonly description?: string | null | undefined
  /** Merged into the existing metadata; an empty value removes its key. */
  readonly metadata?: Metadata
}

export interface CreateWebhookEndpointParams extends EndpointParams {
  readonly api_version?: string | undefined
  /** Stripe's parameter for events of connected accounts, which do not exist here. */
  readonly connect?: boolean | null | undefined
}

export interface UpdateWebhookEndpointParams extends EndpointParams {
  readonly disabled?: boolean | null | undefined
}

export interface DeletedWebhookEndpoint {
  readonly id: string
  readonly object: 'webhook_endpoint'
  readonly deleted: true
}

/** Creates an endpoint. Only this answer holds its secret. */
export async function createWebhookEndpoint(
  call: WriteCall,
  { connect, ...params }: CreateWebhookEndpointParams,
): Promise<WebhookEndpoint> {
  if (params.url === undefined) throw missing('url')
  if (params.enabled_events == null) throw missing('enabled_events')
  if (connect === true) {
    throw invalidValue('connect', 'Invalid connect: there are no connected accounts here.')
  }
  const endpoint: WebhookEndpointRecord = {
    id: call.id('we'),
    livemode: call.livemode,
    url: checkedUrl(call, params.url),
    enabled_events: checkedEvents(params.enabled_events),
    status: 'enabled',
    secret: `whsec_${randomText(SECRET_LENGTH)}`,
    description: checkText(params.description, 'description'),
    metadata: mergedMetadata({}, params.metadata),
    api_version: checkedVersion(params.api_version),
    created: call.now,
  }
  // Without the lock two requests could both take the last free place.
  await call.tx.lock(`webhook_endpoints:${call.livemode ? 'live' : 'test'}`)
  if ((await call.tx.webhookEndpoints.count(call.livemode)) >= MOST_ENDPOINTS) {
    const message = `There are ${MOST_ENDPOINTS} webhook endpoints, which is the most that one mode can have. Delete one first.`
    throw new ApiError(400, { code: 'webhook_endpoint_limit', message })
  }
  await call.tx.webhookEndpoints.insert(endpoint)
  await audit(call, { action: 'webhook_endpoint.created', object: endpoint.id })
  return { ...toResource(endpoint), secret: endpoint.secret }
}

export async function retrieveWebhookEndpoint({ tx, livemode }: ReadCall, id: string): Promise<WebhookEndpoint> {
  const endpoint = await tx.webhookEndpoints.byId(livemode, id)
  if (endpoint === undefined) throw notFound(WHAT, id, 'webhook_endpoint')
  return toResource(endpoint)
}

export async function listWebhookEndpoints(
  { tx, livemode }: ReadCall,
  params: Omit<ListParams, 'created'> = {},
): Promise<ListObject<WebhookEndpoint>> {
  const page = await pageOf(params, WHAT, async (id) => (await tx.webhookEndpoints.byId(livemode, id)) !== undefined)
  return listObject(ENDPOINT, await tx.webhookEndpoints.list(livemode, page), toResource)
}

/** Pending deliveries go to the new URL with their next attempt. Disabling gives up everything that is pending. */
export async function updateWebhookEndpoint(
  call: WriteCall,
  id: string,
  { url, enabled_events, description, metadata, disabled }: UpdateWebhookEndpointParams,
): Promise<WebhookEndpoint> {
  const { tx, livemode } = call
  const endpoint = await tx.webhookEndpoints.toWrite(livemode, id)
  if (endpoint === undefined) throw notFound(WHAT, id, 'webhook_endpoint')
  if (enabled_events === null) checkedEvents([])
  const updated: WebhookEndpointRecord = {
    ...endpoint,
    ...(url !== undefined && { url: checkedUrl(call, url) }),
    ...(enabled_events != null && { enabled_events: checkedEvents(enabled_events) }),
    ...(description !== undefined && { description: checkText(description, 'description') }),
    ...(disabled != null && { status: disabled ? ('disabled' as const) : ('enabled' as const) }),
    metadata: mergedMetadata(endpoint.metadata, metadata),
  }
  await tx.webhookEndpoints.update(updated)
  if (updated.status === 'disabled') await tx.deliveries.cancelOf(id)
  const detail = disabled == null ? null : updated.status
  await audit(call, { action: 'webhook_endpoint.updated', object: id, detail })
  return toResource(updated)
}

/** Deletes an endpoint and every stored answer that holds its secret. Its deliveries stay for the record. */
export async function deleteWebhookEndpoint(call: WriteCall, id: string): Promise<DeletedWebhookEndpoint> {
  const { tx, livemode } = call
  const endpoint = await tx.webhookEndpoints.toWrite(livemode, id)
  if (endpoint === undefined) throw notFound(WHAT, id, 'webhook_endpoint')
  await tx.deliveries.cancelOf(id)
  await tx.idempotency.forgetAbout(id)
  await tx.webhookEndpoints.delete(id)
  await audit(call, { action: 'webhook_endpoint.deleted', object: id })
  return { id, object: 'webhook_endpoint', deleted: true }
}

function checkedUrl({ webhookTargets }: WriteCall, url: string): string {
  const fault = webhookTargets.fault(url)
  if (fault !== undefined) throw invalid('url_invalid', 'url', `Invalid URL: it ${fault}.`)
  return url
}

/**
 * Accepts the types of this service, and all that Stripe has, even those never sent here: an application written for
 * Stripe may name them. Any other type is a typing error, and would wait for ever.
 */
function checkedEvents(events: readonly string[]): readonly string[] {
  if (events.length === 0) {
    throw invalid('parameter_invalid_empty', 'enabled_events', 'enabled_events must name at least one type, or *.')
  }
  if (events.length > MOST_EVENTS) {
    throw invalidValue('enabled_events', `Invalid enabled_events: at most ${MOST_EVENTS}.`)
  }
  for (const [index, type] of events.entries()) {
    if (KNOWN.has(type)) continue
    const shown = type.slice(0, 100)
    const near = nearest(shown, [...EVENT_TYPES, EVERY_OWN_TYPE]) ?? nearest(shown, [...STRIPE_EVENT_TYPES])
    const advice =
      near === undefined
        ? 'name types, such as identity.verification_session.verified, or * for all'
        : `did you mean ${near}?`
    const param = `enabled_events[${index}]`
    throw invalidValue(param, `Invalid ${param}: ${shown} is not a type of event: ${advice}`)
  }
  return [...new Set(events)]
}

function checkedVersion(version: string | undefined): string | null {
  if (version === undefined) return null
  if (isApiVersion(version)) return version
  throw invalidValue('api_version', `Invalid api_version: write it as ${API_VERSION}.`)
}

function toResource(endpoint: WebhookEndpointRecord): WebhookEndpoint {
  return {
    id: endpoint.id,
    object: 'webhook_endpoint',
    api_version: endpoint.api_version,
    application: null,
    created: endpoint.created,
    description: endpoint.description,
    enabled_events: endpoint.enabled_events,
    livemode: endpoint.livemode,
    metadata: endpoint.metadata,
    status: endpoint.status,
    url: endpoint.url,
  }
}
