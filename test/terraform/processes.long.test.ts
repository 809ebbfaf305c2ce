import { cpSync, existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { aFolder, ended } from '../helpers/cli.js'
import { TERRAFORM } from '../helpers/terraform.js'
import { buildFixture } from './fixture/build.js'
import { HURRY, TROUBLE } from './fixture/provider.js'
import { installed, PROVIDER_DIED, type Workspace } from './harness.js'

/*
 * The real Terraform starts real processes of a provider that lies in terraform.d/plugins, as users have it.
 */

const built = buildFixture()
const PROVIDER = 'provider "flows" { folder = abspath("things") }\n'

/** Initialised, and with a folder of its own for temporary files: what a process leaves behind lies there. */
async function aWorkspace(name: string, env: Readonly<Record<string, string>> = {}) {
  const temporary = aFolder()
  const config = `${PROVIDER}resource "flows_thing" "a" {\n  name = "${name}"\n}\n`
  const workspace = installed(built, { config, env: { TMPDIR: temporary, ...env } })
  await workspace.succeeds('init')
  return { ...workspace, temporary }
}

async function nothingToDo({ terraform }: Workspace): Promise<void> {
  expect(await terraform('plan', '-detailed-exitcode')).toMatchObject({ code: 0, stderr: '' })
}

/** Once the slow thing is being made. */
async function midApply({ folder }: Workspace): Promise<void> {
  await expect.poll(() => existsSync(join(folder, 'journal')), { timeout: 20_000, interval: 20 }).toBe(true)
}

describe('processes', () => {
  test('init, apply, plan and destroy; no process leaves anything behind', async () => {
    const workspace = await aWorkspace('A')
    await workspace.succeeds('validate')
    await workspace.succeeds('apply', '-auto-approve')
    await nothingToDo(workspace)
    await workspace.succeeds('destroy', '-auto-approve')
    expect(workspace.state()).toEqual({})
    expect(readdirSync(workspace.temporary)).toEqual([])
  })

  test('a plan is saved, and applied by other processes', async () => {
    const workspace = await aWorkspace('A')
    await workspace.succeeds('plan', '-out=saved')
    await workspace.succeeds('apply', 'saved')
    await nothingToDo(workspace)
  })

  test('Ctrl-C in the middle of an apply: what was begun is finished, and in the state', async () => {
    const workspace = await aWorkspace(TROUBLE.slow)
    const child = await workspace.start('apply', '-auto-approve')
    const run = ended(child)
    await midApply(workspace)
    process.kill(-Number(child.pid), 'SIGINT')
    const { code, stdout } = await run
    expect(code).toBe(1)
    expect(stdout).toContain('Gracefully shutting down')
    expect(stdout).toContain('Creation complete')
    expect(readFileSync(join(workspace.folder, 'journal'), 'utf8')).toBe('began\nended after stop\n')
    await nothingToDo(workspace)
    expect(readdirSync(workspace.temporary)).toEqual([])
  })

  test('Terraform is killed: the provider finishes what it has begun, and is gone', async () => {
    const workspace = await aWorkspace(TROUBLE.slow)
    const child = await workspace.start('apply', '-auto-approve')
    await midApply(workspace)
    child.kill('SIGKILL')
    await expect.poll(() => readdirSync(workspace.temporary), { timeout: 10_000 }).toEqual([])
    expect(readFileSync(join(workspace.folder, 'journal'), 'utf8')).toBe('began\nended after stop\n')
    await expect.poll(() => processesIn(workspace), { timeout: 10_000 }).toEqual([])
  })

  test('the provider is killed: Terraform says so, and the next apply works', async () => {
    const workspace = await aWorkspace(TROUBLE.slow)
    const run = ended(await workspace.start('apply', '-auto-approve'))
    await midApply(workspace)
    for (const pid of processesIn(workspace)) process.kill(pid, 'SIGKILL')
    const { code, stderr } = await run
    expect(code).toBe(1)
    expect(stderr).toMatch(PROVIDER_DIED)
    workspace.write('', HURRY)
    await workspace.succeeds('apply', '-auto-approve')
    await nothingToDo(workspace)
  })

  test('an error outside of all calls ends the apply with that error, not with a dead plugin', async () => {
    const workspace = await aWorkspace(TROUBLE.crashInApply)
    const { code, stderr } = await workspace.terraform('apply', '-auto-approve')
    expect(code).toBe(1)
    expect(stderr).toContain('Nobody catches this.')
    expect(stderr).not.toMatch(PROVIDER_DIED)
  })
})

describe('the surroundings', () => {
  test('without node on the PATH Terraform shows what is missing', async () => {
    const bin = aFolder()
    symlinkSync(TERRAFORM ?? '', join(bin, 'terraform'))
    const config = `${PROVIDER}resource "flows_thing" "a" {\n  name = "A"\n}\n`
    const workspace = installed(built, { config, env: { PATH: bin } })
    await workspace.succeeds('init')
    const { code, stderr } = await workspace.terraform('plan')
    expect(code).toBe(1)
    // In a frame, whose lines are broken anywhere.
    expect(stderr.replace(/[\s│]+/g, ' ')).toContain('put node 20.19 or newer on the PATH of terraform.')
  })

  test('without encryption, where Terraform asks for that', async () => {
    const workspace = await aWorkspace('A', { TF_DISABLE_PLUGIN_TLS: '1' })
    await workspace.succeeds('apply', '-auto-approve')
  })

  test('in a folder that says that all its JavaScript is CommonJS, or a module', async () => {
    for (const type of ['commonjs', 'module']) {
      const workspace = await aWorkspace('A')
      workspace.write(JSON.stringify({ type }), 'package.json')
      await workspace.succeeds('plan')
    }
  })

  test('in a folder whose name has blanks and quotes', async () => {
    const workspace = await aWorkspace('A')
    const odd = join(aFolder(), `it's "odd" $HOME`)
    cpSync(workspace.folder, odd, { recursive: true })
    await workspace.succeeds(`-chdir=${odd}`, 'init')
    await workspace.succeeds(`-chdir=${odd}`, 'apply', '-auto-approve')
  })

  test('what failed is in the log, with where it came from', async () => {
    const workspace = await aWorkspace(TROUBLE.throwInPlan, { TF_LOG: 'ERROR' })
    const { stderr } = await workspace.terraform('plan')
    expect(stderr).toMatch(/\[ERROR\] provider.*could not plan flows_thing: Planning is not for everyone\./)
    expect(stderr).toContain('main.mjs')
  })
})

/** The processes that run what is installed in a workspace. */
function processesIn({ folder }: Workspace): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => {
      try {
        const inside = readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('provider.mjs')
        return inside && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`HOME=${folder}\0`)
      } catch {
        return false
      }
    })
}
