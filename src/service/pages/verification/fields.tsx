import type { ComponentChildren } from 'preact'
import type { FieldFault } from '../../../verifier/hosted-page.js'
import type { Language, MessageName } from '../language/language.js'
import { FOCUS } from '../page.js'

/** A fault of a field, in words. */
export interface Fault {
  readonly field: string
  readonly text: string
}

/** The faults of a step in the words of its messages: "document.fault.country", "code.fault.missing". */
export function faultsInWords({ find, say }: Language, step: string, faults: readonly FieldFault[]): readonly Fault[] {
  return faults.map(({ field, fault }) => ({
    field,
    text: find(`${step}.fault.${field}`) ?? find(`${field}.fault.${fault}`) ?? say('fault.title'),
  }))
}

/** What is to be mended, at the top of a page: each fault leads to its field. */
export function FaultSummary({ language, faults }: { readonly language: Language; readonly faults: readonly Fault[] }) {
  if (faults.length === 0) return null
  return (
    <div class="error" role="alert" {...FOCUS}>
      <h2>{language.say('fault.title')}</h2>
      <ul>
        {faults.map(({ field, text }) => (
          <li key={field}>
            <a href={`#${field}`}>{text}</a>
          </li>
        ))}
      </ul>
    </div>
  )
}

interface TextFieldProps {
  readonly language: Language
  readonly name: string
  readonly label: MessageName
  readonly hint?: MessageName
  readonly value?: string
  readonly type?: 'text' | 'email' | 'tel'
  readonly autocomplete: string
  readonly inputmode?: 'numeric'
  readonly maxlength: number
  readonly isShort?: boolean
  readonly faults: readonly Fault[]
}

export function TextField(props: TextFieldProps) {
  const { language, name, label, hint, value, type = 'text', autocomplete, inputmode, maxlength, faults } = props
  const fault = faults.find(({ field }) => field === name)
  // The types of the elements know each kind of input by itself, and not one of several.
  const kind = { type } as { readonly type: 'text' }
  return (
    <div class="field">
      <label for={name}>{language.say(label)}</label>
      {hint && (
        <span class="hint" id={`${name}-hint`}>
          {language.say(hint)}
        </span>
      )}
      <FaultText fault={fault} />
      <input
        id={name}
        name={name}
        {...kind}
        autocomplete={autocomplete}
        maxlength={maxlength}
        value={value}
        {...(inputmode && { inputmode })}
        {...(props.isShort && { class: 'short' })}
        {...describedBy(name, hint !== undefined, fault)}
      />
    </div>
  )
}

export function FaultText({ fault }: { readonly fault: Fault | undefined }) {
  return fault ? (
    <span class="fault" id={`${fault.field}-fault`}>
      {fault.text}
    </span>
  ) : null
}

/** Connects a field with its hint and its fault, for screen readers. */
export function describedBy(name: string, hasHint: boolean, fault: Fault | undefined) {
  const ids = [hasHint && `${name}-hint`, fault && `${name}-fault`].filter(Boolean).join(' ')
  return { ...(ids !== '' && { 'aria-describedby': ids }), ...(fault && { 'aria-invalid': 'true' as const }) }
}

/** Says what holds because this is only a test. */
export function TestNote({ children }: { readonly children: ComponentChildren }) {
  return <div class="note">{children}</div>
}
