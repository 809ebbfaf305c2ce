import type { FlowConfig, FlowKey } from '../model/flow.js'
import { secretIssues } from '../validate/secrets.js'
import type { FlowTarget } from './edit-project.js'
import { withLeaves } from './with-leaves.js'

/** Fields of a flow with an API key in their name or value: no definition may contain that. */
export interface Withheld {
  readonly key: FlowKey
  /** JSON Pointers. */
  readonly paths: readonly string[]
  /** Whether nothing of the flow is written: a new definition without these fields would define another flow. */
  readonly isWhole: boolean
}

/** The targets without API keys. Such a field stays as defined, and a flow without a definition does not get one. */
export function withoutApiKeys<Target extends FlowTarget>(
  targets: readonly Target[],
  defined: readonly { readonly key: FlowKey; readonly config: FlowConfig }[],
): { readonly targets: Target[]; readonly withheld: Withheld[] } {
  const withheld: Withheld[] = []
  const safe = targets.flatMap((target) => {
    const { key, definition = key, config } = target
    const paths = secretIssues(config, '').map(({ pointer }) => pointer)
    if (config === null || paths.length === 0) return [target]
    const existing = defined.find((one) => one.key === definition)
    withheld.push({ key, paths, isWhole: existing === undefined })
    return existing === undefined ? [] : [{ ...target, config: withLeaves(config, existing.config, paths) }]
  })
  return { targets: safe, withheld }
}
