import { compareText } from '../model/canonical.js'
import type { FlowKey } from '../model/flow.js'
import { fitsPattern } from '../model/key-pattern.js'
import type { DesiredFlow, ObservedState, Reach } from '../model/state.js'
import { plural } from '../text/text.js'
import { Failure } from './failure.js'
import type { Reporter } from './site.js'

/**
 * The state holds only what the API key reaches. A flow beyond it looks like one that is not there, and would be planned
 * as new, or reported as not drifted. So a project that is wider than the key is refused with the names of what lies
 * beyond, and one that is not is told that there may be other flows. Throws Failure.
 * @param only the flows that the user limits this to, if they do
 */
export function checkReach(
  { bound_to: reach, flows }: ObservedState,
  desired: readonly DesiredFlow[],
  only?: readonly FlowKey[],
  reporter?: Pick<Reporter, 'note'>,
): void {
  const patterns = reach?.flows ?? null
  if (reach === undefined || patterns === null) return
  const asked = [
    // A rename that was done already needs no more of the earlier key.
    ...desired
      .map(({ key, renamedFrom }) =>
        renamedFrom === null || flows.some((flow) => flow.key === key) ? [key] : [key, renamedFrom],
      )
      .filter((keys) => only === undefined || keys.some((key) => only.includes(key)))
      .flat(),
    ...(only ?? []),
  ]
  const beyond = beyondText(reach, asked)
  if (beyond !== undefined) {
    const hint = 'use a key that reaches them, or name the flows that are meant: only those have to be within reach'
    throw new Failure('key_bound', beyond, { hint })
  }
  reporter?.note(`The API key ${reachText(reach)}: other flows of the project are not looked at.`)
}

/** Which of these flows lie beyond what a key reaches, in words; undefined if none does. */
export function beyondText(reach: Reach | undefined, asked: readonly FlowKey[]): string | undefined {
  const patterns = reach?.flows ?? null
  if (reach === undefined || patterns === null) return undefined
  const beyond = beyondPatterns(patterns, [...new Set(asked)]).toSorted(compareText)
  if (beyond.length === 0) return undefined
  const lie = beyond.length === 1 ? 'lies' : 'lie'
  return `the API key ${reachText(reach)}, and ${plural(beyond.length, 'flow')} ${lie} beyond: ${beyond.join(', ')}`
}

/** What a key is bound to, in words that go on "the key ...". */
export function reachText({ project, flows }: Reach): string {
  const which = flows === null ? 'the flows' : `only the flows ${flows.join(', ')}`
  return `reaches ${which}${project === null ? '' : ` of the project ${project}`}`
}

/** Which of these keys of flows lie beyond patterns. */
export function beyondPatterns(patterns: readonly string[], keys: readonly FlowKey[]): readonly FlowKey[] {
  return keys.filter((key) => !patterns.some((pattern) => fitsPattern(pattern, key)))
}
