import { compareText } from '../model/canonical.js'
import { isObject } from '../model/json.js'
import { FLOW_RESOURCE } from './resource.js'

/** A flow that Terraform manages, according to its state. */
export interface FlowInState {
  /** Address of its resource in the configuration, without the keys of `count` and `for_each`. */
  readonly address: string
  /** The address of this instance, with those keys. */
  readonly instance: string
  readonly id: string
}

/** The flows in the output of `terraform show -json`; undefined if it is something else. */
export function flowsInState(shown: unknown): FlowInState[] | undefined {
  if (!isObject(shown) || typeof shown.format_version !== 'string') return undefined
  const { values } = shown
  // Without resources there are no values.
  return isObject(values) ? inModule(values.root_module) : []
}

function inModule(module: unknown): FlowInState[] {
  if (!isObject(module)) return []
  const own = list(module.resources).flatMap((resource): FlowInState[] => {
    if (!isObject(resource) || resource.mode !== 'managed' || resource.type !== FLOW_RESOURCE) return []
    const { address, values } = resource
    const id = isObject(values) ? values.id : undefined
    return typeof address === 'string' && typeof id === 'string'
      ? [{ address: withoutKeys(address), instance: address, id }]
      : []
  })
  return [...own, ...list(module.child_modules).flatMap(inModule)]
}

/** `module.eu["a"].flows_verification_flow.high[0]` is `module.eu.flows_verification_flow.high` in a configuration. */
function withoutKeys(address: string): string {
  return address.replaceAll(/\[(?:\d+|"(?:[^"\\]|\\.)*")\]/g, '')
}

/** Blocks that make Terraform (1.7 or newer) forget the resources without destroying anything. */
export function removedBlocks(addresses: readonly string[]): string {
  return [...new Set(addresses)]
    .sort(compareText)
    .map((address) => `removed {\n  from = ${address}\n  lifecycle {\n    destroy = false\n  }\n}\n`)
    .join('\n')
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
