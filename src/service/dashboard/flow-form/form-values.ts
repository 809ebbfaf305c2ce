import type { Issue } from '../../../model/diagnostic.js'
import { type FlowConfig, normalise } from '../../../model/flow.js'
import { isObject } from '../../../model/json.js'
import { FORM_FIELDS, type FormField } from './form-fields.js'

/** One label of the metadata, as its two fields have it. */
export interface Label {
  readonly name: string
  readonly value: string
}

/** What a field of the form holds: a text, a choice, choices, whether it is on, or labels. */
export type FormValue = string | boolean | readonly string[] | readonly Label[]

/** What the form holds, by the pointer of each field. */
export type FormValues = ReadonlyMap<string, FormValue>

/** The values of a new flow. */
export const NEW_FLOW: FormValues = valuesOf({ ...normalise({ name: 'x', type: 'document' }), name: '' })

/** A flow's configuration as values of the form. */
export function valuesOf(config: FlowConfig): FormValues {
  return new Map(FORM_FIELDS.map((field) => [field.pointer, shown(field, at(config, field.path))]))
}

/** What was sent, read by the fields of the schema: nothing else counts. */
export function readValues(fields: Readonly<Record<string, unknown>>): FormValues {
  return new Map(FORM_FIELDS.map((field) => [field.pointer, read(field, at(fields, field.path))]))
}

/** The body of a flow that values of the form say. Fields that do not go with its type are left out. */
export function bodyOf(values: FormValues): Record<string, unknown> {
  const type = values.get('/type')
  const body: Record<string, unknown> = {}
  for (const field of FORM_FIELDS) {
    if (!isOf(type, field.pointer)) continue
    const value = said(field, values.get(field.pointer))
    if (value !== undefined) put(body, field.path, value)
  }
  return body
}

/**
 * Somebody else's changes and one's own, field by field: what one has not changed is as it is now. `both` are the fields
 * that both changed, in which one's own value stays.
 */
export function merged({ base, mine, now }: Record<'base' | 'mine' | 'now', FormValues>): {
  readonly values: FormValues
  readonly both: readonly string[]
} {
  const both: string[] = []
  const values = new Map<string, FormValue>()
  for (const { pointer } of FORM_FIELDS) {
    const [was, own = '', is = ''] = [base.get(pointer), mine.get(pointer), now.get(pointer)]
    const isOwn = !isSame(was, own)
    if (isOwn && !isSame(was, is) && !isSame(own, is)) both.push(pointer)
    values.set(pointer, isOwn ? own : is)
  }
  return { values, both }
}

/** A name that two labels have; undefined if each has its own. A body could hold only one of them. */
export function repeatedLabel(values: FormValues): string | undefined {
  const labels = values.get('/metadata') as readonly Label[]
  const names = labels.map(({ name }) => name)
  return names.find((name, index) => names.indexOf(name) !== index)
}

/** A value in a few words. */
export function valueText(value: FormValue = ''): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  if (typeof value === 'string') return value === '' ? 'nothing' : value
  return value.map((one) => (typeof one === 'string' ? one : `${one.name}: ${one.value}`)).join(', ') || 'nothing'
}

/** Issues by the field that they are about; those of no field are under the empty text. */
export function issuesByField(issues: readonly Issue[]): ReadonlyMap<string, readonly Issue[]> {
  const found = new Map<string, Issue[]>()
  for (const issue of issues) {
    const field = FORM_FIELDS.find(
      ({ pointer }) => issue.pointer === pointer || issue.pointer.startsWith(`${pointer}/`),
    )
    const place = field?.pointer ?? ''
    found.set(place, [...(found.get(place) ?? []), issue])
  }
  return found
}

/** Options of a document go with that type alone. */
function isOf(type: unknown, pointer: string): boolean {
  return type !== 'id_number' || !pointer.startsWith('/options/document')
}

function shown({ kind }: FormField, value: unknown): FormValue {
  if (kind === 'switch') return value === true
  if (kind === 'choices') return Array.isArray(value) ? value.map(String) : []
  if (kind !== 'labels') return typeof value === 'string' ? value : ''
  return Object.entries(isObject(value) ? value : {}).map(([name, text]) => ({ name, value: String(text) }))
}

function read({ kind }: FormField, value: unknown): FormValue {
  if (kind === 'switch') return value === 'true'
  if (kind === 'choices') return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
  if (kind !== 'labels') return lines(value)
  return Object.values(isObject(value) ? value : {})
    .filter(isObject)
    .map((label) => ({ name: lines(label.name), value: lines(label.value) }))
    .filter(({ name, value }) => name !== '' || value !== '')
}

/** Browsers send the ends of lines as CR and LF. */
function lines(value: unknown): string {
  return typeof value === 'string' ? value.replaceAll('\r\n', '\n') : ''
}

/** What a value says in a body; undefined for nothing, as an empty field that may be left out. */
function said({ kind, pointer }: FormField, value: FormValue = ''): unknown {
  if (kind !== 'labels') return value === '' && pointer !== '/name' && pointer !== '/type' ? undefined : value
  const labels = value as readonly Label[]
  return Object.fromEntries(labels.map((label) => [label.name, label.value]))
}

function isSame(one: FormValue | undefined, other: FormValue | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, name) => (isObject(inner) ? inner[name] : undefined), value)
}

function put(body: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [name = '', ...rest] = path
  if (rest.length === 0) body[name] = value
  else {
    const inner = (body[name] ?? {}) as Record<string, unknown>
    body[name] = inner
    put(inner, rest, value)
  }
}
