/** The library behind the `flows` command: read definitions, plan them against a service, apply the plan. */

export { type ApplyOptions, type ApplyResult, apply } from './app/apply.js'
export { type Drift, driftFlows } from './app/drift.js'
export { type PlanMemory, planFlows } from './app/plan.js'
export { type Definitions, readDefinitions } from './app/project/definitions.js'
export { type Judged, type Policies, readPolicies } from './app/project/policies.js'
export { loadProject, type Project } from './app/project/project.js'
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
export type { Allowance } from './plan/allowance.js'
export { diff } from './plan/diff.js'
export { type PlanOptions, plan } from './plan/plan.js'
export { type Refusal, refusalOf } from './plan/refusal.js'
export { embedded } from './remote/embedded/embedded.js'
export { http } from './remote/http/http.js'
export { type Remote, RemoteError, type RemoteReader, type RemoteWriter } from './remote/remote.js'
export { type Palette, plain } from './render/palette.js'
export { planMarkdown } from './render/plan/markdown.js'
export { planText } from './render/plan/text.js'
export { type PlanFile, readPlanFile } from './validate/plan-file.js'
