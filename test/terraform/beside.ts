import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { flowsProvider } from '../../src/terraform/provider.js'
import { attached, type Workspace } from './harness.js'

export interface TerraformBeside extends Omit<Workspace, 'folder'> {
  /** The folder with the definitions. */
  readonly root: string
}

/** A copy of a folder with definitions, and the real Terraform with this provider in a folder below it. */
export function terraformBeside(project: string, at: string): TerraformBeside {
  const { folder, ...made } = attached(() =>
    flowsProvider({ env: {}, cwd: join(folder, at), source: async () => null }),
  )
  for (const file of ['providers.tf', 'main.tf']) rmSync(join(folder, file))
  cpSync(project, folder, { recursive: true })
  mkdirSync(join(folder, at), { recursive: true })
  const inside = `-chdir=${at}`
  return {
    ...made,
    root: folder,
    start: (...args) => made.start(inside, ...args),
    terraform: (...args) => made.terraform(inside, ...args),
    succeeds: (...args) => made.succeeds(inside, ...args),
  }
}
