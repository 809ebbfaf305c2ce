/**
 * Either only the service or only a deployment has the flow, or both have it and differ. The index flows_drifted holds
 * these rows alone, by these very words: a store finds it by nothing else.
 */
export const IS_DRIFTED =
  '((project is null) <> (applied is null) or config <> applied or key <> applied_key or status <> applied_status)'

/**
 * Flows of Terraform have a project that never deploys: they are no drift, however many there are. With `exists`,
 * PostgreSQL would read all deployments at once.
 */
export const IS_OF_DEPLOYMENTS =
  '(applied is not null or (select 1 from deployments as d where d.livemode = flows.livemode and d.project = flows.project limit 1) is not null)'
