import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ApiError, missing } from '../api-error.js'
import type { Service } from '../operations/call.js'
import { deploy } from '../operations/deployments.js'
import { flowState } from '../operations/flow-state.js'
import { once } from '../operations/idempotency.js'
import { JSON_TYPE, toText } from './answer.js'
import type { AppOptions } from './app-options.js'
import { V1_LIMIT, V2_LIMIT } from './body-limits.js'
import { expandOf } from './expand.js'
import { decodeForm, decodeUtf8 } from './form.js'
import { bodyOf, idOf, knownTag, pathOf, queryOf, refuseBody, refuseQuery } from './request.js'
import { requireKey } from './require-key.js'
import { type AnyRoute, paramsOf, type ReadRoute, type WriteRoute } from './routes/route.js'
import { V1_ROUTES, V2_ROUTES } from './routes/routes.js'
import { DEPLOY, FLOW_STATE } from './routes/whole-sets.js'

export function formRoutes(app: FastifyInstance, options: AppOptions): void {
  const { service } = options
  requireKey(app, options)
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'buffer', bodyLimit: V1_LIMIT },
    async ({ headers }: FastifyRequest, body: Buffer) => decodeForm(decodeUtf8(body, headers['content-type'])),
  )
  refuseOtherTypes(app, V1_LIMIT, 'application/x-www-form-urlencoded (JSON is for /v2 only)')
  addRoutes(app, service, V1_ROUTES)
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
  addRoutes(app, service, V2_ROUTES)

  app.get(FLOW_STATE.url, { config: { needs: FLOW_STATE } }, async (request, reply) => {
    refuseBody(request)
    const { project } = paramsOf({ shapes: { project: 'name' } }, queryOf(request)).params
    if (project === undefined) throw missing('project')
    const answer = await service.read(request.caller, (call) => flowState(call, project, knownTag(request)))
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

function addRoutes(app: FastifyInstance, service: Service, routes: readonly AnyRoute[]): void {
  for (const route of routes) {
    if (route.method === 'GET') readRoute(app, service, route)
    else writeRoute(app, service, route)
  }
}

function readRoute(app: FastifyInstance, service: Service, route: ReadRoute): void {
  app.get(route.url, { config: { needs: route } }, async (request, reply) => {
    refuseBody(request)
    const { params, expand } = paramsOf(route, queryOf(request))
    const expanded = expandOf(expand, route)
    const id = idOf(request)
    const answer = await service.read(request.caller, (call) => route.run(call, params, id, expanded))
    return reply.type(JSON_TYPE).send(toText(answer))
  })
}

function writeRoute(app: FastifyInstance, service: Service, route: WriteRoute): void {
  const { method, url } = route
  app.route({
    method,
    url,
    config: { needs: route },
    handler: async (request, reply) => {
      // Stripe's clients send the parameters of a DELETE as those of a GET.
      if (method === 'DELETE') refuseBody(request)
      else refuseQuery(request)
      const { params, expand } = paramsOf(route, method === 'DELETE' ? queryOf(request) : bodyOf(request))
      const expanded = expandOf(expand, route)
      const id = idOf(request)
      // With a DELETE the key means nothing: what is gone is gone.
      const key = method === 'DELETE' ? undefined : request.headers['idempotency-key']?.toString()
      // An answer with members that not every key may see is given again only to the key that got it.
      const seer = expanded.size > 0 ? request.caller.key?.id : undefined
      const idempotent = { key, method, path: pathOf(request), params: { ...params, expand, seer } }
      // What is shown once stands in no stored answer.
      let whole: unknown
      const answer = await once(
        service,
        request.caller,
        idempotent,
        async (call) => {
          const result = await route.run(call, params, id, expanded)
          whole = result
          return result
        },
        (result) => toText(without(result, route.shownOnce)),
      )
      const body = route.shownOnce === undefined || answer.replayed ? answer.body : toText(whole)
      if (key !== undefined) reply.header('idempotency-key', key)
      if (answer.replayed) reply.header('idempotent-replayed', 'true')
      return reply.code(answer.status).type(JSON_TYPE).send(body)
    },
  })
}

function without(result: unknown, members: readonly string[] = []): unknown {
  if (members.length === 0) return result
  return Object.fromEntries(Object.entries(result as object).filter(([name]) => !members.includes(name)))
}

function refuseOtherTypes(app: FastifyInstance, bodyLimit: number, wanted: string): void {
  app.addContentTypeParser('*', { parseAs: 'string', bodyLimit }, async (request: FastifyRequest, body: string) => {
    if (body === '') return undefined
    const given = request.headers['content-type']?.slice(0, 100) ?? 'none'
    const message = `Invalid Content-Type: ${given}. Send the parameters as ${wanted}.`
    throw new ApiError(400, { message })
  })
}

function decodeJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ApiError(400, { message: 'Invalid body: it is not JSON.' })
  }
}
