import type { DeployedChange, DeployedFlow, Deployment } from '../model/schema-types.js'
import type { CreatedRange, Page, PageOf } from './page.js'

export type DeploymentSummary = Omit<Deployment, 'changes'> & {
  /** How many flows each action concerned. */
  readonly summary: Readonly<Record<DeployedChange['action'], number>>
}

export interface DeploymentReads {
  byId(livemode: boolean, id: string): Promise<Deployment | undefined>
  /** The deployment that applied a plan with one of these digests, either the reviewed plan's or the applied one's. */
  byDigest(livemode: boolean, project: string, digests: readonly string[]): Promise<Deployment | undefined>
  /** Id of the project's last deployment in this mode, by number and not by time. */
  last(livemode: boolean, project: string): Promise<string | null>
  /**
   * The flows of the deployment's project as it left them, in no order: for each flow, the last change up to this
   * deployment. Undefined when there is no such deployment.
   */
  flowsAfter(livemode: boolean, id: string): Promise<DeployedFlow[] | undefined>
  list(livemode: boolean, filter: DeploymentFilter, page: Page): Promise<PageOf<DeploymentSummary>>
}

export interface DeploymentFilter {
  readonly project?: string | undefined
  /** The digest of a plan, either the reviewed one's or the applied one's. */
  readonly approved_digest?: string | undefined
  readonly created?: CreatedRange | undefined
}

export interface DeploymentWrites {
  insert(deployment: Deployment): Promise<void>
}
