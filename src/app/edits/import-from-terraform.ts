import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { namedFile } from '../../cli/options/named-file.js'
import type { Cli } from '../../cli/program/command.js'
import type { FileEdit } from '../../edit/edit-project.js'
import { withoutApiKeys } from '../../edit/without-api-keys.js'
import type { FlowKey } from '../../model/flow.js'
import { toDotted } from '../../model/json-pointer.js'
import type { ObservedFlow } from '../../model/state.js'
import { type FlowInState, flowsInState } from '../../synth/terraform-state.js'
import { printable } from '../../text/text.js'
import { badUsage, Failure } from '../failure.js'
import type { Observed } from './observed.js'
import { editsFor, writeEdits } from './write-edits.js'

export interface Taken {
  readonly edits: readonly FileEdit[]
  /** The resources that Terraform must forget, by their addresses. */
  readonly addresses: readonly string[]
}

const HOW = 'run terraform show -json > state.json, and give that file'

/** The flows in what `terraform show -json` has written into a file. */
export function readTerraformState(cli: Cli, file: string): readonly FlowInState[] {
  let shown: unknown
  try {
    shown = JSON.parse(readFileSync(namedFile(cli, file), 'utf8'))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') throw badUsage(`there is no file ${printable(file)}`, HOW)
    if (code === 'EISDIR') throw badUsage(`${printable(file)} is a folder`, HOW)
    if (!(error instanceof SyntaxError)) throw error
  }
  const flows = flowsInState(shown)
  if (flows === undefined) {
    throw badUsage(`${file} is not what terraform show -json prints`, HOW)
  }
  if (flows.length === 0)
    throw badUsage(`${file} holds no flow`, 'run terraform show -json where the flows are applied')
  return flows
}

/**
 * Writes definitions for flows of this project that Terraform has managed. The flows stay as they are: they are the
 * project's already. One that has a definition keeps it.
 */
export function takeFromTerraform(found: Observed, inState: readonly FlowInState[], keys: readonly FlowKey[]): Taken {
  const { project, target, definitions, state } = found
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
    // Terraform forgets a resource with all its instances: one without a definition would be archived by the next apply.
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
  if (edits.length > 0) mkdirSync(join(project.root, project.config.flows), { recursive: true })
  writeEdits(project, edits)
  return { edits, addresses: chosen.map(({ address }) => address) }
}

/** Flows that two resources have: one definition cannot tell which of them is meant to go. */
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
