import { canonicalJson } from '../../model/canonical.js'
import { normalise } from '../../model/flow.js'
import { leavesOf } from '../../model/leaves.js'
import type { Change, Field } from '../../model/plan.js'
import { formatValue, printable } from '../../text/text.js'

/**
 * The fields worth reading: for a new flow only those that are not at their default, else all. The rest are counted, so
 * that nothing is silently hidden.
 */
export function fieldsToShow(change: Change): { readonly shown: readonly Field[]; readonly defaults: number } {
  if (change.action !== 'create' || change.after === null) return { shown: change.fields, defaults: 0 }
  const unset = leavesOf(normalise({ name: '', type: change.after.type }))
  const isSet = ({ path, after }: Field) =>
    path === '/type' || canonicalJson(unset.get(path) ?? null) !== canonicalJson(after)
  const shown = change.fields.filter(isSet)
  return { shown, defaults: change.fields.length - shown.length }
}

/** Why a field matters to the strength of the verification, if it does. */
export function reasonOf(change: Change, field: Field): string | null {
  const messages = change.assurance.reasons.filter(({ path }) => path === field.path).map(({ message }) => message)
  return messages.length > 0 ? messages.join(', ') : null
}

/** Says if a field was edited outside git, and its earlier value if apply does not simply restore it. */
export function driftNote(field: Field): string[] {
  if (field.origin !== 'drift') return []
  const isTakenBack = canonicalJson(field.applied) === canonicalJson(field.after)
  return [isTakenBack ? 'edited outside git' : `edited outside git, was ${formatValue(field.applied)}`]
}

interface Said {
  readonly line: number | null
  readonly file?: string | undefined
  readonly variable?: Field['variable'] | undefined
}

/** Where a field is set: its line in the definition, or the place in a base, and the place of a variable's value. */
export function placeNotes(field: Said): string[] {
  const { line, file } = field
  return [...(line === null || file !== undefined ? [] : [`line ${line}`]), ...otherPlaces(field)]
}

/** The same without the line of the definition, for readers who see only other files named. */
export function otherPlaces({ line, file, variable }: Said): string[] {
  return [
    ...(line === null || file === undefined ? [] : [printable(`${file}:${line}`)]),
    ...(variable === undefined ? [] : [printable(`variable ${variable.name}, ${variable.file}:${variable.line}`)]),
  ]
}
