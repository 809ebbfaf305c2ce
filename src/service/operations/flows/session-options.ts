import { type FlowConfig, withoutDefaults } from '../../../model/flow.js'
import type { SessionOptions } from '../../../model/resources.js'

/** The options of a flow's session: only the checks that are on, and only the document options that the flow sets. */
export function sessionOptions(config: FlowConfig): SessionOptions {
  const { email, phone, matching } = config.options
  return {
    ...(config.type === 'document' && { document: withoutDefaults(config).options?.document ?? {} }),
    ...(config.type === 'id_number' && { id_number: {} }),
    ...(email.require_verification && { email }),
    ...(phone.require_verification && { phone }),
    ...((matching.name !== 'none' || matching.dob !== 'none') && { matching }),
  }
}
