import { LONGEST_IDEMPOTENCY_KEY } from '../../model/resources.js'
import { V1_LIMIT } from '../http/body-limits.js'
import { DEEPEST, MOST_PARAMETERS } from '../http/form.js'
import type { AnyRoute } from '../http/routes/route.js'
import { EXTENDED, notesOf, REQUIRED } from './parameters.js'
import { component, type Schema } from './schemas.js'
import { isDeep, members, schemaOf } from './shape-schema.js'

export interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly description?: string
  readonly security?: readonly Schema[]
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: Schema & { readonly content: Readonly<Record<string, Schema>> }
  readonly responses: Readonly<Record<string, Schema>>
  /** The scope that a restricted key needs; not there where every key will do. */
  readonly 'x-required-scope'?: string
  readonly 'x-stripe-extension'?: true
  readonly 'x-test-mode-only'?: true
}

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required?: boolean
  readonly description?: unknown
  readonly style?: 'deepObject'
  readonly explode?: true
  readonly schema: Schema
  readonly 'x-stripe-extension'?: true
}

/** What Stripe has: everything else is an extension. */
const STRIPES: ReadonlySet<string> = new Set([
  'GET /v1/identity/verification_sessions',
  'POST /v1/identity/verification_sessions',
  'GET /v1/identity/verification_sessions/:session',
  'POST /v1/identity/verification_sessions/:session',
  'POST /v1/identity/verification_sessions/:session/cancel',
  'POST /v1/identity/verification_sessions/:session/redact',
  'GET /v1/identity/verification_reports',
  'GET /v1/identity/verification_reports/:report',
  'GET /v1/events',
  'GET /v1/events/:id',
  'GET /v1/webhook_endpoints',
  'POST /v1/webhook_endpoints',
  'GET /v1/webhook_endpoints/:webhook_endpoint',
  'POST /v1/webhook_endpoints/:webhook_endpoint',
  'DELETE /v1/webhook_endpoints/:webhook_endpoint',
  'POST /v1/ephemeral_keys',
  'DELETE /v1/ephemeral_keys/:key',
])

/** One row of the route table. */
export function operationOf(route: AnyRoute): Operation {
  const { method, url, summary, scope } = route
  return {
    operationId: operationId(method, url),
    summary,
    ...(scope !== null && { 'x-required-scope': scope }),
    ...(!STRIPES.has(`${method} ${url}`) && { 'x-stripe-extension': true }),
    ...(route.testOnly && { 'x-test-mode-only': true }),
    parameters: [...pathParameters(url), ...(method === 'POST' ? [IDEMPOTENCY_KEY] : queryParameters(route))],
    ...(method === 'POST' && { requestBody: formOf(route) }),
    responses: { 200: answer(summary, answered(route), method === 'POST' ? REPLAYED : {}), default: errorAnswer },
  }
}

/** "/v1/identity/verification_flows/:verification_flow" as OpenAPI writes it. */
export function templateOf(url: string): string {
  return url.replaceAll(/:(\w+)/g, '{$1}')
}

export function answer(description: string, schema: Schema, headers: Schema = {}): Schema {
  return {
    description,
    headers: { 'Request-Id': { $ref: '#/components/headers/Request-Id' }, ...headers },
    content: { 'application/json': { schema } },
  }
}

export const errorAnswer: Schema = { $ref: '#/components/responses/error' }

const IDEMPOTENCY_KEY: Parameter = {
  name: 'Idempotency-Key',
  in: 'header',
  description: `Your name for the request: a retry with the same key gets the first answer again, for 24 hours; what is refused is not stored. 1 to ${LONGEST_IDEMPOTENCY_KEY} characters.`,
  schema: { type: 'string', minLength: 1, maxLength: LONGEST_IDEMPOTENCY_KEY },
}

const REPLAYED: Schema = {
  'Idempotency-Key': { description: 'The key that was sent.', schema: { type: 'string' } },
  'Original-Request': {
    description: 'With an idempotency key: id of the request that was answered first.',
    schema: { type: 'string', pattern: '^req_' },
  },
  'Idempotent-Replayed': { description: 'true on an answer that was given before.', schema: { type: 'string' } },
}

/** Such as getV1IdentityVerificationFlowsVerificationFlow. */
function operationId(method: string, url: string): string {
  const words = url.match(/[A-Za-z0-9]+/g) ?? []
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}

function pathParameters(url: string): Parameter[] {
  return [...url.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string', minLength: 1 },
  }))
}

function queryParameters(route: AnyRoute): Parameter[] {
  const extended = EXTENDED[`${route.method} ${route.url}`] ?? []
  const notes = notesOf(route)
  const telling = { inForm: false, withDefaults: true }
  const given = Object.entries(route.shapes).map(([name, shape]): Parameter => {
    const { description, ...schema } = schemaOf(shape, notes[name] ?? {}, telling)
    return {
      name,
      in: 'query',
      ...(description !== undefined && { description }),
      ...(isDeep(shape) && { style: 'deepObject', explode: true }),
      ...(extended.includes(name) && { 'x-stripe-extension': true }),
      schema,
    }
  })
  const expand = expandParameter(route)
  if (expand === undefined) return given
  const { description, ...schema } = expand
  return [...given, { name: 'expand', in: 'query', description, style: 'deepObject', explode: true, schema }]
}

function formOf(route: AnyRoute): NonNullable<Operation['requestBody']> {
  const telling = { inForm: true, withDefaults: !route.url.includes('/:') }
  const schema = members(route.shapes, notesOf(route), telling)
  const expand = expandParameter(route)
  const properties = { ...(schema.properties as object), ...(expand && { expand }) }
  const required = REQUIRED[`POST ${route.url}`]
  const deep = Object.entries(route.shapes)
    .filter(([, shape]) => isDeep(shape))
    .map(([name]) => name)
  const encoding = [...deep, ...(expand ? ['expand'] : [])].map((name) => [
    name,
    { style: 'deepObject', explode: true },
  ])
  return {
    description: `At most ${V1_LIMIT} bytes, ${MOST_PARAMETERS} parameters and ${DEEPEST} names deep.`,
    ...(required && { required: true }),
    'x-max-bytes': V1_LIMIT,
    'x-max-parameters': MOST_PARAMETERS,
    'x-max-depth': DEEPEST,
    content: {
      'application/x-www-form-urlencoded': {
        schema: { ...schema, ...(required && { required }), properties },
        ...(encoding.length > 0 && { encoding: Object.fromEntries(encoding) }),
      },
    },
  }
}

function expandParameter({ expandable, isList }: AnyRoute): Schema | undefined {
  if (expandable.length === 0) return undefined
  const names = expandable.map((name) => (isList ? `data.${name}` : name))
  const description = 'Members to answer in full, or at all. A path expands everything on its way.'
  return { description, type: 'array', items: { type: 'string', enum: names } }
}

/** Lists of deployments leave the changes out. */
const LISTED: Readonly<Record<string, string>> = { flow_deployment: 'flow_deployment_summary' }

function answered({ method, answers, isList, answersWhole }: AnyRoute): Schema {
  if (isList) {
    const items = component(LISTED[answers] ?? answers)
    return { allOf: [component('list'), { type: 'object', properties: { data: { type: 'array', items } } }] }
  }
  if (method !== 'DELETE' || answersWhole) return component(answers)
  const object = { $ref: `#/components/schemas/${answers}/properties/object` }
  return { allOf: [component('deleted'), { type: 'object', properties: { object } }] }
}
