import { LONGEST_IDEMPOTENCY_KEY } from '../../model/resources.js'
import { DEEPEST, MOST_PARAMETERS, V1_LIMIT } from '../api/limits.js'
import { isDeep } from '../api/param.js'
import type { OpenRoute } from '../api/probes.js'
import { component, type Schema } from '../api/published.js'
import type { Row, SpecialRoute } from '../api/route.js'
import { membersOf, schemaOf } from './param-schema.js'

export interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly description?: string
  readonly security?: readonly Schema[]
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: Schema & { readonly content: Readonly<Record<string, Schema>> }
  readonly responses: Readonly<Record<string, Schema>>
  /** The scope that a restricted key needs; absent if every key may call it. */
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

/** A row as the document shows it. */
export function operationOf(row: Row | SpecialRoute): Operation {
  const { method, url, summary, description, scope, isStripes, testOnly } = row
  const special = 'answer' in row ? row : undefined
  const isForm = method === 'POST' && special === undefined
  return {
    operationId: operationId(method, url),
    summary,
    ...(description !== undefined && { description }),
    ...(scope !== null && { 'x-required-scope': scope }),
    ...(!isStripes && { 'x-stripe-extension': true }),
    ...(testOnly && { 'x-test-mode-only': true }),
    parameters: [
      ...pathParameters(url),
      ...(isForm ? [IDEMPOTENCY_KEY] : queryParameters(row)),
      ...headerParameters(special?.headers),
    ],
    ...(isForm && { requestBody: formOf(row) }),
    ...(special?.body && { requestBody: jsonOf(special.body) }),
    responses: {
      200: answer(
        special?.answer.description ?? summary,
        answered(row),
        special?.answer.headers ?? (isForm ? REPLAYED : {}),
      ),
      ...(special?.notModified !== undefined && { 304: { description: special.notModified } }),
      default: errorAnswer,
    },
  }
}

/** A route that needs no key. */
export function openOperationOf({ url, summary, description, answer: answered, notModified }: OpenRoute): Operation {
  return {
    operationId: operationId('GET', url),
    summary,
    ...(description !== undefined && { description }),
    'x-stripe-extension': true,
    security: [],
    responses: {
      200: answer(answered.description, answered.schema, answered.headers),
      ...(notModified !== undefined && { 304: { description: notModified } }),
      default: errorAnswer,
    },
  }
}

/** "/v1/identity/verification_flows/:verification_flow" as OpenAPI writes it. */
export function templateOf(url: string): string {
  return url.replaceAll(/:(\w+)/g, '{$1}')
}

function answer(description: string, schema: Schema, headers: Schema = {}): Schema {
  return {
    description,
    headers: { 'Request-Id': { $ref: '#/components/headers/Request-Id' }, ...headers },
    content: { 'application/json': { schema } },
  }
}

const errorAnswer: Schema = { $ref: '#/components/responses/error' }

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

/** Example: getV1IdentityVerificationFlowsVerificationFlow. */
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

function headerParameters(headers: SpecialRoute['headers'] = {}): Parameter[] {
  return Object.entries(headers).map(([name, { description, ...schema }]) => ({
    name,
    in: 'header',
    description,
    schema,
  }))
}

function queryParameters(row: Row): Parameter[] {
  const describing = { inForm: false, withDefaults: true }
  const given = Object.entries(row.params).map(([name, param]): Parameter => {
    const { description, ...schema } = schemaOf(param, describing)
    return {
      name,
      in: 'query',
      ...(param.isRequired && { required: true }),
      ...(description !== undefined && { description }),
      ...(isDeep(param) && { style: 'deepObject', explode: true }),
      ...(param.isExtension && { 'x-stripe-extension': true }),
      schema,
    }
  })
  const expand = expandParameter(row)
  if (expand === undefined) return given
  const { description, ...schema } = expand
  return [...given, { name: 'expand', in: 'query', description, style: 'deepObject', explode: true, schema }]
}

function formOf(row: Row): NonNullable<Operation['requestBody']> {
  const params = Object.entries(row.params)
  const schema = membersOf(row.params, { inForm: true, withDefaults: !row.url.includes('/:') })
  const expand = expandParameter(row)
  const properties = { ...(schema.properties as object), ...(expand && { expand }) }
  const required = params.filter(([, { isRequired }]) => isRequired).map(([name]) => name)
  const deep = params.filter(([, param]) => isDeep(param)).map(([name]) => name)
  const encoding = [...deep, ...(expand ? ['expand'] : [])].map((name) => [
    name,
    { style: 'deepObject', explode: true },
  ])
  return {
    description: `At most ${V1_LIMIT} bytes, ${MOST_PARAMETERS} parameters and ${DEEPEST} names deep.`,
    ...(required.length > 0 && { required: true }),
    'x-max-bytes': V1_LIMIT,
    'x-max-parameters': MOST_PARAMETERS,
    'x-max-depth': DEEPEST,
    content: {
      'application/x-www-form-urlencoded': {
        schema: { ...schema, ...(required.length > 0 && { required }), properties },
        ...(encoding.length > 0 && { encoding: Object.fromEntries(encoding) }),
      },
    },
  }
}

function jsonOf({
  description,
  limits,
  schema,
}: NonNullable<SpecialRoute['body']>): NonNullable<Operation['requestBody']> {
  return { required: true, description, ...limits, content: { 'application/json': { schema: schema() } } }
}

function expandParameter({ expandable, isList }: Row): Schema | undefined {
  if (expandable.length === 0) return undefined
  const names = expandable.map((name) => (isList ? `data.${name}` : name))
  const description = 'Members to answer in full, or at all. A path expands everything on its way.'
  return { description, type: 'array', items: { type: 'string', enum: names } }
}

/** Lists of deployments omit the changes. */
const LISTED: Readonly<Record<string, string>> = { flow_deployment: 'flow_deployment_summary' }

function answered({ method, answers, isList, answersWhole }: Row): Schema {
  if (isList) {
    const items = component(LISTED[answers] ?? answers)
    return { allOf: [component('list'), { type: 'object', properties: { data: { type: 'array', items } } }] }
  }
  if (method !== 'DELETE' || answersWhole) return component(answers)
  const object = { $ref: `#/components/schemas/${answers}/properties/object` }
  return { allOf: [component('deleted'), { type: 'object', properties: { object } }] }
}
