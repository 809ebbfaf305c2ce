import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { VerificationFlow } from '../../src/model/resources.js'
import { embedded } from '../../src/remote/embedded/embedded.js'
import type { RemoteReader } from '../../src/remote/remote.js'
import { flowsProvider } from '../../src/terraform/provider.js'
import { attached, type Workspace } from './harness.js'

/** The flows in the store of a project, as the API shows them, by key; read in this process. */
export async function flowsOf(root: string): Promise<readonly VerificationFlow[]> {
  const { data } = await reading(root, (reader) => reader.listFlows({ limit: 100 }))
  return data.toSorted((one, other) => (one.key < other.key ? -1 : 1))
}

export async function reading<T>(root: string, read: (reader: RemoteReader) => Promise<T>): Promise<T> {
  const reader = await embedded({ file: join(root, '.flows/store.sqlite'), actor: 'reader' }).reader()
  return read(reader).finally(() => reader.close())
}

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
