import type { Issue } from '../../../model/diagnostic.js'
import { FIELD_GROUPS, type FormField, KEY_FIELD } from './form-fields.js'
import type { FormValue, FormValues, Label } from './form-values.js'

/** Empty rows for more labels, after those that there are. */
const MORE_LABELS = 3

interface FieldsProps {
  readonly values: FormValues
  /** What is wrong, by the pointer of the field. */
  readonly issues: ReadonlyMap<string, readonly Issue[]>
  /** Fields that somebody else has changed too: the words of what they are now, by pointer. */
  readonly both: ReadonlyMap<string, string>
}

/** Every field of a flow, in the order of the schema. What goes with one type alone is hidden by the style sheet. */
export function FlowFields({ values, issues, both }: FieldsProps) {
  return (
    <>
      {FIELD_GROUPS.map(({ pointer, title, description, fields }) => {
        const inside = fields.map((field) => (
          <Field
            key={field.pointer}
            field={field}
            value={values.get(field.pointer) ?? ''}
            issues={issues.get(field.pointer) ?? []}
            other={both.get(field.pointer)}
          />
        ))
        if (title === null) return inside
        return (
          <fieldset key={pointer} class={pointer === '/options/document' ? 'of-document' : undefined}>
            <legend>{title}</legend>
            <p class="quiet">{description}</p>
            {inside}
          </fieldset>
        )
      })}
    </>
  )
}

/** The key of a new flow. */
export function KeyField({ value, fault }: { readonly value: string; readonly fault: string | null }) {
  const issues: Issue[] =
    fault === null ? [] : [{ code: 'KEY_INVALID', message: fault, pointer: '/key', part: 'value' }]
  return <Field field={KEY_FIELD} value={value} issues={issues} />
}

interface FieldProps {
  readonly field: FormField
  readonly value: FormValue
  readonly issues: readonly Issue[]
  readonly other?: string | undefined
}

function Field({ field, value, issues, other }: FieldProps) {
  const { kind, title, description } = field
  const id = idOf(field.pointer)
  const isGroup = kind === 'choices' || kind === 'labels'
  const about = [`${id}-hint`, ...(issues.length > 0 ? [`${id}-fault`] : [])].join(' ')
  const notes = (
    <>
      <div class="quiet" id={`${id}-hint`}>
        {description}
      </div>
      {other !== undefined && <div class="other">Now: {other}</div>}
      {issues.length > 0 && (
        <div class="fault" id={`${id}-fault`}>
          {issues.map(({ message, hint, pointer }) => (
            <p key={pointer + message}>{hint === undefined ? message : `${message}: ${hint}`}</p>
          ))}
        </div>
      )}
    </>
  )
  if (kind === 'switch') {
    return (
      <div class="field">
        <div class="form-check">
          <input
            class="form-check-input"
            type="checkbox"
            id={id}
            name={field.name}
            value="true"
            checked={value === true}
            aria-describedby={about}
          />
          <label for={id}>{title}</label>
        </div>
        {notes}
      </div>
    )
  }
  if (isGroup) {
    return (
      // A list of faults leads here.
      <fieldset class="field" id={id} aria-describedby={about}>
        <legend>{title}</legend>
        {notes}
        {kind === 'choices' ? <Choices field={field} value={value} /> : <Labels field={field} value={value} />}
      </fieldset>
    )
  }
  return (
    <div class="field">
      <label for={id}>{title}</label>
      <Control field={field} value={value} id={id} describedBy={about} isWrong={issues.length > 0} />
      {notes}
    </div>
  )
}

interface ControlProps {
  readonly field: FormField
  readonly value: FormValue
  readonly id: string
  readonly describedBy: string
  readonly isWrong: boolean
}

function Control({ field, value, id, describedBy, isWrong }: ControlProps) {
  const { name, kind, choices, longest, example } = field
  const text = typeof value === 'string' ? value : ''
  const same = { id, name, 'aria-describedby': describedBy, ...(isWrong && { 'aria-invalid': 'true' as const }) }
  if (kind === 'choice') {
    return (
      <select class="form-select" {...same}>
        {choices.map((one) => (
          <option key={one} value={one} selected={one === text}>
            {one}
          </option>
        ))}
      </select>
    )
  }
  if (kind === 'prose') return <textarea class="form-control" rows={3} maxLength={longest} value={text} {...same} />
  return <input class="form-control" type="text" value={text} maxLength={longest} placeholder={example} {...same} />
}

function Choices({ field: { name, choices }, value }: { readonly field: FormField; readonly value: FormValue }) {
  const chosen: readonly unknown[] = Array.isArray(value) ? value : []
  return (
    <>
      {choices.map((one) => (
        <label key={one} class="form-check">
          <input
            class="form-check-input"
            type="checkbox"
            name={`${name}[]`}
            value={one}
            checked={chosen.includes(one)}
          />{' '}
          {one}
        </label>
      ))}
    </>
  )
}

/** A row for each label. Values may have several lines. */
function Labels({ field: { name }, value }: { readonly field: FormField; readonly value: FormValue }) {
  const labels = (Array.isArray(value) ? value : []) as readonly Label[]
  const empty = Array.from({ length: MORE_LABELS }, (): Label => ({ name: '', value: '' }))
  return (
    <div class="labels">
      {[...labels, ...empty].map((label, index) => (
        <div key={`${index}`}>
          <input
            class="form-control"
            type="text"
            name={`${name}[${index}][name]`}
            value={label.name}
            maxLength={40}
            aria-label={`Name of label ${index + 1}`}
          />
          <textarea
            class="form-control"
            rows={1}
            name={`${name}[${index}][value]`}
            value={label.value}
            maxLength={500}
            aria-label={`Value of label ${index + 1}`}
          />
        </div>
      ))}
    </div>
  )
}

/** Where a field is on the page: faults at the top lead there. */
export function idOf(pointer: string): string {
  return `field${pointer.replaceAll('/', '-')}`
}
