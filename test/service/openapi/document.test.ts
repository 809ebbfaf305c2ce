import { channel } from 'node:diagnostics_channel'
import { readdirSync, readFileSync } from 'node:fs'
import { Validator } from '@seriousme/openapi-schema-validator'
import type { FastifyInstance } from 'fastify'
import { describe, expect, test } from 'vitest'
import { fromPointer } from '../../../src/model/json-pointer.js'
import { ROUTES } from '../../../src/service/api/routes.js'
import { API_ERRORS } from '../../../src/service/api-error.js'
import { openApiDocument } from '../../../src/service/openapi/document.js'
import { type Operation, templateOf } from '../../../src/service/openapi/operation.js'
import { SCOPES } from '../../../src/service/operations/keys/scopes.js'
import { served } from '../serving.js'

const document = openApiDocument()
const operations: readonly (readonly [string, Operation])[] = Object.entries(document.paths).flatMap(
  ([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
)
const operation = (name: string) => operations.find(([one]) => one === name)?.[1]

describe('the OpenAPI document', () => {
  test('is one, by the schema of OpenAPI 3.1', async () => {
    const validator = new Validator()
    const result = await validator.validate(JSON.parse(JSON.stringify(document)))
    expect([validator.version, result]).toEqual(['3.1', { valid: true }])
  })

  test('refers to nothing that is not in it', () => {
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref = '']) => ref)
    expect(refs.length).toBeGreaterThan(100)
    expect([...new Set(refs)].filter((ref) => !ref.startsWith('#/') || at(ref.slice(1)) === undefined)).toEqual([])
  })

  test('names every operation once', () => {
    const ids = operations.map(([, { operationId }]) => operationId)
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
  })

  test('has every route of the API, and no other', async () => {
    const listening: string[] = []
    const listen = (message: unknown) => {
      const { fastify } = message as { readonly fastify: FastifyInstance }
      fastify.addHook('onRoute', ({ method, url }) => {
        for (const one of [method].flat()) listening.push(`${one} ${templateOf(url)}`)
      })
    }
    const initialisation = channel('fastify.initialization')
    initialisation.subscribe(listen)
    await served()
    initialisation.unsubscribe(listen)
    const isApi = (name: string) => /^(?:GET|POST|DELETE) \/v\d+\//.test(name)
    const documented = operations.map(([name]) => name)
    expect(listening.filter((name) => isApi(name) && !documented.includes(name))).toEqual([])
    expect(documented.filter((name) => !listening.includes(name))).toEqual([])
    expect(listening.filter(isApi).length).toBeGreaterThan(15)
  })

  test('tells of every row what it needs and what it answers', () => {
    for (const { method, url, scope, testOnly, answers, isList } of ROUTES) {
      const described = operation(`${method} ${templateOf(url)}`)
      expect(described?.['x-required-scope'], url).toBe(scope ?? undefined)
      expect(described?.['x-test-mode-only'], url).toBe(testOnly)
      const answer = JSON.stringify(described?.responses[200])
      expect(answer, url).toContain(`#/components/schemas/${answers}`)
      expect(answer.includes('#/components/schemas/list"'), url).toBe(isList)
    }
    const scopes: readonly unknown[] = [undefined, ...SCOPES]
    expect(operations.filter(([, one]) => !scopes.includes(one['x-required-scope']))).toEqual([])
  })

  test('marks what Stripe does not have', () => {
    expect(operation('GET /v1/identity/verification_flows')).toHaveProperty('x-stripe-extension', true)
    expect(operation('POST /v1/identity/verification_sessions')).not.toHaveProperty('x-stripe-extension')
    const extended = operation('GET /v1/identity/verification_sessions')?.parameters?.filter(
      (parameter) => parameter['x-stripe-extension'],
    )
    expect(extended?.map(({ name }) => name)).toEqual(['verification_flow', 'verification_flow_version'])
    expect(at('/components/schemas/verification_session/properties/verification_flow_version')).toHaveProperty(
      'x-stripe-extension',
      true,
    )
    expect(at('/components/schemas/verification_session/properties/verification_flow')).not.toHaveProperty(
      'x-stripe-extension',
    )
  })

  test('says of every parameter what it means', () => {
    const silent = operations.flatMap(([name, { parameters = [], requestBody }]) => {
      const form = requestBody?.content['application/x-www-form-urlencoded']?.schema as
        | { readonly properties: Readonly<Record<string, { readonly description?: string }>> }
        | undefined
      const described = [
        ...parameters.filter((one) => one.in !== 'path').map((one) => [one.name, one.description]),
        ...Object.entries(form?.properties ?? {}).map(([param, { description }]) => [param, description]),
      ]
      return described.filter(([, description]) => !description).map(([param]) => `${name} ${param}`)
    })
    expect(silent).toEqual([])
  })

  test('has every code of an error, with its statuses and its meaning', () => {
    expect(document['x-error-codes']).toBe(API_ERRORS)
    expect(at('/components/schemas/error_body/properties/code')).toMatchObject({ enum: Object.keys(API_ERRORS) })
  })

  test('has every limit that the operations have', () => {
    const known = [...filesIn('src/service/openapi'), ...filesIn('src/service/api')]
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n')
    const limits = ['src/service/operations', 'src/service/http'].flatMap(filesBelow).flatMap((file) => {
      const names = readFileSync(file, 'utf8').matchAll(
        /^(?:export )?const ((?:LONGEST|SHORTEST|MOST|FEWEST|DEEPEST)\w*) =/gm,
      )
      const module = file.replace(/^src\/service\//, '../').replace(/\.ts$/, '.js')
      return [...names].map(([, name = '']) => ({ name, module }))
    })
    const missing = limits.filter(({ name, module }) => {
      const imports = new RegExp(`import \\{[^}]*\\b${name}\\b[^}]*\\} from '${module.replaceAll('.', '\\.')}'`)
      return !imports.test(known) && !NOT_OF_REQUESTS.includes(`${module} ${name}`)
    })
    expect(missing.map(({ name, module }) => `${module} ${name}`)).toEqual([])
    expect(limits.length).toBeGreaterThan(8)
  })
})

/** Figures that no request to the API can be beyond. */
const NOT_OF_REQUESTS = [
  '../http/server/log.js MOST_CAUSES',
  '../operations/keys/ending-keys.js MOST_AT_ONCE',
  '../operations/people/audit-log.js MOST_AT_ONCE',
  '../operations/people/audit-log.js MOST_IN_FILE',
  '../operations/people/audit.js LONGEST_AGENT',
  '../operations/people/audit.js LONGEST_DETAIL',
  '../operations/people/sign-ins.js MOST_SIGN_INS',
  '../http/dashboard/people/place.js LONGEST_PLACE',
  '../http/dashboard/people/sign-in-routes.js MOST_TRIES',
  '../operations/people/sign-in.js LONGEST',
  '../operations/people/sign-in.js LONGEST_SECRET',
  '../operations/sessions/due-sessions.js MOST_AT_ONCE',
  '../operations/sessions/hosted/sealed.js LONGEST',
  '../operations/sessions/verifier-work.js MOST_PER_VERIFIER',
  '../operations/sessions/verifier-work.js MOST_PER_CLAIM',
  '../operations/calls/forget.js MOST_AT_ONCE',
  '../operations/calls/limiter.js LONGEST_WINDOW',
  '../operations/calls/limiter.js MOST_SCOPES',
  '../http/callers/failed-keys.js MOST_FAILURES',
  '../http/callers/failed-keys.js MOST_ADDRESSES',
  '../http/server/silent-connections.js MOST_SILENT',
  // Of all endpoints together; and of a header, which stands in the document with every request.
  '../operations/webhooks/webhook-endpoints.js MOST_ENDPOINTS',
  '../http/requests/api-version.js LONGEST',
  // Pages are for people, and not of the API.
  '../operations/flows/drifted-flows.js MOST_DRIFTED',
  '../operations/flows/drifted-flows.js MOST_EDITS',
  '../operations/flows/static-links.js MOST_VISITS',
]

describe('GET /openapi.json', () => {
  test('answers the document to anybody', async () => {
    const { url } = await served()
    const response = await fetch(`${url}/openapi.json`)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(await response.json()).toEqual(JSON.parse(JSON.stringify(document)))
  })

  test('answers nothing to who has it already', async () => {
    const { url } = await served()
    const etag = (await fetch(`${url}/openapi.json`)).headers.get('etag') ?? ''
    expect(etag).toMatch(/^"[0-9a-f]{40}"$/)
    const again = (tag: string) => fetch(`${url}/openapi.json`, { headers: { 'if-none-match': tag } })
    for (const tag of [etag, `W/${etag}`, `"other", ${etag}`, '*']) expect((await again(tag)).status).toBe(304)
    expect((await again('"other"')).status).toBe(200)
  })
})

function at(pointer: string): unknown {
  return fromPointer(pointer).reduce<unknown>(
    (node, segment) => (node as Record<string, unknown> | undefined)?.[segment],
    document,
  )
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name}`)
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name}`)
}
