import type { DeployedChange, Deployment } from '../model/schema-types.js'
import type { CreatedRange, Page, PageOf } from './page.js'

export type DeploymentSummary = Omit<Deployment, 'changes'> & {
  /** How many flows each action concerned. */
  readonly summary: Readonly<Record<DeployedChange['action'], number>>
}

export interface DeploymentReads {
  byId(livemode: boolean, id: string): Promise<Deployment | undefined>
  /** The one that applied a plan with one of these digests, as it was reviewed or as it was made. */
  byDigest(livemode: boolean, project: string, digests: readonly string[]): Promise<Deployment | undefined>
  /** Id of the deployment that the project wrote last in this mode, whatever the clock said then. */
  last(livemode: boolean, project: string): Promise<string | null>
  list(livemode: boolean, filter: DeploymentFilter, page: Page): Promise<PageOf<DeploymentSummary>>
}

export interface DeploymentFilter {
  readonly project?: string | undefined
  /** That of a plan, as it was reviewed or as it was made. */
  readonly approved_digest?: string | undefined
  readonly created?: CreatedRange | undefined
}

export interface DeploymentWrites {
  insert(deployment: Deployment): Promise<void>
}
