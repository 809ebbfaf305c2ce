import { type ChildProcess, execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createKey } from '../../src/service/operations/keys/keys.js'
import { PROJECT } from '../helpers/builders.js'
import { aDefinition, aProject, ended, flows, printed } from '../helpers/cli.js'
import { aClosedPort, aWebServer } from '../remote/web-server.js'
import { aLosingProxy } from '../service/losing-proxy.js'
import { type Served, served, TESTER } from '../service/serving.js'
import { installed, PROVIDER_DIED, type Workspace } from './harness.js'
import { FLOW } from './providers.js'

/*
 * The provider as users have it: the built program, started by the real Terraform, in a folder without anything of ours.
 */

const hasOwnDriver = process.getBuiltinModule?.('node:sqlite' as 'node:fs') !== undefined

function aFlow(name = 'a', body = ''): string {
  return `resource "${FLOW}" "${name}" {\n  key  = "${name}"\n  name = "Flow"\n  type = "document"\n${body}}\n`
}

async function aWorkspace(
  block: string,
  config: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Workspace> {
  const workspace = installed('dist/terraform', { config, env })
  workspace.write(`provider "flows" {\n  project = "${PROJECT}"\n${block}}\n`, 'provider.tf')
  await workspace.succeeds('init')
  return workspace
}

function atService({ url }: { readonly url: string }, key: string, config: string, env = {}): Promise<Workspace> {
  return aWorkspace(`  api = "${url}"\n`, config, { FLOWS_API_KEY: key, ...env })
}

describe('the embedded store of an installed provider', () => {
  test.skipIf(hasOwnDriver)('is told where Node has no SQLite, and what to install', async () => {
    const workspace = await aWorkspace('', aFlow())
    const { code, stderr } = await workspace.terraform('plan')
    expect(code).toBe(1)
    expect(flat(stderr)).toMatch(
      /This Node \(v[\d.]+\) has no SQLite of its own.*"npm install @photostructure\/sqlite" there/,
    )
  })

  test.each([
    ['installed in the folder', 'node_modules'],
    ['that came with verification-flows', 'node_modules/verification-flows/node_modules'],
  ])('takes a driver %s', async (_, place) => {
    const workspace = await aWorkspace('', aFlow())
    const packages = join(workspace.folder, place)
    mkdirSync(join(packages, '@photostructure'), { recursive: true })
    if (place !== 'node_modules') writeFileSync(join(packages, '..', 'package.json'), '{"name":"verification-flows"}')
    symlinkSync(resolve('node_modules/@photostructure/sqlite'), join(packages, '@photostructure/sqlite'))
    await workspace.succeeds('apply', '-auto-approve')
    expect((await workspace.terraform('plan', '-detailed-exitcode')).code).toBe(0)
    expect(readdirSync(join(workspace.folder, '.flows'))).toContain('store.sqlite')
  })
})

describe('an apply that is cut short', () => {
  const TEN = Array.from({ length: 10 }, (_, index) => aFlow(`flow-${index}`)).join('')

  test('the provider is killed after the service has written: run again, nothing is doubled, nothing lost', async () => {
    const service = await served()
    const proxy = await aLosingProxy(service.url, { onDone: () => kill(workspace) })
    const workspace = await atService(proxy, service.key, TEN)
    const { code, stderr } = await workspace.terraform('apply', '-auto-approve')
    expect(code).toBe(1)
    expect(stderr).toMatch(PROVIDER_DIED)
    const before = await flowsOf(service)
    expect(before.length).toBeGreaterThan(0)
    await goesOn(workspace, service, before)
  })

  test('it is killed before the service has written: run again, all is made', async () => {
    const service = await served()
    const proxy = await aLosingProxy(service.url, {
      onDeployment: () => {
        kill(workspace)
        return false
      },
    })
    const workspace = await atService(proxy, service.key, TEN)
    expect((await workspace.terraform('apply', '-auto-approve')).code).toBe(1)
    expect(await flowsOf(service)).toEqual([])
    await goesOn(workspace, service, [])
  })

  test('an answer that is lost is asked for again, and one deployment is made', async () => {
    const service = await served()
    const proxy = await aLosingProxy(service.url, { loses: 1 })
    const workspace = await atService(proxy, service.key, aFlow())
    await workspace.succeeds('apply', '-auto-approve')
    expect(proxy.lost()).toBe(1)
    expect((await deploymentsOf(service)).length).toBe(1)
  })

  test('Ctrl-C: what was begun is finished and in the state, and the rest is made by the next apply', async () => {
    const service = await served()
    let heard: Promise<unknown> | undefined
    const proxy = await aLosingProxy(service.url, {
      onDeployment: async () => {
        heard ??= child.then(interrupted)
        await heard
        return true
      },
    })
    const workspace = await atService(proxy, service.key, TEN)
    const child = workspace.start('apply', '-auto-approve', '-parallelism=2')
    const { code, stdout } = await ended(await child)
    expect(code).toBe(1)
    expect(stdout).toContain('Creation complete')
    const made = await flowsOf(service)
    expect(Object.keys(workspace.state()).sort()).toEqual(made.map(({ key }) => `${FLOW}.${key}`).sort())
    expect(made.length).toBeLessThan(10)
    await goesOn(workspace, service, made)
  })

  /** Ctrl-C, once. Resolves when Terraform has heard it: it begins nothing more then. */
  function interrupted(terraform: ChildProcess): Promise<unknown> {
    const heard = printed(terraform, 'Interrupt received')
    process.kill(-Number(terraform.pid), 'SIGINT')
    return heard
  }

  /** At the service itself: the next apply makes what is missing, and touches nothing else. */
  async function goesOn(workspace: Workspace, service: Served, before: readonly { id: string; key: string }[]) {
    workspace.write(`provider "flows" {\n  project = "${PROJECT}"\n  api = "${service.url}"\n}\n`, 'provider.tf')
    await workspace.succeeds('apply', '-auto-approve')
    expect((await workspace.terraform('plan', '-detailed-exitcode')).code).toBe(0)
    const flows = await flowsOf(service)
    expect(flows.map(({ key }) => key).sort()).toEqual(Array.from({ length: 10 }, (_, index) => `flow-${index}`))
    expect(flows.every(({ version }) => version === 1)).toBe(true)
    for (const { id, key } of before) expect(flows.find((flow) => flow.key === key)?.id).toBe(id)
    const states = Object.values(workspace.state()).map(({ id }) => id)
    expect(states.sort()).toEqual(flows.map(({ id }) => id).sort())
  }
})

describe('what keeps the service from being used is told once, at the provider block', () => {
  const TWO = aFlow('a') + aFlow('b')

  test('no key', async () => {
    const { url } = await served()
    const workspace = await atService({ url }, '', TWO)
    expect(await errorsOf(workspace, 'plan')).toEqual([
      { line: 3, text: expect.stringMatching(/The API key is missing.*FLOWS_API_KEY/) },
    ])
  })

  test('a wrong key', async () => {
    const { url } = await served()
    const workspace = await atService({ url }, 'sk_test_wrong0123456789', TWO)
    expect(await errorsOf(workspace, 'plan')).toEqual([
      { line: 3, text: expect.stringMatching(/The flows API refuses this key.*FLOWS_API_KEY/) },
    ])
  })

  test('nobody there', async () => {
    const workspace = await atService({ url: await aClosedPort() }, 'sk_test_any0123456789', TWO)
    expect(await errorsOf(workspace, 'plan')).toEqual([
      {
        line: 3,
        text: expect.stringMatching(
          /The flows service cannot be used http:\/\/127\.0\.0\.1:\d+ cannot be reached: ECONNREFUSED/,
        ),
      },
    ])
  })

  test('another program there', async () => {
    const { url } = await aWebServer((_, response) => response.end('{"hello":"world"}'))
    const workspace = await atService({ url }, 'sk_test_any0123456789', TWO)
    expect(await errorsOf(workspace, 'plan')).toEqual([
      {
        line: 3,
        text: expect.stringMatching(/that is not a flows API's: is the address right, is a proxy between\?(?!\.)/),
      },
    ])
  })

  test('a flow that flows apply made since the first plan: the next one names the way to import it', async () => {
    const service = await served()
    const workspace = await atService(service, service.key, aFlow())
    await workspace.succeeds('plan')
    const config = `project: ${PROJECT}\nenvironments:\n  live: { mode: test, api: "${service.url}", api_key_env: KEY }\n`
    const cwd = aProject({ a: aDefinition('Flow') }, config)
    const applied = await flows(['apply', '--yes', '--env', 'live'], { cwd, env: { KEY: service.key } })
    expect(applied.code, applied.stderr).toBe(0)
    expect(await errorsOf(workspace, 'plan')).toEqual([
      {
        line: 2,
        text: expect.stringMatching(/"a" exists already.*flows synth --import writes the import blocks of all flows/),
      },
    ])
    // And the way works: with what it prints, nothing is left but the import.
    const { stdout } = await flows(['synth', '--import', '--env', 'live'], { cwd, env: { KEY: service.key } })
    workspace.write('')
    for (const file of ['provider.tf', 'providers.tf']) workspace.write('', file)
    workspace.write(stdout, 'flows.tf.json')
    const planned = await workspace.terraform('plan')
    expect(planned.stdout, planned.stderr).toContain('1 to import, 0 to add, 0 to change, 0 to destroy')
  })

  test('a key that may read only plans, and its apply is refused flow by flow', async () => {
    const service = await served()
    const { secret } = await service.service.write(TESTER, (call) =>
      createKey(call, { mode: 'test', name: 'reader', scopes: ['flows:read'] }),
    )
    const workspace = await atService(service, secret, aFlow())
    await workspace.succeeds('plan')
    expect(await errorsOf(workspace, 'apply', '-auto-approve')).toEqual([
      {
        line: 1,
        text: expect.stringMatching(
          /refuses this key.*lacks the scope deployments:write.*apply needs deployments:write/,
        ),
      },
    ])
    expect(await flowsOf(service)).toEqual([])
  })
})

test('no secret is in a log, a plan or a state', async () => {
  const service = await served()
  const session = `ephemeral "flows_verification_session" "s" {\n  verification_flow = "there"\n  idempotency_key = "one"\n  provided_details = { email = "canary@example.com" }\n}\n`
  await service.call('POST', '/v1/identity/verification_flows', { body: { key: 'there', name: 'x', type: 'document' } })
  const config = `variable "key" {\n  sensitive = true\n  ephemeral = true\n}\n${aFlow()}${session}`
  const workspace = await aWorkspace(`  api = "${service.url}"\n  api_key = var.key\n`, config, {
    TF_VAR_key: service.key,
    TF_LOG: 'trace',
  })
  const plan = await workspace.terraform('plan', '-out=saved')
  const apply = await workspace.terraform('apply', 'saved')
  const shown = await workspace.terraform('show', '-json', 'saved')
  expect([plan.code, apply.code]).toEqual([0, 0])
  expect(plan.stderr).toContain('OpenEphemeralResource')
  const { data } = (await service.call('GET', '/v1/identity/verification_sessions')).body
  // Plan and apply have one session.
  expect(data.length).toBe(1)
  const secrets = [service.key, data[0].client_secret, data[0].url.split('/').at(-1)]
  const texts = [plan, apply, shown].flatMap(({ stdout, stderr }) => [stdout, stderr])
  const files = readdirSync(workspace.folder).filter((name) => /tfstate|saved/.test(name))
  expect(files).toContain('terraform.tfstate')
  texts.push(...files.map((name) => readFileSync(join(workspace.folder, name), 'latin1')))
  for (const secret of secrets) expect(texts.filter((text) => text.includes(secret)).length).toBe(0)
  // What is known of the person stands in the configuration, which a plan quotes; a log does not.
  expect(plan.stderr + apply.stderr).not.toContain('canary@example.com')
})

test('a deployment is recorded with the commit that the configuration comes from', async () => {
  const service = await served()
  const workspace = await atService(service, service.key, aFlow())
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.com', ...args], {
      cwd: workspace.folder,
      encoding: 'utf8',
    }).trim()
  git('init', '--quiet', '--initial-branch=main')
  git('add', '*.tf')
  git('commit', '--quiet', '--message=flows')
  await workspace.succeeds('apply', '-auto-approve')
  workspace.write(aFlow('a', '  description = "changed"\n'))
  await workspace.succeeds('apply', '-auto-approve')
  const commit = git('rev-parse', 'HEAD')
  expect((await deploymentsOf(service)).map(({ source }) => source)).toEqual([
    expect.objectContaining({ commit, branch: 'main', dirty: true }),
    // The state and what "init" has made lie beside the configuration, and are no change of it.
    expect.objectContaining({ commit, branch: 'main', dirty: false }),
  ])
})

interface Flow {
  readonly id: string
  readonly key: string
  readonly version: number
}

async function flowsOf(service: Served): Promise<readonly Flow[]> {
  return (await service.call('GET', '/v1/identity/verification_flows?limit=100')).body.data
}

async function deploymentsOf(service: Served): Promise<readonly { readonly source: object }[]> {
  return (await service.call('GET', '/v2/identity/flow_deployments?limit=100')).body.data
}

async function errorsOf(workspace: Workspace, ...args: readonly string[]) {
  const { stdout } = await workspace.terraform(...args, '-json')
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
    .filter(({ type, diagnostic }) => type === 'diagnostic' && diagnostic.severity === 'error')
    .map(({ diagnostic: { summary, detail, range } }) => ({
      line: range?.start.line,
      text: flat(`${summary} ${detail}`),
    }))
}

/** Terraform frames its messages and breaks their lines. */
function flat(text: string): string {
  return text.replace(/[\s│]+/g, ' ')
}

/** Ends the provider's process in a workspace, and no other. */
function kill({ folder }: Workspace): void {
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const isProvider = readFileSync(`/proc/${entry}/cmdline`, 'utf8').includes('provider.mjs')
      const isOurs = readFileSync(`/proc/${entry}/environ`, 'utf8').includes(`HOME=${folder}\0`)
      if (isProvider && isOurs) process.kill(Number(entry), 'SIGKILL')
    } catch {
      // It has ended meanwhile, or is nobody's business.
    }
  }
}
