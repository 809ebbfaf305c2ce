import type { Subject } from './plan-comments.js'

/**
 * The name of a saved plan in the artifacts of CI jobs. It contains project and environment, because one repository may
 * hold several projects. Dots separate them: neither may contain a dot, so two pairs never share a name.
 */
function nameOf({ project, environment }: Subject): string {
  return `flows-plan.${project}.${environment}`
}

/** Name of the file. */
export function planFile(subject: Subject): string {
  return `${nameOf(subject)}.json`
}

/** Name of the GitHub artifact with the file: one for each commit of a pull request. */
export function planArtifact(subject: Subject, commit: string): string {
  return `${nameOf(subject)}.${commit}`
}
