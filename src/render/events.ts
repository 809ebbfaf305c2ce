import { type Deployment, isRecord } from '../model/deployment.js'
import type { Diagnostic } from '../model/diagnostic.js'
import type { Change, Plan } from '../model/plan.js'
import { asChange } from '../plan/deployed.js'
import { printable } from '../text/text.js'

/**
 * Events for programs: one JSON object a line, each with a `type`. The first line is `version`, the last one is `end`
 * with the exit code. Minor versions of the format only add types and members, so readers should ignore unknown ones.
 */
export type EventLine = { readonly type: EventType } & Readonly<Record<string, unknown>>

type EventType =
  | 'version'
  | 'plan'
  | 'change'
  | 'conflict'
  | 'guard'
  | 'policy'
  | 'apply_started'
  | 'change_applied'
  /** A flow that was recorded as somebody had edited it. Nothing in it was written. */
  | 'change_recorded'
  | 'deployment'
  | 'applied_already'
  /** Nothing has happened for some seconds. */
  | 'waiting'
  | 'diagnostic'
  | 'error'
  | 'end'

/** One line, including its line feed. */
export function lineText(line: EventLine): string {
  return `${printable(JSON.stringify(line))}\n`
}

export function versionLine(program: string): EventLine {
  return { type: 'version', format: 'flows.events', format_version: '1.0', flows: program }
}

/** A plan: its summary, then every change, conflict, guard and policy. */
export function planLines(plan: Plan): EventLine[] {
  const { project, environment, livemode, digest, base, summary, changes, conflicts, guards, policies = [] } = plan
  return [
    { type: 'plan', project, environment, livemode, digest, base, summary },
    ...changes.map((change): EventLine => ({ type: 'change', ...changeMembers(change), source: change.source })),
    ...conflicts.map((conflict): EventLine => ({ type: 'conflict', ...conflict })),
    ...guards.map((guard): EventLine => ({ type: 'guard', ...guard })),
    ...policies.map(({ policy, ...result }): EventLine => ({ type: 'policy', name: policy, ...result })),
  ]
}

export function startedLine({ digest, changes }: Plan): EventLine {
  return { type: 'apply_started', digest, changes: changes.length }
}

/** A recorded deployment: every change with the version it made, then the deployment itself. */
export function deploymentLines(deployment: Deployment): EventLine[] {
  const { changes, ...rest } = deployment
  return [
    ...changes.map((change): EventLine => {
      const { version } = change
      return {
        type: isRecord(change) ? 'change_recorded' : 'change_applied',
        deployment: deployment.id,
        ...changeMembers(asChange(change)),
        version,
      }
    }),
    { type: 'deployment', ...rest, changes: changes.length },
  ]
}

export function appliedAlreadyLine({ id, plan_digest, approved_digest, actor, created }: Deployment): EventLine {
  return { type: 'applied_already', deployment: id, plan_digest, approved_digest, actor, created }
}

function changeMembers({ action, key, previous_key, id, base_version, fields, diff_digest, assurance }: Change) {
  return {
    action,
    key,
    previous_key,
    id,
    base_version,
    fields: fields.map(({ path, before, after }) => ({ path, before, after })),
    diff_digest,
    assurance: {
      effect: assurance.effect,
      exposes_link: assurance.exposes_link,
      breaks_callers: assurance.breaks_callers,
    },
  }
}

export function diagnosticLine({ severity, code, message, hint, at }: Diagnostic): EventLine {
  return { type: 'diagnostic', severity, code, message, hint: hint ?? null, ...at }
}

export function endLine(exitCode: number): EventLine {
  return { type: 'end', exit_code: exitCode }
}
