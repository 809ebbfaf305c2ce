import { expect, test } from 'vitest'
import { flowsProvider } from '../../src/terraform/provider.js'
import { attached, type Workspace } from './harness.js'

test('the schema is what the real Terraform says it is: constructs and documentation are made of this file', async () => {
  const provider = () => flowsProvider({ env: {}, cwd: workspace.folder, source: async () => null })
  const workspace: Workspace = attached(provider, { config: 'provider "flows" { project = "a" }\n' })
  const { provider_schemas } = JSON.parse(await workspace.succeeds('providers', 'schema', '-json'))
  const [schema] = Object.values(provider_schemas)
  await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot('schema.golden')
})
