import type { FlowBody } from '../model/flow.js'
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
  bodyOf: (flow: DesiredFlow) => FlowBody,
): FlowTarget[] {
  return desired.flatMap((flow) => {
    const { key, config } = flow
    const isOpen = observed.some((one) => one.key === key && one.config.static_link.active)
    if (!isOpen || config.static_link.active || saysOfLink(bodyOf(flow))) return []
    return [{ key, config: { ...config, static_link: { active: true } } }]
  })
}

function saysOfLink(body: FlowBody): boolean {
  return body.static_link?.active !== undefined
}
