/** The library behind the `flows` command: read definitions, plan them against a service, apply the plan. */

export { type ApplyOptions, type ApplyResult, apply } from './apply/apply.js'
export { type Definitions, readDefinitions } from './definitions.js'
export { type Drift, driftFlows } from './drift.js'
export type { Deployment } from './model/deployment.js'
export type { Diagnostic, DiagnosticCode, SourcePosition } from './model/diagnostic.js'
export { type FlowBody, type FlowConfig, type FlowDefinition, normalise } from './model/flow.js'
export {
  type Assurance,
  type Change,
  type Field,
  type GuardResult,
  isEmpty,
  type Plan,
  type PolicyResult,
} from './model/plan.js'
export type { VerificationFlow, VerificationSession } from './model/resources.js'
export type { DesiredFlow, ObservedFlow, ObservedState } from './model/state.js'
export { type PlanMemory, planFlows } from './pipeline.js'
export type { Allowance } from './plan/allowance.js'
export { diff } from './plan/diff.js'
export { type PlanOptions, plan } from './plan/plan.js'
export { type Refusal, refusalOf } from './plan/refusal.js'
export { type Judged, type Policies, readPolicies } from './policies.js'
export { loadProject, type Project } from './project.js'
export { embedded } from './remote/embedded/embedded.js'
export { http } from './remote/http/http.js'
export { type Remote, RemoteError, type RemoteReader, type RemoteWriter } from './remote/remote.js'
export { type Palette, plain } from './render/palette.js'
export { planMarkdown } from './render/plan/markdown.js'
export { planText } from './render/plan/text.js'
export { type PlanFile, readPlanFile } from './validate/plan-file.js'
