import type { DeployedChange, DeployedEdit, DeployedFlow, Deployment } from '../model/schema-types.js'
import type { CreatedRange, Page, PageOf } from './page.js'

export type DeploymentSummary = Omit<Deployment, 'changes' | 'edits'> & {
  /** How many flows each action concerned. */
  readonly summary: Readonly<Record<DeployedChange['action'], number>>
  /** How many edits at Stripe are still to be made; left out if none is. */
  readonly edits_open?: number
}

/** An edit at Stripe that is still to be made: the field, and the value that it is to have. */
export type OpenEdit = Pick<DeployedEdit, 'path' | 'defined'>

export interface DeploymentReads {
  byId(livemode: boolean, id: string): Promise<Deployment | undefined>
  /** The deployment without its changes, of which there may be thousands. */
  summary(livemode: boolean, id: string): Promise<DeploymentSummary | undefined>
  /** Changes of a deployment in their order, from the one at `skip` on; none if there is no such deployment. */
  changes(deployment: string, part: { readonly skip: number; readonly limit: number }): Promise<DeployedChange[]>
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
  /** The edits that a deployment left to be made at Stripe; none if there is no such deployment. */
  edits(deployment: string): Promise<DeployedEdit[]>
  /** What is still to be edited in a flow at Stripe, by whatever deployments. */
  openEdits(livemode: boolean, stripeFlow: string): Promise<OpenEdit[]>
}

export interface DeploymentFilter {
  readonly project?: string | undefined
  /** The digest of a plan, either the reviewed one's or the applied one's. */
  readonly approved_digest?: string | undefined
  readonly created?: CreatedRange | undefined
}

export interface DeploymentWrites {
  /** Its `edits` are still to be made. */
  insert(deployment: Deployment): Promise<void>
  /** Records how long a deployment took, in milliseconds. */
  took(id: string, duration: number): Promise<void>
  /** A session showed that an edit was made, which deployments left that had seen no newer one. */
  editMade(livemode: boolean, stripeFlow: string, edit: OpenEdit, shown: EditShown): Promise<void>
  /** A deployment asks for something else. */
  editSuperseded(livemode: boolean, stripeFlow: string, edit: OpenEdit, by: string): Promise<void>
}

interface EditShown {
  readonly session: string
  /** When the session was made. */
  readonly created: number
}
