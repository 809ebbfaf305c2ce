import type { FileEdit, FlowTarget } from '../../edit/edit-project.js'
import { type FlowKey, isFlowKey } from '../../model/flow.js'
import { toDotted } from '../../model/json-pointer.js'
import type { Mode } from '../../model/mode.js'
import { boundConfig, keysFromIds } from '../../stripe/binding.js'
import type { Tally } from '../../stripe/tally.js'
import { editsFor } from '../edits/write-edits.js'
import { Failure } from '../failure.js'
import type { Definitions } from '../project/definitions.js'
import type { Project } from '../project/project.js'
import type { Target } from '../site.js'
import { boundIn, readAccount, type WatchOptions } from './watch.js'

/** A key for the definition of a flow at Stripe. */
export interface NamedFlow {
  readonly key: FlowKey
  readonly id: string
}

export interface ImportOptions extends WatchOptions {
  readonly project: Project
  /** Ids of the flows; none for all that are used and that no definition names. */
  readonly ids: readonly string[]
  readonly named: readonly NamedFlow[]
}

export interface ImportedFromStripe {
  readonly mode: Mode
  readonly environment: string
  readonly edits: readonly FileEdit[]
}

/**
 * Definitions that are bound to the flows that an account uses: new ones, or for keys that have one, its `stripe_flow`. Nothing
 * is written. Throws Failure with everything that stands against it.
 */
export async function editsFromStripe(options: ImportOptions): Promise<ImportedFromStripe> {
  const { account, tally, since, target, definitions } = await readAccount(options)
  if (target === undefined || definitions === undefined) throw new Error('a project has definitions and environments')
  const wanted = wantedFlows(options, { tally, since, definitions, target })
  const { targets, faults } = targetsFor(wanted, { tally, definitions, target })
  if (faults.length > 0) throw new Failure('not_importable', `Nothing was written: ${[...new Set(faults)].join('; ')}.`)
  const edits = editsFor(options.project, definitions, target.name, targets)
  return { mode: account.mode, environment: target.name, edits }
}

interface Known {
  readonly tally: Tally
  readonly definitions: Definitions
  readonly target: Target
}

/** The flows to write down, each with a key. */
function wantedFlows({ ids, named }: ImportOptions, known: Known & { readonly since: number }): readonly NamedFlow[] {
  const { tally, since, definitions, target } = known
  const bound = new Set(boundIn(definitions, target).map(({ id }) => id))
  const isNamed = (id: string) => named.some((one) => one.id === id)
  const used = [...tally.flows.values()].filter(({ id, last }) => last >= since && !bound.has(id)).map(({ id }) => id)
  const rest = (ids.length > 0 ? [...new Set(ids)] : named.length > 0 ? [] : used).filter((id) => !isNamed(id))
  const keys = keysFromIds(rest.toSorted(), new Set([...definitions.keys, ...named.map(({ key }) => key)]))
  return [...named, ...[...keys].map(([id, key]) => ({ key, id }))]
}

function targetsFor(wanted: readonly NamedFlow[], { tally, definitions, target }: Known) {
  const faults: string[] = []
  const desired = definitions.count === 0 ? [] : definitions.desired(target.name)
  const bound = boundIn(definitions, target)
  const targets = wanted.flatMap(({ key, id }): FlowTarget[] => {
    const fault = keyFault(key) ?? doubleFault({ key, id }, wanted, bound)
    if (fault !== undefined) {
      faults.push(fault)
      return []
    }
    const existing = desired.find((flow) => flow.key === key)
    // What it checks is the business of who keeps the definition; watching says where it differs.
    if (existing !== undefined) return [{ key, config: { ...existing.config, stripe_flow: id } }]
    const [shown] = tally.flows.get(id)?.looks ?? []
    if (shown === undefined) {
      faults.push(`no recent session shows what ${id} checks`)
      return []
    }
    const { config, inexpressible } = boundConfig(id, `Stripe flow ${id}`, shown)
    if (inexpressible.length > 0) {
      faults.push(`${id} checks what no definition can say: ${inexpressible.map(toDotted).join(', ')}`)
      return []
    }
    return [{ key, config }]
  })
  return { targets, faults }
}

function keyFault(key: string): string | undefined {
  if (isFlowKey(key)) return undefined
  return `"${key}" is not a key: lower-case letters, digits, - and _, at most 63`
}

function doubleFault(
  { key, id }: NamedFlow,
  wanted: readonly NamedFlow[],
  bound: readonly (NamedFlow & { readonly file: string })[],
): string | undefined {
  if (wanted.filter((one) => one.key === key || one.id === id).length > 1) return `"${key}" or ${id} is named twice`
  const other = bound.find((one) => one.id === id || one.key === key)
  if (other === undefined) return undefined
  return `${other.file} is bound to ${other.id} already`
}
