import flowSchema from '../../../../schemas/flow.schema.json' with { type: 'json' }
import { toBrackets, toPointer } from '../../../model/json-pointer.js'

/** How a field is filled in. */
type Kind = 'line' | 'prose' | 'switch' | 'choice' | 'choices' | 'labels'

/** One field of a flow, as the form shows it: all of it is said by schemas/flow.schema.json. */
export interface FormField {
  /** Where it is in a flow: "/options/document/allowed_types". */
  readonly pointer: string
  readonly path: readonly string[]
  /** Its name in the form, which is that of the API's parameter: "options[document][allowed_types]". */
  readonly name: string
  readonly kind: Kind
  readonly title: string
  readonly description: string
  readonly example: string
  readonly longest: number | undefined
  readonly choices: readonly string[]
}

/** Fields that belong together, with the words above them; those that stand alone have none. */
export interface FieldGroup {
  readonly pointer: string
  readonly title: string | null
  readonly description: string | null
  readonly fields: readonly FormField[]
}

/** The parts of a JSON Schema that a form is made of. */
interface Schema {
  readonly $ref?: string
  readonly title?: string
  readonly description?: string
  readonly type?: string
  readonly enum?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: unknown
  readonly items?: Schema
  readonly pattern?: string
  readonly format?: string
  readonly maxLength?: number
  readonly examples?: readonly unknown[]
}

const DEFS = flowSchema.$defs as unknown as Readonly<Record<string, Schema>>

/** The fields of a flow in the order of the schema, by what they belong to. */
export const FIELD_GROUPS: readonly FieldGroup[] = groupsIn(DEFS.body ?? {}, [])

export const FORM_FIELDS: readonly FormField[] = FIELD_GROUPS.flatMap(({ fields }) => fields)

/** The schema of a key, which a flow has beside its body. */
export const KEY_FIELD: FormField = fieldOf(resolved({ $ref: '#/$defs/key' }), ['key'])

function groupsIn(schema: Schema, path: readonly string[]): FieldGroup[] {
  const groups: FieldGroup[] = []
  let alone: FormField[] = []
  const close = () => {
    if (alone.length > 0) {
      const isTop = path.length === 0
      groups.push({
        pointer: toPointer(path),
        title: isTop ? null : (schema.title ?? null),
        description: isTop ? null : (schema.description ?? null),
        fields: alone,
      })
    }
    alone = []
  }
  for (const [name, member] of Object.entries(schema.properties ?? {})) {
    const inner = resolved(member)
    if (inner.properties === undefined) alone.push(fieldOf(inner, [...path, name]))
    else {
      close()
      groups.push(...groupsIn(inner, [...path, name]))
    }
  }
  close()
  return groups
}

/** The target of a reference, with what stands beside the reference put over it. */
function resolved({ $ref, ...own }: Schema): Schema {
  const target = $ref === undefined ? undefined : DEFS[$ref.slice('#/$defs/'.length)]
  return target === undefined ? own : { ...resolved(target), ...own }
}

function fieldOf(schema: Schema, path: readonly string[]): FormField {
  const { title = '', description = '', maxLength: longest, examples = [] } = schema
  const items = schema.items === undefined ? undefined : resolved(schema.items)
  return {
    pointer: toPointer(path),
    path,
    name: toBrackets(toPointer(path)),
    kind: kindOf(schema),
    title,
    description,
    example: typeof examples[0] === 'string' ? examples[0] : '',
    longest,
    choices: schema.enum ?? items?.enum ?? [],
  }
}

function kindOf(schema: Schema): Kind {
  if (schema.type === 'boolean') return 'switch'
  if (schema.type === 'array') return 'choices'
  if (schema.type === 'object') return 'labels'
  if (schema.enum !== undefined) return 'choice'
  // Text of any form is prose. A pattern or a format says that it is one line.
  return schema.pattern === undefined && schema.format === undefined ? 'prose' : 'line'
}
