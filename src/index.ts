/**
 * The library behind the `flows` command: what the program can do, for other programs. A use case takes a `Site`: a
 * project, one of its environments, and the ports (access to the flows, the environment variables, the reporter). It
 * returns values. It throws `Failure` for what a person can mend, `InvalidDefinitions` for faults in files, and
 * `RemoteError` for what the service refuses. No use case prints, asks or ends a process.
 *
 *     const { project } = loadProject('flows.config.yaml')
 *     const site = { project, target: targetNamed(project, 'local'), connect, env: process.env, reporter }
 *     const { plan } = await planProject(site, { toReview: true })   // savePlan(file, plan): for the reviewers
 *     const outcome = await applyReviewed(site, project, readSavedPlan(text, file))
 */

export { type ApplyOptions, type ApplyResult, apply } from './app/apply.js'
export { applyProject, type Outcome, type Steps } from './app/apply-project.js'
export { blameFlow } from './app/blame.js'
export { compareEnvironments, type EnvironmentDifference } from './app/compare.js'
export { driftFlows, driftOfProject } from './app/drift.js'
export { editsToAdopt } from './app/edits/adopt.js'
export { editsToImport, type Imported } from './app/edits/import.js'
export { type Editing, openForEdits } from './app/edits/open.js'
export { editsToPromote, type PromoteChoice } from './app/edits/promote.js'
export { editsToPull, type PullChoice, type Pulled } from './app/edits/pull.js'
export { writeEdits } from './app/edits/write-edits.js'
export { Failure, InvalidDefinitions } from './app/failure.js'
export { allFlows, type History, historyOf } from './app/history.js'
export { type PlanMemory, planFlows } from './app/plan.js'
export { type Planned, type PlanRequest, planProject } from './app/plan-project.js'
export { type Definitions, readDefinitions } from './app/project/definitions.js'
export { type PlanInputs, type Policies, readPolicies } from './app/project/policies.js'
export { loadProject, type Project } from './app/project/project.js'
export { readSources, type Sources } from './app/project/sources.js'
export { applyReviewed, type ReviewedRequest } from './app/reviewed.js'
export { readSavedPlan, savePlan } from './app/saved-plan.js'
export { type Ports, type Reporter, reading, type Site, type Target, targetNamed } from './app/site.js'
export type { FileEdit } from './edit/edit-project.js'
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
  type SavedPlan,
} from './model/plan.js'
export type { VerificationFlow, VerificationSession } from './model/resources.js'
export type { DesiredFlow, ObservedFlow, ObservedState } from './model/state.js'
export type { Allowance } from './plan/allowance.js'
export type { BlamedFlow } from './plan/blame.js'
export { diff } from './plan/diff.js'
export type { DriftReport } from './plan/drift.js'
export { type PlanOptions, plan } from './plan/plan.js'
export { type Refusal, refusalOf } from './plan/refusal.js'
export { embedded } from './remote/embedded/embedded.js'
export { http } from './remote/http/http.js'
export { type Remote, RemoteError, type RemoteReader, type RemoteWriter } from './remote/remote.js'
export { type Palette, plain } from './render/palette.js'
export { planMarkdown } from './render/plan/markdown.js'
export { planText } from './render/plan/text.js'
export {
  type BoundSessionParams,
  expandFlow,
  FlowNotExpressible,
  type FlowToExpand,
  type Inexpressible,
  type StripeSessionParams,
} from './stripe/expand-flow.js'
export type { Origin } from './stripe/metadata.js'
export { type PlanFile, readPlanFile } from './validate/plan-file.js'
