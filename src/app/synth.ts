import type { FlowKey } from '../model/flow.js'
import type { DesiredFlow, ObservedState } from '../model/state.js'
import { pair } from '../plan/pair.js'
import { plan } from '../plan/plan.js'
import { terraformJson } from '../synth/configuration.js'
import { Failure } from './failure.js'
import { placeOf } from './project/project.js'
import { checkedDefinitions } from './project/sources.js'
import { checkReach } from './reach.js'
import { type Site, stateOf } from './site.js'

interface Subject {
  readonly project: string
  readonly environment: string
}

export interface Synthesised extends Subject {
  /** Configuration for Terraform, in its JSON syntax. */
  readonly configuration: object
  readonly flows: readonly FlowKey[]
  /** Active flows that Terraform does not learn about, because no definition makes a resource of them. */
  readonly left: readonly FlowKey[]
}

export interface SynthRequest {
  /** The folder that the configuration is for; paths to the project start there. */
  readonly folder: string
  /** Whether Terraform should take over the flows that already exist. The environment is then read. */
  readonly withImports: boolean
}

/** The flows of an environment as Terraform resources. Throws InvalidDefinitions, or Failure for conflicts. */
export async function synthesise(site: Site, { folder, withImports }: SynthRequest): Promise<Synthesised> {
  const { project, target } = site
  const flows = checkedDefinitions(project, target.name).desired(target.name)
  const subject = { project: project.config.project, environment: target.name }
  const state = withImports ? await stateOf(site) : undefined
  if (state !== undefined) checkReach(state, flows, undefined, site.reporter)
  const taken = state && takenOver(flows, state, subject)
  const configuration = terraformJson({
    ...subject,
    place: placeOf(project, target.name, folder),
    flows,
    ...(taken && { imports: taken.imports }),
  })
  return { ...subject, configuration, flows: flows.map(({ key }) => key), left: taken?.left ?? [] }
}

/** The present keys of the flows that Terraform is to take over. Not archived ones: apply makes those active again. */
function takenOver(
  flows: readonly DesiredFlow[],
  state: ObservedState,
  subject: Subject,
): { readonly imports: readonly { readonly key: FlowKey; readonly id: string }[]; readonly left: readonly FlowKey[] } {
  const { conflicts } = plan(flows, state, subject)
  if (conflicts.length > 0) {
    const faults = conflicts.map(({ file, message }) => `${file}: ${message}`)
    throw new Failure('conflict', `Terraform cannot take over every flow: ${faults.join('; ')}. Nothing was written.`, {
      ...(conflicts[0] && { hint: conflicts[0].hint }),
    })
  }
  const { pairs, gone } = pair(flows, state, subject.project)
  const imports = pairs.flatMap(({ desired: { key }, observed }) =>
    observed === null || observed.status === 'archived' ? [] : [{ key, id: observed.key }],
  )
  return { imports, left: gone.map(({ key }) => key) }
}
