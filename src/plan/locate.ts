import type { Plan } from '../model/plan.js'

/** Where definitions say things; lines count from 1. */
export interface Places {
  /** Line that sets a field of a file's flow in an environment; null if a default sets it. */
  lineOf(file: string, environment: string, path: string): number | null
  /** First line of the flow's body. */
  bodyLine(file: string): number
}

/**
 * The same plan with the lines of its definitions filled in. Lines are not part of any digest. Every line of a new flow
 * is new, so only the first is named: finding the others would mean parsing each file again.
 */
export function locate(plan: Plan, places: Places): Plan {
  return {
    ...plan,
    changes: plan.changes.map((change) => {
      const { source } = change
      if (source === null) return change
      return {
        ...change,
        source: { file: source.file, line: places.bodyLine(source.file) },
        fields:
          change.action === 'create'
            ? change.fields
            : change.fields.map((field) => ({
                ...field,
                line: places.lineOf(source.file, plan.environment, field.path),
              })),
      }
    }),
  }
}
