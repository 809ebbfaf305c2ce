import type { ErrorObject, ValidateFunction } from 'ajv'
import Ajv2020 from 'ajv/dist/2020.js'
import { isObject } from '../../src/model/json.js'
import { fromPointer, toPointer } from '../../src/model/json-pointer.js'
import { BOOLEANS } from '../../src/service/api/decode.js'
import { API_ERRORS, UNCODED_ERRORS } from '../../src/service/api-error.js'
import { openApiDocument } from '../../src/service/openapi/document.js'
import type { Operation, Parameter } from '../../src/service/openapi/operation.js'
import type { Exchange } from './exchanges.js'

type Schema = Readonly<Record<string, unknown>>

const document = openApiDocument()
const ajv = new Ajv2020.default({
  strict: false,
  allErrors: true,
  validateFormats: false,
  validateSchema: false,
  // Most are used a few times only.
  code: { optimize: false },
})
ajv.addSchema(document, 'document')

const templates = Object.keys(document.paths).map((template) => ({
  template,
  pattern: new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]*').replaceAll('.', '\\.')}$`),
}))

/** What an exchange has that the document does not permit, one line each. */
export function violationsOf(exchange: Exchange): string[] {
  const { method, url, status, headers } = exchange
  const path = pathOf(url)
  // A preflight asks about a request, and is none.
  if (method === 'OPTIONS') return []
  const isJson = (headers['content-type'] ?? '').startsWith('application/json')
  const found = find(method, path)
  const isApi = found !== undefined || /^\/v\d+(?:\/|$)/.test(path)
  // Pages and metrics are for people and machines that read other things.
  if (!isApi && !isJson) return []
  const faults = [
    ...(headers['request-id']?.startsWith('req_') ? [] : ['there is no Request-Id']),
    ...(status >= 400 ? errorFaults(exchange) : found ? successFaults(exchange, found) : ['it is not in the document']),
  ]
  return faults.map((fault) => `${method} ${path.slice(0, 200)} -> ${status}: ${fault}`)
}

interface Found {
  readonly operation: Operation
  /** Where it stands in the document. */
  readonly place: string
}

function find(method: string, path: string): Found | undefined {
  const name = method === 'HEAD' ? 'get' : method.toLowerCase()
  for (const { template, pattern } of templates) {
    const operation = pattern.test(path) ? document.paths[template]?.[name] : undefined
    if (operation !== undefined) return { operation, place: toPointer(['paths', template, name]) }
  }
  return undefined
}

function errorFaults({ method, status, body, headers }: Exchange): string[] {
  if (!headers['content-type']?.startsWith('application/json')) return ['the error is not JSON']
  if (method === 'HEAD') return body === '' ? [] : ['the answer to HEAD has a body']
  const value = parsed(body)
  const faults = faultsOf('/components/schemas/error', value)
  if (faults.length > 0) return faults
  const { type, code } = (value as { readonly error: { readonly type: string; readonly code?: string } }).error
  if ((type === 'api_error') !== status >= 500) return [`an error of type ${type} has another status`]
  if (code === undefined) return status in UNCODED_ERRORS ? [] : ['an error with this status has a code']
  const statuses: readonly number[] = API_ERRORS[code as keyof typeof API_ERRORS].statuses
  return statuses.includes(status) ? [] : [`${code} has another status`]
}

function successFaults(exchange: Exchange, { operation, place }: Found): string[] {
  const response = operation.responses[exchange.status]
  if (response === undefined) return ['the operation has no such status']
  const content = response.content as Readonly<Record<string, Schema>> | undefined
  const answered =
    content === undefined || exchange.method === 'HEAD'
      ? []
      : faultsOf(`${place}/responses/${exchange.status}/content/application~1json/schema`, parsed(exchange.body))
  return [...answered, ...requestFaults(exchange, { operation, place })]
}

/** Of a request that was granted, and so must be one that the document permits. */
function requestFaults({ url, requestHeaders, requestBody }: Exchange, { operation, place }: Found): string[] {
  const { parameters = [], requestBody: described } = operation
  // Over /v1 query and form are one bucket, which the document describes where it belongs.
  const isBucket = pathOf(url).startsWith('/v1/')
  const both = [url.slice(pathOf(url).length + 1), isBucket ? requestBody : ''].filter((text) => text !== '').join('&')
  const query = isBucket && described !== undefined ? {} : decoded(both)
  const named = (where: Parameter['in']) => parameters.filter((parameter) => parameter.in === where)
  const unknown = Object.keys(query).filter((name) => !named('query').some((one) => one.name === name))
  const faults = unknown.map((name) => `the query parameter ${name} is not in the document`)
  for (const [index, { name, in: where, required, schema }] of parameters.entries()) {
    const value = where === 'query' ? query[name] : where === 'header' ? requestHeaders[name.toLowerCase()] : undefined
    if (value === undefined) {
      if (required && where !== 'path') faults.push(`the ${where} parameter ${name} is missing`)
      continue
    }
    faults.push(
      ...faultsOf(`${place}/parameters/${index}/schema`, coerced(value, schema), `${where} parameter ${name}`),
    )
  }
  const [[type, media] = []] = Object.entries(described?.content ?? {})
  if (type === undefined) return requestBody === '' || isBucket ? faults : [...faults, 'the document has no body here']
  const isForm = type === 'application/x-www-form-urlencoded'
  const schema = media?.schema as Schema
  const body = isForm ? coerced(decoded(both), schema) : parsed(requestBody)
  const where = `${place}/requestBody/content${toPointer([type])}/schema`
  return [...faults, ...faultsOf(where, body, 'body')]
}

/** Compiled when first needed, and kept. */
const validators = new Map<string, ValidateFunction>()

function faultsOf(place: string, value: unknown, what = 'answer'): string[] {
  const validate = validators.get(place) ?? ajv.compile({ $ref: `document#${encodeURI(place)}` })
  validators.set(place, validate)
  if (validate(value)) return []
  return (validate.errors ?? []).map((error) => `${what}${error.instancePath} ${error.message}${detailOf(error)}`)
}

function detailOf({ keyword, params }: ErrorObject): string {
  return keyword === 'additionalProperties' ? `: ${params.additionalProperty}` : ''
}

function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? ''
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Names with brackets to objects, and those with empty ones or numbers to lists: as the service, in its own words. */
function decoded(text: string): Record<string, unknown> {
  const form: Record<string, unknown> = Object.create(null)
  for (const [name, value] of new URLSearchParams(text)) {
    const path = name.replaceAll(']', '').split('[')
    let at = form
    for (const [index, segment] of path.entries()) {
      const key = segment === '' ? String(Object.keys(at).length) : segment
      if (index === path.length - 1) at[key] = value
      else {
        at[key] ??= Object.create(null)
        at = at[key] as Record<string, unknown>
      }
    }
  }
  return form
}

/** Text in the kinds that the schema asks for, where it can be read so. */
function coerced(value: unknown, given: Schema): unknown {
  const schema = resolved(given)
  if (Array.isArray(schema.anyOf)) {
    const choices = schema.anyOf.map((choice: Schema) => ({ choice, value: coerced(value, choice) }))
    return choices.find((one) => ajv.validate(one.choice, one.value))?.value ?? choices[0]?.value
  }
  if (isObject(value)) {
    if (schema.type === 'array')
      return Object.values(value).map((item) => coerced(item, (schema.items ?? {}) as Schema))
    const properties = (schema.properties ?? {}) as Readonly<Record<string, Schema>>
    const others = isObject(schema.additionalProperties) ? schema.additionalProperties : {}
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, coerced(inner, properties[name] ?? others)]),
    )
  }
  if (schema.type === 'boolean' && typeof value === 'string') return BOOLEANS.get(value) ?? value
  if (schema.type === 'integer' && typeof value === 'string' && /^-?\d+$/.test(value)) return Number(value)
  return value
}

function resolved(schema: Schema): Schema {
  if (typeof schema.$ref !== 'string') return schema
  let at: unknown = document
  for (const segment of fromPointer(schema.$ref.slice(1))) at = (at as Schema)[segment]
  return resolved(at as Schema)
}
