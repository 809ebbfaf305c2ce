import type { FileEdit } from '../../edit/edit-project.js'
import { type Withheld, withoutApiKeys } from '../../edit/without-api-keys.js'
import { compareText } from '../../model/canonical.js'
import type { FlowKey } from '../../model/flow.js'
import { Failure } from '../failure.js'
import { reachText } from '../reach.js'
import { checkUnmanaged } from './adopt.js'
import type { Editing } from './open.js'
import { editsFor } from './write-edits.js'

/** New definitions, and what they leave out. */
export interface Imported {
  readonly edits: readonly FileEdit[]
  /** Keys of the flows that get a definition, in order. */
  readonly keys: readonly FlowKey[]
  readonly withheld: readonly Withheld[]
}

/** Definitions for flows that no project manages: the named ones, else all. Nothing is written. */
export function editsToImport(editing: Editing, named: readonly FlowKey[]): Imported {
  const { site, definitions, state } = editing
  const chosen = chosenKeys(editing, named)
  const flows = state.flows.filter(({ key }) => chosen.includes(key)).map(({ key, config }) => ({ key, config }))
  const { targets, withheld } = withoutApiKeys(flows, [])
  const edits = editsFor(site.project, definitions, site.target.name, targets, state)
  return { edits, keys: targets.map(({ key }) => key), withheld }
}

/** A key that is bound to a project reaches no flow that nobody manages. Throws Failure. */
function checkReachesUnmanaged({ site, state: { bound_to: reach } }: Editing): void {
  if (reach === undefined) return
  if (reach.project === null) {
    site.reporter.note(`The API key ${reachText(reach)}: others are not looked at.`)
    return
  }
  throw new Failure('key_bound', `the API key ${reachText(reach)}, and flows that nobody manages lie beyond`, {
    hint: 'import with a key that is not bound to a project',
  })
}

function chosenKeys(editing: Editing, named: readonly FlowKey[]): readonly FlowKey[] {
  const { site, definitions, state } = editing
  checkReachesUnmanaged(editing)
  const defined = definitions.count === 0 ? [] : definitions.desired(site.target.name).map(({ key }) => key)
  const unmanaged = state.flows
    .filter((flow) => flow.project === null && flow.status === 'active')
    .map(({ key }) => key)
  const chosen = named.length > 0 ? [...new Set(named)] : unmanaged.filter((key) => !defined.includes(key))
  checkUnmanaged(editing, chosen, defined, true)
  return chosen.toSorted(compareText)
}
