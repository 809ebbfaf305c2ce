import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { beforeEach } from 'vitest'

/** The real Terraform, on the PATH; undefined where there is none. */
export const TERRAFORM: string | undefined = (process.env.PATH ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'terraform'))
  .find((file) => {
    try {
      accessSync(file, constants.X_OK)
      return true
    } catch {
      return false
    }
  })

/** Said by a test file that runs Terraform: without one all its tests are skipped, as the set-up has said. */
export function needsTerraform(): void {
  beforeEach(({ skip }) => skip(TERRAFORM === undefined, 'there is no terraform on the PATH'))
}

/** Before all tests: one loud line where Terraform is missing; in CI, where nothing may be skipped, an error. */
export function tellOfTerraform(): void {
  if (TERRAFORM !== undefined) return
  const missing = 'There is no terraform on the PATH'
  const mend = 'Install Terraform 1.11 or newer.'
  if (process.env.CI === 'true') throw new Error(`${missing}, and in CI no test is skipped for that. ${mend}`)
  process.stderr.write(`\n*** ${missing}: every test file that runs it is SKIPPED. ${mend}\n\n`)
}
