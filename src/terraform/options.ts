import type { Deployment } from '../model/deployment.js'

/** The surroundings of the provider. */
export interface ProviderOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where Terraform runs. */
  readonly cwd: string
  /** The commit that the configuration comes from. */
  readonly source: () => Promise<Deployment['source']>
}
