import { bodyIn } from '../model/flow.js'
import type { FlowDefinition } from '../model/schema-types.js'
import type { DesiredFlow, ObservedFlow } from '../model/state.js'
import type { FlowTarget } from './edit-project.js'

/**
 * What the definitions of flows must say in an environment so that adopting the flows closes no static link. A link
 * belongs to one environment, so a definition from another one does not mention it. If a definition itself says that
 * the link is closed, it is closed.
 */
export function keptLinks(
  observed: readonly ObservedFlow[],
  desired: readonly DesiredFlow[],
  environment: string,
  definitionOf: (flow: DesiredFlow) => FlowDefinition,
): FlowTarget[] {
  return desired.flatMap((flow) => {
    const { key, config } = flow
    const isOpen = observed.some((one) => one.key === key && one.config.static_link.active)
    if (!isOpen || config.static_link.active || saysOfLink(definitionOf(flow), environment)) return []
    return [{ key, config: { ...config, static_link: { active: true } } }]
  })
}

function saysOfLink(definition: FlowDefinition, environment: string): boolean {
  return bodyIn(definition, environment).static_link?.active !== undefined
}
