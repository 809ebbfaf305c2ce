import { isObject } from '../model/json.js'
import { mergePatch } from '../model/merge-patch.js'
import type { FlowDefinition } from '../model/schema-types.js'
import type { DesiredFlow, ObservedFlow } from '../model/state.js'
import type { FlowTarget } from './edit-project.js'

/**
 * What the definitions of flows must say in an environment so that taking them over closes no static link: a link is
 * one environment's own, and a definition that came from another one knows nothing of it. Where a definition itself
 * says that the link is closed, it is.
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

function saysOfLink({ environments = {}, ...body }: FlowDefinition, environment: string): boolean {
  const overlay = Object.hasOwn(environments, environment) ? environments[environment] : {}
  const merged = mergePatch(body, overlay)
  return isObject(merged) && isObject(merged.static_link) && Object.hasOwn(merged.static_link, 'active')
}
