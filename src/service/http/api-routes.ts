import type { FastifyInstance, FastifyRequest } from 'fastify'
import { decoded } from '../api/decode.js'
import { DEPLOY, FLOW_STATE } from '../api/deployments.js'
import { V1_LIMIT, V2_LIMIT } from '../api/limits.js'
import type { AnyRoute, ReadRoute, WriteRoute } from '../api/route.js'
import { V1_ROUTES, V2_ROUTES } from '../api/routes.js'
import { ApiError, missing } from '../api-error.js'
import type { Service } from '../operations/calls/call.js'
import type { Expand } from '../operations/calls/expand.js'
import { type Answer, once } from '../operations/calls/idempotency.js'
import { idOfPrincipal } from '../operations/calls/principal.js'
import { deploy } from '../operations/deployments/deployments.js'
import { flowState } from '../operations/flows/flow-state.js'
import { probeFlow } from '../operations/flows/probe.js'
import { bindingOf } from '../operations/keys/binding.js'
import { createEphemeralKey } from '../operations/keys/ephemeral-keys.js'
import { resumeSession, withResults } from '../operations/sessions/sessions.js'
import { JSON_TYPE, toText } from './answers/answer.js'
import type { AppOptions } from './app-options.js'
import { requireKey } from './callers/require-key.js'
import { expandOf } from './requests/expand.js'
import { decodeUtf8 } from './requests/form.js'
import {
  bodyOf,
  FORM,
  idOf,
  knownTag,
  parametersOf,
  pathOf,
  queryOf,
  refuseBody,
  refuseQuery,
  wrongType,
} from './requests/request.js'

export function formRoutes(app: FastifyInstance, options: AppOptions): void {
  const { service } = options
  requireKey(app, options)
  app.addContentTypeParser(
    FORM,
    { parseAs: 'buffer', bodyLimit: V1_LIMIT },
    // The form is decoded later, together with the query.
    async ({ headers }: FastifyRequest, body: Buffer) => decodeUtf8(body, headers['content-type']),
  )
  refuseOtherTypes(app, V1_LIMIT, `${FORM} (JSON is for /v2 only)`)
  for (const route of V1_ROUTES) addRoute(app, service, route, parametersOf)
}

export function jsonRoutes(app: FastifyInstance, options: AppOptions): void {
  const { service } = options
  requireKey(app, options)
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer', bodyLimit: V2_LIMIT },
    async ({ headers }: FastifyRequest, body: Buffer) => decodeJson(decodeUtf8(body, headers['content-type'])),
  )
  refuseOtherTypes(app, V2_LIMIT, 'application/json')
  for (const route of V2_ROUTES) addRoute(app, service, route, strictly)

  app.get(FLOW_STATE.url, { config: { needs: FLOW_STATE } }, async (request, reply) => {
    refuseBody(request)
    const { project } = decoded(FLOW_STATE, queryOf(request)).params as { readonly project?: string }
    if (project === undefined) throw missing('project')
    const answer = await service.read(request.caller, (call) => flowState(call, project, { known: knownTag(request) }))
    reply.header('etag', answer.etag)
    if (answer.status === 'not_modified') return reply.code(304).send()
    return reply.type(JSON_TYPE).send(JSON.stringify(answer.state))
  })

  app.post(DEPLOY.url, { config: { needs: DEPLOY } }, async (request, reply) => {
    refuseQuery(request)
    const body = bodyOf(request)
    const deployment = await service.write(request.caller, (call) => deploy(call, body))
    return reply.type(JSON_TYPE).send(JSON.stringify(deployment))
  })
}

/** Reads the parameters of a request. */
type Parameters = (request: FastifyRequest) => Promise<Record<string, unknown>>

/** For /v2, whose plain routes are all lists and retrievals. */
async function strictly(request: FastifyRequest): Promise<Record<string, unknown>> {
  refuseBody(request)
  return queryOf(request)
}

function addRoute(app: FastifyInstance, service: Service, route: AnyRoute, given: Parameters): void {
  if (route.method === 'GET') readRoute(app, service, route, given)
  else writeRoute(app, service, route, given)
}

function readRoute(app: FastifyInstance, service: Service, route: ReadRoute, given: Parameters): void {
  app.get(route.url, { config: { needs: route } }, async (request, reply) => {
    const { params, expand } = decoded(route, await given(request))
    const expanded = expandOf(expand, route)
    const id = idOf(request)
    const answer = await service.read(request.caller, (call) => route.run(call, params, id, expanded))
    return reply.type(JSON_TYPE).send(toText(answer))
  })
}

function writeRoute(app: FastifyInstance, service: Service, route: WriteRoute, given: Parameters): void {
  const { method, url } = route
  /** Results that a verifier keeps are no part of a stored answer. */
  const complete = async (body: string, expand: Expand, { caller }: FastifyRequest) => {
    if (expand.size === 0) return body
    return toText(await service.read(caller, (call) => withResults(call, JSON.parse(body), expand)))
  }
  app.route({
    method,
    url,
    config: { needs: route },
    handler: async (request, reply) => {
      const { params, expand } = decoded(route, await given(request))
      const expanded = expandOf(expand, route)
      const id = idOf(request)
      // A DELETE ignores the key: deleting twice changes nothing more.
      const key = method === 'DELETE' ? undefined : request.headers['idempotency-key']?.toString()
      // An expanded answer may hold members that other keys may not see, and an answer may be about what a bound key does
      // not reach. Such an answer is replayed only to the key that got it, and such a key gets no others.
      const { principal } = request.caller
      const isSeenByOne = expanded.size > 0 || bindingOf(principal) !== null
      const seer = isSeenByOne ? idOfPrincipal(principal) : undefined
      const idempotent = { key, method, path: pathOf(request), params: { ...params, expand, seer } }
      // Members that are shown once are not part of the stored answer.
      let whole: unknown
      const answer = await once(service, request.caller, idempotent, {
        run: async (call) => {
          const result = await route.run(call, params, id, expanded)
          whole = result
          return result
        },
        // Only a session, a key for one, or a probe can wait for a remote verifier.
        ...(route.answers === 'verification_session' && {
          resume: (call, session) => resumeSession(call, session, expanded),
        }),
        ...(route.answers === 'ephemeral_key' && { resume: (call, key) => createEphemeralKey(call, params, key) }),
        ...(route.answers === 'verification_flow_probe' && { resume: (call) => probeFlow(call, id) }),
        toText: (result) => toText(without(result, route.shownOnce)),
        tellsAtOnce: route.tellsAtOnce ?? false,
      })
      const stored =
        route.answers === 'verification_session' ? await complete(answer.body, expanded, request) : answer.body
      const first = route.shownOnce === undefined ? stored : toText(whole)
      const body = answer.replayed ? replayed({ ...answer, body: stored }, route) : first
      if (key !== undefined) reply.header('idempotency-key', key)
      if (answer.original !== null) reply.header('original-request', answer.original)
      if (answer.replayed) reply.header('idempotent-replayed', 'true')
      return reply.code(answer.status).type(JSON_TYPE).send(body)
    },
  })
}

/** A replay to another key leaves out the members that only the first key may see. */
function replayed({ body, isOwn }: Answer, { shownToMaker }: WriteRoute): string {
  return isOwn || shownToMaker === undefined ? body : toText(without(JSON.parse(body), shownToMaker))
}

function without(result: unknown, members: readonly string[] = []): unknown {
  if (members.length === 0) return result
  return Object.fromEntries(Object.entries(result as object).filter(([name]) => !members.includes(name)))
}

function refuseOtherTypes(app: FastifyInstance, bodyLimit: number, wanted: string): void {
  app.addContentTypeParser('*', { parseAs: 'string', bodyLimit }, async (request: FastifyRequest, body: string) => {
    if (body === '') return undefined
    throw wrongType(request.headers['content-type'], wanted)
  })
}

function decodeJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ApiError(400, { message: 'Invalid body: it is not JSON.' })
  }
}
