import { newDefinition } from '../../../../edit/new-definition.js'
import type { FlowConfig } from '../../../../model/flow.js'
import type { VerificationFlow } from '../../../../model/resources.js'
import type { DashboardMode } from '../../../dashboard/frame.js'

export function yamlOf(flow: VerificationFlow, mode: DashboardMode): string {
  const { name, description, type, options, return_url, static_link, metadata, stripe_flow } = flow
  const config: FlowConfig = {
    name,
    description,
    type,
    options,
    return_url,
    static_link: { active: static_link.active },
    metadata,
    protected: flow.protected,
    ...(stripe_flow !== undefined && { stripe_flow }),
  }
  return definitionOf(flow.key, config, mode)
}

export function definitionOf(key: string, config: FlowConfig, mode: DashboardMode): string {
  return newDefinition(`flows/${key}.yaml`, config, { mode })
}
