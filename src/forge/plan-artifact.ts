import type { Subject } from './plan-comments.js'

/**
 * How a saved plan is called where CI jobs keep it. Project and environment are both in it, as one repository may hold
 * several projects; and between dots, which no name of either has, so that no two pairs are called the same.
 */
function nameOf({ project, environment }: Subject): string {
  return `flows-plan.${project}.${environment}`
}

/** The file. */
export function planFile(subject: Subject): string {
  return `${nameOf(subject)}.json`
}

/** The artifact of GitHub that holds it: one for each commit of a pull request. */
export function planArtifact(subject: Subject, commit: string): string {
  return `${nameOf(subject)}.${commit}`
}
