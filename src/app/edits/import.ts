import type { FileEdit } from '../../edit/edit-project.js'
import { type Withheld, withoutApiKeys } from '../../edit/without-api-keys.js'
import { compareText } from '../../model/canonical.js'
import type { FlowKey } from '../../model/flow.js'
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

function chosenKeys(editing: Editing, named: readonly FlowKey[]): readonly FlowKey[] {
  const { site, definitions, state } = editing
  const defined = definitions.count === 0 ? [] : definitions.desired(site.target.name).map(({ key }) => key)
  const unmanaged = state.flows
    .filter((flow) => flow.project === null && flow.status === 'active')
    .map(({ key }) => key)
  const chosen = named.length > 0 ? [...new Set(named)] : unmanaged.filter((key) => !defined.includes(key))
  checkUnmanaged(editing, chosen, defined, true)
  return chosen.toSorted(compareText)
}
