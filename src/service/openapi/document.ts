import packageJson from '../../../package.json' with { type: 'json' }
import { OPEN_ROUTES } from '../api/probes.js'
import { allComponents, component, type Schema } from '../api/published.js'
import { ROUTES } from '../api/routes.js'
import { API_ERRORS, UNCODED_ERRORS } from '../api-error.js'
import { type Operation, openOperationOf, operationOf, templateOf } from './operation.js'

/** The part of OpenAPI 3.1 documents that is used here. */
export interface OpenApiDocument {
  readonly openapi: string
  readonly info: Schema
  readonly security: readonly Schema[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: Readonly<
    Record<'schemas' | 'responses' | 'headers' | 'securitySchemes', Readonly<Record<string, Schema>>>
  >
  /** Every code of an error, with its HTTP statuses and its meaning. */
  readonly 'x-error-codes': typeof API_ERRORS
  /** Errors without a code, by HTTP status. */
  readonly 'x-errors-without-code': typeof UNCODED_ERRORS
}

/**
 * Describes the flows API, built from the rows, the published schemas and the table of errors. Shapes and limits come
 * from there and from the operations; nothing is written twice.
 */
export function openApiDocument(): OpenApiDocument {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Flows API',
      version: packageJson.version,
      summary: "Verification flows as code, and verification sessions, in Stripe's own shape.",
      description: INTRODUCTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    security: [{ bearer: [] }, { basic: [] }],
    paths: pathsOf(),
    components: {
      schemas: withErrorCodes(allComponents()),
      responses: {
        error: {
          description: 'The request was refused, or failed. See x-error-codes.',
          headers: { 'Request-Id': { $ref: '#/components/headers/Request-Id' } },
          content: { 'application/json': { schema: component('error') } },
        },
      },
      headers: {
        'Request-Id': {
          description: 'Names the request, in the log too.',
          schema: { type: 'string', pattern: '^req_' },
        },
      },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'An API key: sk_test_..., sk_live_... or rk_...' },
        basic: { type: 'http', scheme: 'basic', description: 'The API key as user name, and no password.' },
      },
    },
    'x-error-codes': API_ERRORS,
    'x-errors-without-code': UNCODED_ERRORS,
  }
}

const INTRODUCTION = `Authentication, forms, errors, lists and idempotency keys are Stripe's, so the official clients work when given
another host. What Stripe does not have is marked with x-stripe-extension. x-required-scope names the scope that a
restricted key needs, x-test-mode-only what only keys of the test mode may call. Parameters of GET and DELETE are query
parameters, those of POST a form with brackets (under /v2: JSON); an empty value takes a parameter back to its default.
Under /v1 both places are one bucket: a form in the body of a GET and a query with a POST are taken as well, and of a
parameter that is given twice the last one counts.`

function pathsOf(): OpenApiDocument['paths'] {
  const paths: Record<string, Record<string, Operation>> = {}
  for (const route of OPEN_ROUTES) paths[route.url] = { get: openOperationOf(route) }
  for (const route of ROUTES) {
    const path = templateOf(route.url)
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) }
  }
  return Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** The schema leaves the set of codes open, since it grows; the document lists today's codes. */
function withErrorCodes(schemas: Record<string, Schema>): Record<string, Schema> {
  const body = schemas.error_body as { readonly properties: Readonly<Record<string, Schema>> } & Schema
  const code = { ...body.properties.code, enum: Object.keys(API_ERRORS) }
  return { ...schemas, error_body: { ...body, properties: { ...body.properties, code } } }
}
