import { expect, test } from 'vitest'
import { fixtureProvider } from './fixture/provider.js'
import { attached } from './harness.js'

test('a thing is made, and then there is nothing to do', async () => {
  const workspace = attached(fixtureProvider, {
    config: `
provider "flows" { folder = abspath("things") }
resource "flows_thing" "a" {
  name   = "A"
  size   = 12
  tags   = { b = "1", a = "2" }
  labels = ["y", "x"]
  settings {
    mode = "m"
    inner { level = 3 }
  }
}
`,
  })
  await workspace.succeeds('apply', '-auto-approve')
  expect(workspace.state()).toMatchObject({ 'flows_thing.a': { name: 'A', revision: 1, labels: ['x', 'y'] } })
  expect((await workspace.terraform('plan', '-detailed-exitcode')).code).toBe(0)
})
