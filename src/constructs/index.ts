/**
 * The constructs, written once over `cdktn`. The build makes a second copy over `cdktf`. The two libraries use the same
 * names, but an object of one is not safe in a stack of the other.
 */
export {
  DataFlowsVerificationFlow,
  type DataFlowsVerificationFlowConfig,
  DataFlowsVerificationFlows,
  type DataFlowsVerificationFlowsConfig,
} from './data-sources.js'
export { FlowsProvider, type FlowsProviderConfig } from './flows-provider.js'
export { InvalidDefinitionsError } from './invalid-definitions-error.js'
export {
  type Switch,
  VerificationFlow,
  type VerificationFlowConfig,
  type VerificationFlowOptions,
} from './verification-flow.js'
export { VerificationFlows, type VerificationFlowsConfig } from './verification-flows.js'
