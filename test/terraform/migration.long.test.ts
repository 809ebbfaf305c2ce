import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { aDefinition, aProject, flows, writeFiles } from '../helpers/cli.js'
import { flowsOf, reading, type TerraformBeside, terraformBeside } from './beside.js'

const DEFINITIONS = {
  high: aDefinition('High', 'options: { document: { allowed_types: [passport], require_live_capture: true } }\n'),
  low: aDefinition('Low'),
  plain: 'name: Number\ntype: id_number\noptions: { phone: { require_verification: true } }\nprotected: true\n',
}

/** A project whose definitions the command line has applied, beside a folder for Terraform. */
async function appliedByFlows(): Promise<TerraformBeside> {
  const made = terraformBeside(aProject(DEFINITIONS), 'infra')
  expect(await flows(['apply', '--yes'], { cwd: made.root })).toMatchObject({ code: 0 })
  return made
}

/** What tells whether a flow is the one that it was. */
async function flowsAt(root: string): Promise<unknown[]> {
  const all = await flowsOf(root)
  return all.map(({ id, key, version, status, project }) => ({ id, key, version, status, project }))
}

async function takenOver(): Promise<TerraformBeside> {
  const made = await appliedByFlows()
  expect(await flows(['synth', '--import', '--out', 'infra'], { cwd: made.root })).toMatchObject({ code: 0 })
  await made.succeeds('apply', '-auto-approve')
  return made
}

test('from YAML to Terraform: what flows apply made is imported, nothing is written, and then there is nothing to do', async () => {
  const { root, terraform, succeeds } = await appliedByFlows()
  const before = await flowsAt(root)
  await flows(['synth', '--import', '--out', 'infra'], { cwd: root })
  expect(await succeeds('plan')).toContain('3 to import, 0 to add, 0 to change, 0 to destroy')
  await succeeds('apply', '-auto-approve')
  expect(await flowsAt(root)).toEqual(before)
  expect((await reading(root, (reader) => reader.listDeployments())).data).toHaveLength(1)
  // Import blocks have done their work: the file without them is the same to Terraform.
  await flows(['synth', '--out', 'infra'], { cwd: root })
  expect(await terraform('plan', '-detailed-exitcode')).toMatchObject({ code: 0 })
})

test('from Terraform to YAML: definitions are written, Terraform forgets the flows, and neither has anything to do', async () => {
  const { root, terraform, succeeds } = await takenOver()
  const before = await flowsAt(root)
  rmSync(join(root, 'flows'), { recursive: true })
  writeFiles(root, { 'state.json': await succeeds('show', '-json') })
  const { code, stdout } = await flows(['import', '--from-terraform', 'state.json'], { cwd: root })
  expect(code).toBe(0)
  expect(await flows(['plan', '--detailed-exitcode'], { cwd: root })).toMatchObject({ code: 0 })
  // The resources go, the blocks come.
  const { resource: _, import: _taken, ...rest } = JSON.parse(readFileSync(join(root, 'infra/flows.tf.json'), 'utf8'))
  writeFiles(root, { 'infra/flows.tf.json': JSON.stringify(rest), 'infra/removed.tf': stdout })
  const plan = await succeeds('plan')
  expect(plan).toContain('0 to add, 0 to change, 0 to destroy')
  expect(plan).toContain('no longer be managed by Terraform')
  await succeeds('apply', '-auto-approve')
  expect(await succeeds('state', 'list')).toBe('')
  expect(await terraform('plan', '-detailed-exitcode')).toMatchObject({ code: 0 })
  expect(await flowsAt(root)).toEqual(before)
  expect(await flows(['plan', '--detailed-exitcode'], { cwd: root })).toMatchObject({ code: 0 })
})

test('a rename in YAML renames the flow in Terraform, too: same id, nothing new, nothing destroyed', async () => {
  const { root, terraform, succeeds } = await takenOver()
  const { id } = await reading(root, (reader) => reader.retrieveFlow('high'))
  rmSync(join(root, 'flows/high.yaml'))
  writeFiles(root, { 'flows/top.yaml': `${DEFINITIONS.high}renamed_from: high\n` })
  await flows(['synth', '--out', 'infra'], { cwd: root })
  expect(await succeeds('plan')).toContain('0 to add, 1 to change, 0 to destroy')
  await succeeds('apply', '-auto-approve')
  expect(await reading(root, (reader) => reader.retrieveFlow('top'))).toMatchObject({ id, key: 'top' })
  expect(await terraform('plan', '-detailed-exitcode')).toMatchObject({ code: 0 })
  expect(await flows(['plan', '--detailed-exitcode'], { cwd: root })).toMatchObject({ code: 0 })
})

test('flows of another project are not taken: Terraform says whose they are', async () => {
  const { root, terraform } = await appliedByFlows()
  await flows(['synth', '--out', 'infra'], { cwd: root })
  const made = readFileSync(join(root, 'infra/flows.tf.json'), 'utf8')
  writeFiles(root, { 'infra/flows.tf.json': made.replace('"project": "acme-kyc"', '"project": "other"') })
  const { code, stderr } = await terraform('plan')
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('project "acme-kyc"') })
})
