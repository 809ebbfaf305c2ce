import type { Field, Plan } from '../model/plan.js'

/** Where a field of a flow is set: in its definition, or in a base; lines count from 1. */
export interface FieldPlace {
  readonly file: string
  readonly line: number
  /** The variable that stands there, and where it gets its value. */
  readonly variable?: Field['variable']
}

/** Where definitions say things. */
export interface Places {
  /** Where a field of a file's flow is set for an environment; null if a default sets it. */
  placeOf(file: string, environment: string, path: string): FieldPlace | null
  /** First line of the flow's body. */
  bodyLine(file: string): number
}

/**
 * The same plan with the lines of its definitions filled in. Lines are not part of any digest. Every line of a new flow
 * is new, so only the first is named: finding the others would mean parsing each file again.
 */
export function locate(plan: Plan, places: Places): Plan {
  const at = <At extends { readonly path: string }>(file: string, field: At) => ({
    ...field,
    ...saidAt(places.placeOf(file, plan.environment, field.path), file),
  })
  return {
    ...plan,
    conflicts: plan.conflicts.map((conflict) => {
      const place = conflict.path === undefined ? null : places.placeOf(conflict.file, plan.environment, conflict.path)
      return place === null ? conflict : { ...conflict, file: place.file, line: place.line }
    }),
    ...(plan.bound && {
      bound: plan.bound.map((flow) => ({ ...flow, fields: flow.fields.map((field) => at(flow.file, field)) })),
    }),
    changes: plan.changes.map((change) => {
      const { source } = change
      if (source === null) return change
      return {
        ...change,
        source: { file: source.file, line: places.bodyLine(source.file) },
        fields: change.action === 'create' ? change.fields : change.fields.map((field) => at(source.file, field)),
      }
    }),
  }
}

type SaidAt = Pick<Field, 'line'> & Partial<Pick<Field, 'file' | 'variable'>>

/** What a field of a plan tells about its place. The file is named only if it is not the definition. */
export function saidAt(place: FieldPlace | null, definition: string): SaidAt {
  if (place === null) return { line: null }
  const { file, line, variable } = place
  return { line, ...(file !== definition && { file }), ...(variable !== undefined && { variable }) }
}

/** The same as a field already tells it. */
export function placeIn(field: Field | undefined): SaidAt {
  if (field === undefined) return { line: null }
  const { line, file, variable } = field
  return { line, ...(file !== undefined && { file }), ...(variable !== undefined && { variable }) }
}
