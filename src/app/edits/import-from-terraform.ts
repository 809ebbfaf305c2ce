import type { FileEdit } from '../../edit/edit-project.js'
import { withoutApiKeys } from '../../edit/without-api-keys.js'
import type { FlowKey } from '../../model/flow.js'
import { toDotted } from '../../model/json-pointer.js'
import type { ObservedFlow } from '../../model/state.js'
import type { FlowInState } from '../../synth/terraform-state.js'
import { printable } from '../../text/text.js'
import { Failure } from '../failure.js'
import type { Editing } from './open.js'
import { editsFor } from './write-edits.js'

export interface Taken {
  readonly edits: readonly FileEdit[]
  /** Addresses of the resources that Terraform must forget. */
  readonly addresses: readonly string[]
}

/**
 * Definitions for flows of this project that Terraform has managed. Nothing is written, and the flows do not change:
 * the project owns them already. A flow that has a definition keeps it.
 */
export function editsFromTerraform(editing: Editing, inState: readonly FlowInState[], keys: readonly FlowKey[]): Taken {
  const { definitions, state } = editing
  const { project, target } = editing.site
  const { project: name } = project.config
  const all = inState.map((one) => ({ ...one, flow: state.flows.find(({ id }) => id === one.id) }))
  const chosen = keys.length === 0 ? all : all.filter(({ flow }) => flow !== undefined && keys.includes(flow.key))
  const defined = new Set(definitions.count === 0 ? [] : definitions.desired(target.name).map(({ key }) => key))
  const foreign = chosen.flatMap((one) => {
    const fault = faultOf(one.flow, name, target.name)
    return fault === undefined ? [] : [{ ...one, fault }]
  })
  const faults = [
    ...keys
      .filter((key) => !chosen.some(({ flow }) => flow?.key === key))
      .map((key) => `Terraform's state has no flow "${key}"`),
    ...foreign.map(({ id, instance, fault }) => `${instance} (${id}) ${fault}`),
    ...doubles(chosen),
    // Terraform forgets a resource with all its instances. The next apply would archive an instance without definition.
    ...all
      .filter((one) => !chosen.includes(one) && chosen.some(({ address }) => address === one.address))
      .filter(({ flow }) => flow === undefined || !defined.has(flow.key))
      .map(({ id, address, flow }) => `${address} is "${flow?.key ?? id}" as well: name all of its flows`),
  ]
  const wanted = chosen.flatMap(({ flow }) =>
    flow === undefined || flow.status === 'archived' || defined.has(flow.key)
      ? []
      : [{ key: flow.key, config: flow.config }],
  )
  const { targets, withheld } = withoutApiKeys(wanted, [])
  for (const { key, paths } of withheld) {
    faults.push(`"${key}" holds an API key in ${paths.map(toDotted).join(', ')}: take it out of the flow first`)
  }
  if (faults.length > 0) {
    const others = chosen.flatMap(({ address, flow }) =>
      flow === undefined || foreign.some((one) => one.address === address) ? [] : [flow.key],
    )
    const isMixed = keys.length === 0 && foreign.length > 0 && others.length > 0
    throw new Failure('not_importable', `Nothing was written: ${faults.join('; ')}.`, {
      ...(isMixed && {
        hint: `to take only the others, name their keys: ${[...new Set(others)].map(printable).join(' ')}`,
      }),
    })
  }
  const edits = editsFor(project, definitions, target.name, targets, state)
  return { edits, addresses: chosen.map(({ address }) => address) }
}

/** Flows that are in two resources: one definition cannot decide which of them should go. */
function doubles(flows: readonly FlowInState[]): string[] {
  return flows.flatMap(({ id, instance }, index) => {
    const first = flows.find((one) => one.id === id)
    return first === flows[index] || first === undefined
      ? []
      : [`${first.instance} and ${instance} are one flow (${id}): take one out of the state with terraform state rm`]
  })
}

function faultOf(flow: ObservedFlow | undefined, project: string, environment: string): string | undefined {
  if (flow === undefined) return `is not in ${environment}: name the environment that Terraform writes to, by --env`
  if (flow.project === project) return undefined
  return flow.project === null
    ? 'has no project: flows import without --from-terraform takes it over'
    : `is managed by project "${flow.project}": write "project: ${flow.project}" into flows.config.yaml`
}
