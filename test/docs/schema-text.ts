/** A JSON Schema, as far as the published ones use it. */
interface Schema {
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, Schema>>
  readonly title?: string
  readonly description?: string
  readonly type?: string
  readonly enum?: readonly string[]
  readonly anyOf?: readonly Schema[] | undefined
  /** Whether the name of a variable may stand here instead. */
  readonly orVariable?: boolean
  readonly items?: Schema
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema | boolean
  readonly propertyNames?: Schema
  readonly default?: unknown
  readonly examples?: readonly unknown[]
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly minProperties?: number
  readonly maxProperties?: number
  readonly minimum?: number
  readonly maximum?: number
}

/**
 * Every field of a schema as Markdown: a section each, with its type, limits, default and an example. `flow`: the schema
 * of definitions, which others refer to.
 */
export function schemaText(root: Schema, flow: Schema): string {
  const resolvedIn = (home: Schema, schema: Schema): Schema => {
    const { $ref, ...own } = schema
    const [value, variable] = schema.anyOf ?? []
    // What a variable may stand for has the limits of its value.
    if (value !== undefined && variable?.$ref === VARIABLE)
      return { ...resolved(value), ...own, anyOf: undefined, orVariable: true }
    if ($ref === undefined) return schema
    const [file = '', path = ''] = $ref.split('#/')
    const where = file === '' ? home : flow
    const names = path === '' ? [] : path.split('/')
    const target = names.reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], where)
    return { ...resolvedIn(where, target as Schema), ...own }
  }
  const resolved = (schema: Schema) => resolvedIn(root, schema)

  /** A field, and those inside it. */
  const fieldTexts = (path: string, schema: Schema, isRequired: boolean): string[] => {
    const field = resolved(schema)
    const heading = `## \`${path}\``
    const limits = limitsOf(field, resolved)
    const facts = [
      ['type', `${typeOf(field, resolved)}${field.orVariable ? ', or `{ variable: NAME }`' : ''}`],
      ['required', isRequired ? 'yes' : ''],
      ['default', field.default === undefined ? '' : code(field.default)],
      ['limits', limits.join('; ')],
      ['example', field.examples?.[0] === undefined ? '' : code(field.examples[0])],
    ].filter(([, value]) => value !== '')
    const text = [heading, field.description ?? '', facts.map(([name, value]) => `- ${name}: ${value}`).join('\n')]
    const inside = isBody(schema) ? [] : insideTexts(path, field)
    return [text.filter((part) => part !== '').join('\n\n'), ...inside]
  }

  const insideTexts = (path: string, field: Schema): string[] => {
    const inner = [field, ...(field.anyOf ?? []).map(resolved)]
    return inner.flatMap(({ properties = {}, required = [], additionalProperties, items }) => [
      ...Object.entries(properties).flatMap(([name, one]) =>
        fieldTexts(path === '' ? name : `${path}.${name}`, one, required.includes(name)),
      ),
      ...(typeof additionalProperties === 'object' && !isBody(additionalProperties)
        ? fieldTexts(`${path}.<name>`, additionalProperties, false)
        : []),
      ...(items?.$ref === undefined ? [] : insideTexts(`${path}[]`, resolved(items))),
    ])
  }

  return insideTexts('', root).join('\n\n')
}

/** An overlay or a flow repeats the body: what is different there is said of it as a whole. */
function isBody({ $ref = '', anyOf = [] }: Schema): boolean {
  return /(?:overlay|test_flow)$/.test($ref) || anyOf.some(isBody)
}
const VARIABLE = '#/$defs/variable'

function typeOf(field: Schema, resolved: (schema: Schema) => Schema): string {
  if (field.anyOf) return field.anyOf.map((one) => typeOf(resolved(one), resolved)).join(' or ')
  if (field.enum) return field.enum.map((value) => code(value)).join(' or ')
  if (field.type === 'array' && field.items) return `list of ${typeOf(resolved(field.items), resolved)}`
  return field.type === 'object' ? 'mapping' : (field.type ?? 'any')
}

function limitsOf(field: Schema, resolved: (schema: Schema) => Schema): string[] {
  const limits = [
    between(field.minLength, field.maxLength, 'characters'),
    between(field.minItems, field.maxItems, 'items'),
    between(field.minProperties, field.maxProperties, 'members'),
    field.minimum === undefined ? '' : `${field.minimum} to ${figure(field.maximum)}`,
    field.pattern === undefined ? '' : `matches ${code(field.pattern)}`,
  ]
  const names = field.propertyNames && limitsOf(field.propertyNames, resolved).join(', ')
  return [...limits, names ? `names: ${names}` : ''].filter((limit) => limit !== '')
}

function between(least: number | undefined, most: number | undefined, what: string): string {
  if (least === undefined && most === undefined) return ''
  if (most === undefined) return `at least ${figure(least)} ${what}`
  return least === undefined ? `at most ${figure(most)} ${what}` : `${figure(least)} to ${figure(most)} ${what}`
}

function figure(value: number | undefined): string {
  return value === undefined ? '' : value.toLocaleString('en')
}

function code(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``
}
