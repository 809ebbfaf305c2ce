import type { FlowConfig, FlowKey } from '../model/flow.js'
import { toDotted } from '../model/json-pointer.js'
import { diff } from '../plan/diff.js'
import type { FlowTarget } from './edit-project.js'
import { withLeaves } from './with-leaves.js'

interface ConfiguredFlow {
  readonly key: FlowKey
  readonly config: FlowConfig
}

/**
 * The targets that give each flow of `to` the values of the same key in `from`, except for the named fields, and the
 * flow at Stripe that it is bound to.
 */
export function promote(
  from: readonly ConfiguredFlow[],
  to: readonly ConfiguredFlow[],
  except: readonly string[],
): FlowTarget[] {
  const source = new Map(from.map(({ key, config }) => [key, config]))
  return to.flatMap(({ key, config }) => {
    const wanted = source.get(key)
    if (wanted === undefined) return []
    // A flow at Stripe belongs to one mode of one account.
    const left = diff(config, wanted).filter(({ path }) => path === '/stripe_flow' || isNamed(path, except))
    const target = withLeaves(
      wanted,
      config,
      left.map(({ path }) => path),
    )
    return diff(config, target).length > 0 ? [{ key, config: target }] : []
  })
}

/** Whether a field, or a group that contains it, is named: "return_url", "options.document", "metadata.team". */
function isNamed(path: string, names: readonly string[]): boolean {
  const dotted = toDotted(path)
  return names.some((name) => dotted === name || dotted.startsWith(`${name}.`))
}
