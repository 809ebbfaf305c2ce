import { compareText } from '../model/canonical.js'
import type { Mode } from '../model/mode.js'
import type { DesiredFlow } from '../model/state.js'
import { PROVIDER_SOURCE, PROVIDER_VERSION_RANGE } from './package.js'
import { addressOf, FLOW_RESOURCE, labelOf, literal, resourceOf } from './resource.js'

/** Where the flows are: a flows API, or an embedded store by its path from Terraform's folder. */
type Place = { readonly api: string; readonly mode: Mode } | { readonly store: string }

export interface Synthesis {
  readonly project: string
  readonly environment: string
  readonly place: Place
  readonly flows: readonly DesiredFlow[]
  /** Existing flows to take into Terraform's state: the resource's key, and as `id` the flow's present key. */
  readonly imports?: readonly { readonly key: string; readonly id: string }[]
}

/**
 * The flows of one environment as Terraform's JSON configuration (`*.tf.json`). Pure: the same flows give the same
 * text, in any order. A rename is a `moved` block: Terraform then renames the flow and does not create another.
 */
export function terraformJson({ project, environment, place, flows, imports = [] }: Synthesis): object {
  const sorted = flows.toSorted((a, b) => compareText(a.key, b.key))
  const moved = sorted.flatMap(({ key, renamedFrom }) =>
    renamedFrom === null ? [] : [{ from: addressOf(renamedFrom), to: addressOf(key) }],
  )
  const taken = imports.toSorted((a, b) => compareText(a.key, b.key)).map(({ key, id }) => ({ to: addressOf(key), id }))
  return {
    '//': `Made by flows synth of the definitions for "${environment}": change those, not this file.`,
    terraform: { required_providers: { flows: { source: PROVIDER_SOURCE, version: PROVIDER_VERSION_RANGE } } },
    provider: { flows: literal({ project, ...place }) },
    resource: {
      [FLOW_RESOURCE]: Object.fromEntries(sorted.map(({ key, config }) => [labelOf(key), resourceOf(key, config)])),
    },
    ...(moved.length > 0 && { moved }),
    ...(taken.length > 0 && { import: taken }),
  }
}
