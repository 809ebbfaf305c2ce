import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createKey } from '../../src/service/operations/keys/keys.js'
import type { Scope } from '../../src/service/operations/keys/scopes.js'
import { aDefinition, aProject, ended, flows, type Run } from '../helpers/cli.js'
import { needsTerraform } from '../helpers/terraform.js'
import { served, TESTER } from '../service/serving.js'

needsTerraform()

/*
 * As users have it: the provider that `flows terraform install` has put there, started by the real Terraform, over a
 * flows API.
 */

const config = (url: string) =>
  `project: acme-kyc\nenvironments:\n  live: { mode: test, api: "${url}", api_key_env: FLOWS_LIVE_KEY }\n`

/** Runs Terraform in a folder, with no settings but these. */
async function terraformIn(folder: string, home: string, key: string, ...args: readonly string[]): Promise<Run> {
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    TMPDIR: process.env.TMPDIR,
    CHECKPOINT_DISABLE: '1',
    TF_IN_AUTOMATION: '1',
    FLOWS_API_KEY: key,
  }
  const run = await ended(spawn('terraform', args, { cwd: folder, env }))
  if (run.code === 1) throw new Error(`terraform ${args.join(' ')}\n${run.stdout}${run.stderr}`)
  return run
}

test('installed into a folder, Terraform finds the provider there, applies what flows synth wrote, and has nothing left to do', async () => {
  const { url, key, service } = await served()
  const keyFor = (...scopes: readonly Scope[]) =>
    service.write(TESTER, async (call) => (await createKey(call, { name: scopes.join(), scopes })).secret)
  const planner = await keyFor('flows:read')
  const applier = await keyFor('flows:read', 'deployments:write')
  const cwd = aProject({ high: aDefinition('High'), low: aDefinition('Low', 'protected: true\n') }, config(url))
  const infra = join(cwd, 'infra')
  await flows(['synth', '--out', 'infra'], { cwd })
  expect(await flows(['terraform', 'install', '--dir', 'infra'], { cwd })).toMatchObject({ code: 0 })
  // What the documentation says of keys: one plans, one applies.
  const terraform = (...args: readonly string[]) =>
    terraformIn(infra, cwd, args[0] === 'apply' ? applier : planner, ...args)
  await terraform('init')
  expect((await terraform('plan')).stdout).toContain('2 to add')
  expect((await terraform('apply', '-auto-approve')).stdout).toContain('2 added')
  expect((await terraform('plan', '-detailed-exitcode')).code).toBe(0)
  const env = { FLOWS_LIVE_KEY: key }
  expect(await flows(['plan', '--detailed-exitcode'], { cwd, env })).toMatchObject({ code: 0 })
  expect(readFileSync(join(infra, '.terraform.lock.hcl'), 'utf8')).toContain('constraints = "~> 0.1"')
  // One checksum for every platform: a lock file that was made on Linux holds on a Mac.
  const platforms = [
    '-platform=linux_amd64',
    '-platform=linux_arm64',
    '-platform=darwin_amd64',
    '-platform=darwin_arm64',
  ]
  await terraform('providers', 'lock', '-fs-mirror=terraform.d/plugins', ...platforms)
  expect(readFileSync(join(infra, '.terraform.lock.hcl'), 'utf8').match(/"h1:/g)).toHaveLength(1)
})

test.each(['cdktn', 'cdktf'])('installed for a user, the stack of an app of %s finds it, too', async (library) => {
  const core = createRequire(import.meta.url)(library) as typeof import('cdktn')
  const constructs = createRequire(import.meta.url)(
    `verification-flows/${library}`,
  ) as typeof import('../../src/constructs/index.js')
  const { url, key } = await served()
  const cwd = aProject({ high: aDefinition('High') }, config(url))
  await flows(['terraform', 'install', '--user'], { cwd, env: { HOME: cwd } })
  const app = new core.App({ outdir: join(cwd, 'cdk.out') })
  const stack = new core.TerraformStack(app, 'kyc')
  new core.LocalBackend(stack, { path: 'terraform.tfstate' })
  const made = constructs.VerificationFlows.fromDirectory(stack, 'flows', { directory: cwd })
  const byHand = new constructs.VerificationFlow(stack, 'by-hand', {
    key: 'by-hand',
    name: 'By hand',
    type: 'document',
    options: { document: { allowedTypes: ['passport', 'id_card'], requireMatchingSelfie: true } },
    staticLink: { active: true },
    metadata: { beside: made.get('high').id },
  })
  const seen = new constructs.DataFlowsVerificationFlow(stack, 'seen', { key: made.get('high').key })
  const all = new constructs.DataFlowsVerificationFlows(stack, 'all', { project: 'acme-kyc', dependsOn: [byHand] })
  new core.TerraformOutput(stack, 'result', {
    value: core.Fn.join(' ', [seen.name, seen.type, seen.status, seen.project]),
  })
  new core.TerraformOutput(stack, 'results', { value: all.flows })
  app.synth()
  const terraform = (...args: readonly string[]) => terraformIn(join(cwd, 'cdk.out/stacks/kyc'), cwd, key, ...args)
  await terraform('init')
  await terraform('apply', '-auto-approve')
  expect((await terraform('plan', '-detailed-exitcode')).code).toBe(0)
  const outputs = JSON.parse((await terraform('output', '-json')).stdout)
  expect(outputs.result.value).toBe('High document active acme-kyc')
  expect(outputs.results.value.map((flow: { key: string }) => flow.key)).toEqual(['by-hand', 'high'])
})
