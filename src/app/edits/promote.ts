import type { FileEdit } from '../../edit/edit-project.js'
import { promote } from '../../edit/promote.js'
import { type Withheld, withoutApiKeys } from '../../edit/without-api-keys.js'
import type { FlowKey } from '../../model/flow.js'
import { configsOf } from '../compare.js'
import { checkedDefinitions } from '../project/sources.js'
import type { Site } from '../site.js'
import { editsFor, finishEdits } from './write-edits.js'

export interface PromoteChoice {
  /** Keys of flows; an empty list means all. */
  readonly keys: readonly FlowKey[]
  /** Fields that keep their values, such as "return_url". */
  readonly except: readonly string[]
  /** Whether to take what the first environment's service has, not what the definitions say. */
  readonly isObserved: boolean
  /** Whether nothing may be written. */
  readonly check: boolean
}

/** The edits that give a site the flows of another environment of its project. Nothing is written yet. */
export async function editsToPromote(
  from: Site,
  to: Site,
  { keys, except, isObserved, check }: PromoteChoice,
): Promise<{ readonly edits: readonly FileEdit[]; readonly withheld: readonly Withheld[] }> {
  const { project, target } = to
  finishEdits(to, check)
  const definitions = checkedDefinitions(project)
  const [source] = await configsOf(from, to, isObserved, keys)
  const flows = definitions.desired(target.name)
  const wanted = [...source].map(([key, config]) => ({ key, config }))
  const { targets, withheld } = withoutApiKeys(promote(wanted, flows, except), flows)
  return { edits: editsFor(project, definitions, target.name, targets), withheld }
}
