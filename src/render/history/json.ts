import type { Deployment } from '../../model/deployment.js'
import { asChange } from '../../plan/deployed.js'
import { printableJson } from '../../text/text.js'

/** A deployment as recorded, each change with its fields and its effect on the verification. */
export function deploymentJson(deployment: Deployment, exitCode: number): string {
  const changes = deployment.changes.map((change) => {
    const { fields, assurance } = asChange(change)
    return { ...change, fields: fields.map(({ path, before, after }) => ({ path, before, after })), assurance }
  })
  const body = { ...deployment, changes }
  return printableJson({ format: 'flows.deployment', format_version: '1.0', deployment: body, exit_code: exitCode })
}
