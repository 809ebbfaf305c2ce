import { readFileSync } from 'node:fs'
import Ajv2020 from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { DEFINITION_ORDER, POLICY_ORDER, TEST_FILE_ORDER, TEST_ORDER } from '../../src/load/format.js'
import { BODY_FIELDS, normalise } from '../../src/model/flow.js'
import { SESSION_ERROR_CODES } from '../../src/model/resources.js'
import { checkFlowBody } from '../../src/validate/flow-body.js'
import { PATTERNS } from '../../src/validate/schema-issues.js'
import { CHECKS } from '../../src/verifier/checks.js'

type Schema = Record<string, unknown>

const NAMES = ['flow', 'config', 'policy', 'test', 'plan', 'deployment', 'api'] as const
const schemas = Object.fromEntries(
  NAMES.map((name) => [name, JSON.parse(readFileSync(`schemas/${name}.schema.json`, 'utf8')) as Schema]),
) as Record<(typeof NAMES)[number], Schema>

describe.each(NAMES)('the schema of a %s', (name) => {
  const ajv = new Ajv2020.default({ strict: true, allowUnionTypes: true, validateFormats: false })
  for (const schema of Object.values(schemas)) ajv.addSchema(schema)

  test('compiles in strict mode', () => {
    expect(ajv.getSchema(`${name}.schema.json`)).toBeTypeOf('function')
  })

  test('helps editors: every property has a title, a description and examples', () => {
    const lacking = propertiesOf(schemas[name]).flatMap(({ path, schema }) =>
      ['title', 'description', 'examples']
        .filter((keyword) => annotation(schema, keyword) === undefined)
        .map((keyword) => `${path}: ${keyword}`),
    )
    expect(lacking).toEqual([])
  })

  test('gives only examples and defaults that it permits', () => {
    const wrong = propertiesOf(schemas[name]).flatMap(({ path, schema }) => {
      const values = [...((schema.examples as unknown[]) ?? []), ...('default' in schema ? [schema.default] : [])]
      const validate = ajv.compile(inlined(schema, name))
      return values.filter((value) => !validate(value)).map((value) => `${path}: ${JSON.stringify(value)}`)
    })
    expect(wrong).toEqual([])
  })
})

describe('one source for every limit', () => {
  test('what normalise fills in is what the schema promises', () => {
    const filled = normalise({ name: 'A', type: 'document' })
    const promised = defaultsOf({ $ref: '#/$defs/options' })
    expect(filled.options).toEqual(promised)
    expect(filled.static_link).toEqual(defaultsOf({ $ref: '#/$defs/static_link' }))
    expect(filled.metadata).toEqual(defaultsOf({ $ref: '#/$defs/metadata' }))
    expect(filled.protected).toEqual(defaultsOf({ $ref: '#/$defs/protected' }))
  })

  test('every property of a body that a default can stand for has one in the schema', () => {
    const { name: _, type: __, ...optional } = normalise({ name: 'A', type: 'document' })
    const withDefault = Object.entries(optional).filter(([, value]) => value !== null)
    const { properties } = resolve({ $ref: '#/$defs/definition' }) as { properties: Record<string, Schema> }
    for (const [field] of withDefault) expect(annotation(properties[field] ?? {}, 'default'), field).toBeDefined()
  })

  test('the order of the layout names every field of the schema', () => {
    const fields = (name: string) => Object.keys(resolve({ $ref: `#/$defs/${name}` }).properties as object)
    expect(fields('definition')).toEqual([...BODY_FIELDS, 'renamed_from', 'environments'])
    expect(fields('extending')).toEqual(Object.keys(DEFINITION_ORDER))
    expect(fields('base')).toEqual(['extends', ...BODY_FIELDS, 'environments'])
    expect(fields('body')).toEqual(BODY_FIELDS)
    const options = resolve({ $ref: '#/$defs/options' })
    expect(namesIn(DEFINITION_ORDER.options)).toEqual(propertyNames(options))
    expect(Object.keys(POLICY_ORDER)).toEqual(Object.keys(schemas.policy.properties as object))
    expect(Object.keys(TEST_FILE_ORDER)).toEqual(Object.keys(schemas.test.properties as object))
    expect(Object.keys(TEST_ORDER)).toEqual(
      Object.keys(resolve({ $ref: 'test.schema.json#/$defs/test_case' }).properties as object),
    )
  })

  test('a test names every outcome of an attempt, every check and every field of a flow', () => {
    const of = (path: string) => resolve({ $ref: `test.schema.json#/$defs/${path}` })
    const names = (path: string) => Object.keys(of(path).properties as object)
    expect(of('test_case/properties/when/items').enum).toEqual(['verified', ...SESSION_ERROR_CODES])
    expect(of('test_then/properties/error').enum).toEqual(SESSION_ERROR_CODES)
    expect(names('test_then/properties/report')).toEqual(CHECKS.filter((check) => check !== 'matching'))
    const answered = resolve({ $ref: 'api.schema.json#/$defs/verified_outputs' }).properties as object
    expect(names('test_then/properties/verified_outputs').sort()).toEqual(Object.keys(answered).sort())
    expect(of('test_expect/properties/checks/items').enum).toEqual([...CHECKS])
    expect(names('test_flow')).toEqual([...BODY_FIELDS])
  })

  test('every pattern can explain itself', () => {
    const patterns = ['flow', 'config', 'policy', 'test'].flatMap((name) => [
      ...JSON.stringify(schemas[name as 'flow']).matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g),
    ])
    expect(patterns.length).toBeGreaterThan(5)
    for (const [, pattern] of patterns) expect(Object.keys(PATTERNS)).toContain(JSON.parse(pattern ?? ''))
  })

  test('a body is checked by the schema of a definition', () => {
    const example = (field: string) => (annotation({ $ref: `#/$defs/${field}` }, 'examples') as unknown[])[0]
    expect(
      checkFlowBody(
        {
          ...Object.fromEntries(
            ['name', 'description', 'return_url', 'static_link', 'metadata', 'protected'].map((field) => [
              field,
              example(field),
            ]),
          ),
          type: 'document',
          options: example('options'),
        },
        'live',
      ),
    ).toEqual([])
  })
})

/** Every property, however deep, with a path for people. */
function propertiesOf(schema: Schema, path = ''): { path: string; schema: Schema }[] {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, Schema>)
  const inner = ['items', 'additionalProperties', '$defs', 'anyOf', 'allOf'].flatMap((keyword) => {
    const value = schema[keyword]
    if (value === null || typeof value !== 'object') return []
    return Object.entries(keyword === 'items' || keyword === 'additionalProperties' ? { [keyword]: value } : value)
  }) as [string, Schema][]
  return [
    ...properties.flatMap(([name, property]) => [
      { path: `${path}/${name}`, schema: property },
      ...propertiesOf(property, `${path}/${name}`),
    ]),
    ...inner.flatMap(([name, property]) => propertiesOf(property, `${path}/${name}`)),
  ]
}

/** A keyword of a schema, or of what it refers to. */
function annotation(schema: Schema, keyword: string): unknown {
  if (schema[keyword] !== undefined) return schema[keyword]
  return typeof schema.$ref === 'string' ? annotation(resolve({ $ref: schema.$ref }), keyword) : undefined
}

function resolve(schema: Schema): Schema {
  if (typeof schema.$ref !== 'string') return schema
  const [file = '', pointer = ''] = schema.$ref.split('#')
  const name = (file.replace('.schema.json', '') || whereDefined(pointer)) as (typeof NAMES)[number]
  const found = pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((at, segment) => (at as Schema)[segment], schemas[name])
  return resolve(found as Schema)
}

function whereDefined(pointer: string): string {
  const segment = pointer.split('/')[2] ?? ''
  return NAMES.find((name) => Object.hasOwn((schemas[name].$defs ?? {}) as object, segment)) ?? 'flow'
}

/** A property's schema as one that stands alone: its references lead back to their file. */
function inlined(schema: Schema, name: string): Schema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', `"$ref":"${name}.schema.json#/`)) as Schema
}

/** The value that a schema's defaults add up to. */
function defaultsOf(schema: Schema): unknown {
  const resolved = resolve(schema)
  const own = annotation(schema, 'default')
  const properties = resolved.properties as Record<string, Schema> | undefined
  if (properties === undefined) return own
  return Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, defaultsOf(property)]))
}

function propertyNames(schema: Schema): unknown {
  const { properties } = resolve(schema)
  if (properties === undefined) return null
  return Object.fromEntries(
    Object.entries(properties as Record<string, Schema>).map(([name, property]) => [name, propertyNames(property)]),
  )
}

function namesIn(order: unknown): unknown {
  if (order === null || typeof order !== 'object') return null
  return Object.fromEntries(Object.entries(order).map(([name, inner]) => [name, namesIn(inner)]))
}
