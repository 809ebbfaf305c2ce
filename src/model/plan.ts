import { withoutApiKeysIn } from './api-key.js'
import { canonicalJson, digestOf, sha256Of } from './canonical.js'
import type { Change, Field, GuardResult, Plan, PolicyResult, Reason } from './schema-types.js'

export type { Change, Field, GuardResult, Plan, PolicyResult, Reason }
export type AcceptedFlow = NonNullable<Plan['accepted']>[number]
export type Action = Change['action']
export type Assurance = Change['assurance']
/** A guard that may be lifted by name, and whose changes people may approve. */
export type LiftableGuard = Exclude<GuardResult['guard'], 'deployment_size'>

/** The members of a change that `planDigest` reads: what would be written, and on which base. */
export type ChangeToWrite = Pick<Change, 'action' | 'key' | 'previous_key' | 'id' | 'base_version' | 'after'>

/**
 * Digest of what a plan would write and on which bases. Versions only grow, and the last deployment is one of the
 * bases. So no two applies ever share a digest, not even if a flow is created again under a key that a rename set free.
 */
export function planDigest(plan: {
  readonly project: string
  readonly livemode: boolean
  readonly base: Plan['base']
  readonly changes: readonly ChangeToWrite[]
  readonly accepted?: Plan['accepted']
}): string {
  return sha256Of(toWrite(plan))
}

/** The canonical JSON of an object with these members, change by change: there may be twenty thousand. */
function* toWrite({ project, livemode, base, changes, accepted }: Parameters<typeof planDigest>[0]): Generator<string> {
  yield `{"base":${canonicalJson(base.last_deployment)},"changes":[`
  let comma = ''
  for (const one of [...changes, ...recordsOf(accepted)]) {
    const { action, key, previous_key, id, base_version, after } = one
    yield comma + canonicalJson([action, key, previous_key, id, base_version, after])
    comma = ','
  }
  yield `],"livemode":${canonicalJson(livemode)},"project":${canonicalJson(project)}}`
}

/** Digest of one diff. Equal digests mean the same approved difference, whatever the flow's version. */
export function diffDigest(change: Pick<Change, 'action' | 'key' | 'previous_key' | 'fields'>): string {
  return digestOf([
    change.action,
    change.key,
    change.previous_key,
    change.fields.map(({ path, before, after }) => [path, before, after]),
  ])
}

/** What apply writes for edits that git has accepted: only that each flow is as defined. */
export function recordsOf(accepted: Plan['accepted'] = []) {
  return accepted.map((flow) => {
    const bare = { action: 'update' as const, previous_key: null, ...flow }
    return { ...bare, diff_digest: diffDigest({ ...bare, fields: [] }) }
  })
}

/**
 * Digest of everything in a saved plan's file, wording and figures included: the file holds exactly what a reviewer
 * saw. It is not a signature. Anybody who can write the file can also replace its digest.
 */
export function fileDigest(plan: Plan): string {
  const { file_digest: _, exit_code: _code, ...rest } = plan
  return digestOf(rest)
}

/**
 * A plan with all that its file says, and the digest over it. API keys are cut down before the digest is made, wherever
 * people may have written one, such as in the name of a branch. So nothing has to be altered when the file is read
 * back. Keys of flows and the values to write stay as they are, because apply uses them.
 */
export function sealed(plan: Plan, allowed: readonly string[]): Plan {
  const { changes, accepted: _, ...rest } = plan
  const whole: Plan = {
    ...plan,
    ...withoutApiKeysIn(rest),
    changes: changes.map((change) => {
      const { key, previous_key, after } = change
      return { ...withoutApiKeysIn(change), key, previous_key, after }
    }),
    allowed: [...new Set(allowed)],
  }
  return { ...whole, file_digest: fileDigest(whole) }
}

/** A plan as `plan --out` saves it. */
export type SavedPlan = Plan & Required<Pick<Plan, 'service' | 'allowed' | 'file_digest'>>

/** Whether apply changes no flow. It may still have to record accepted edits. */
export function isEmpty(plan: Pick<Plan, 'changes'>): boolean {
  return plan.changes.length === 0
}
