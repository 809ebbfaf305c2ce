import { isObject } from '../../../src/model/json.js'
import { fromPointer, toBrackets, toPointer } from '../../../src/model/json-pointer.js'
import type { OpenApiDocument } from '../../../src/service/openapi/document.js'

type Schema = Readonly<Record<string, unknown>>

/** One limit of one parameter of a request, as the OpenAPI document has it. */
export interface Limit {
  /** "POST /v1/identity/verification_flows". */
  readonly operation: string
  /** A query parameter, or a member of the body; with "0" for items, "*" for labels, and "name" for what they are called. */
  readonly path: readonly string[]
  readonly keyword: string
  readonly value: unknown
  readonly schema: Schema
}

const KEYWORDS = ['minLength', 'maxLength', 'minimum', 'maximum', 'minItems', 'maxItems', 'maxProperties', 'pattern']

/** Every limit of every parameter, whatever the operation. */
export function limitsOf(document: OpenApiDocument): Limit[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { parameters = [], requestBody }]) => {
      const operation = `${method.toUpperCase()} ${path}`
      const query = parameters.filter((one) => one.in === 'query')
      const schemas = [
        ...query.map(({ name, schema }) => [[name], schema] as const),
        ...Object.values(requestBody?.content ?? {}).map((media) => [[], media.schema as Schema] as const),
      ]
      return schemas.flatMap(([at, schema]) => inside(document, schema, at, operation))
    }),
  )
}

export function nameOf({ operation, path, keyword, value }: Limit): string {
  return `${operation} ${toBrackets(toPointer(path))} ${keyword} ${value}`
}

function inside(document: OpenApiDocument, given: Schema, path: readonly string[], operation: string): Limit[] {
  const schema = resolved(document, given)
  const into = (inner: unknown, ...segments: string[]) =>
    isObject(inner) ? inside(document, inner, [...path, ...segments], operation) : []
  const choices = (schema.anyOf ?? []) as readonly Schema[]
  // Where a parameter can be unset, to be empty is no fault, and no form can hold a list of nothing.
  const canBeEmpty = choices.some((choice) => choice.const === '')
  return [
    ...KEYWORDS.filter((keyword) => schema[keyword] !== undefined).map((keyword) => ({
      operation,
      path,
      keyword,
      value: schema[keyword],
      schema,
    })),
    ...choices.flatMap((choice) => into(choice)).filter((limit) => !canBeEmpty || !isOwnLeast(limit, path)),
    ...Object.entries((schema.properties ?? {}) as object).flatMap(([name, inner]) => into(inner, name)),
    ...into(schema.items, '0'),
    ...into(schema.additionalProperties, '*'),
    ...into(schema.propertyNames, 'name'),
  ]
}

function isOwnLeast({ path, keyword }: Limit, own: readonly string[]): boolean {
  return path.length === own.length && (keyword === 'minLength' || keyword === 'minItems')
}

function resolved(document: OpenApiDocument, { $ref, ...schema }: Schema): Schema {
  if (typeof $ref !== 'string') return schema
  let at: unknown = document
  for (const segment of fromPointer($ref.slice(1))) at = (at as Schema)[segment]
  return { ...resolved(document, at as Schema), ...schema }
}
