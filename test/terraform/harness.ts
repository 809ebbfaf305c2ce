import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { arch, platform } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { onTestFinished } from 'vitest'
import { callsOf } from '../../src/terraform/framework/calls.js'
import type { Provider } from '../../src/terraform/framework/provider.js'
import { startServer } from '../../src/terraform/plugin/server.js'
import { aFolder, ended, type Run } from '../helpers/cli.js'
import { needsTerraform } from '../helpers/terraform.js'

needsTerraform()

/** A folder with a Terraform configuration, and the real Terraform to run there. */
export interface Workspace {
  readonly folder: string
  /** Writes a file of the configuration. */
  write(text: string, file?: string): void
  /** Runs `terraform` with these arguments, to its end. What it printed is without colours. */
  terraform(...args: readonly string[]): Promise<Run>
  /** As `terraform`, where the exit code has to be 0; what stood on stdout. */
  succeeds(...args: readonly string[]): Promise<string>
  /** Begins to run `terraform`, for a test that interferes. */
  start(...args: readonly string[]): Promise<ChildProcess>
  /** The attributes of what is in the state, by address. */
  state(): { readonly [address: string]: { readonly [attribute: string]: unknown } }
}

export interface WorkspaceOptions {
  /** Of `main.tf`. */
  readonly config?: string
  readonly env?: Readonly<Record<string, string>>
}

/** What Terraform says of a provider whose process died during a call: it may notice the end before the call fails. */
export const PROVIDER_DIED = /Plugin did not respond|Request cancelled/

/**
 * A workspace whose Terraform calls a provider in this process. There is no `init`, no lock file, and no process to
 * start: an apply takes a tenth of a second. One provider value lives through all phases of a command, each of which
 * configures it; in life each phase has a process of its own. A function makes a new provider for each command.
 */
export function attached(provider: Provider | (() => Provider), options: WorkspaceOptions = {}): Workspace {
  return workspace(options, async (args, folder, env) => {
    const calls = callsOf(typeof provider === 'function' ? provider() : provider, {
      failed: () => {},
      orCrash: (work) => work,
    })
    const server = await startServer({ provider: calls, shutdown: () => {} }, null)
    const reattach = {
      Protocol: 'grpc',
      ProtocolVersion: 6,
      Pid: process.pid,
      Test: true,
      Addr: { Network: 'unix', String: server.socket },
    }
    const child = spawned(args, folder, { ...env, TF_REATTACH_PROVIDERS: JSON.stringify({ [SOURCE]: reattach }) })
    child.once('close', () => void server.stop())
    return child
  })
}

/**
 * A workspace with a built provider in `terraform.d/plugins`, where Terraform finds it without any configuration: as users
 * have it. `terraform init` comes first.
 */
export function installed(built: string, options: WorkspaceOptions = {}): Workspace {
  const made = workspace(options, async (args, folder, env) => spawned(args, folder, env))
  const system = `${platform()}_${arch() === 'x64' ? 'amd64' : arch()}`
  const place = join(made.folder, 'terraform.d/plugins/registry.terraform.io', SOURCE, VERSION, system)
  cpSync(built, place, { recursive: true })
  return made
}

/** In a process group of its own, as on a terminal: a test can interrupt all of it. */
function spawned(args: readonly string[], cwd: string, env: Readonly<Record<string, string>>): ChildProcess {
  const child = spawn('terraform', args, { cwd, env, detached: true })
  onTestFinished(() => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, 'SIGKILL')
  })
  return child
}

function workspace(
  { config = '', env = {} }: WorkspaceOptions,
  start: (args: readonly string[], folder: string, env: Readonly<Record<string, string>>) => Promise<ChildProcess>,
): Workspace {
  const folder = aFolder({ 'main.tf': config, 'providers.tf': PROVIDERS, 'terraform.rc': '' })
  const variables = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    TMPDIR: process.env.TMPDIR ?? '/tmp',
    CHECKPOINT_DISABLE: '1',
    TF_IN_AUTOMATION: '1',
    TF_CLI_CONFIG_FILE: join(folder, 'terraform.rc'),
    ...env,
  }
  const begin = (...args: readonly string[]) => start(args, folder, variables)
  const terraform = async (...args: readonly string[]) => {
    const run = await ended(await begin(...args))
    return { ...run, stdout: stripVTControlCharacters(run.stdout), stderr: stripVTControlCharacters(run.stderr) }
  }
  return {
    folder,
    start: begin,
    terraform,
    write: (text, file = 'main.tf') => writeFileSync(join(folder, file), text),
    async succeeds(...args) {
      const { code, stdout, stderr } = await terraform(...args)
      if (code !== 0) throw new Error(`terraform ${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`)
      return stdout
    },
    state() {
      const { resources } = JSON.parse(readFileSync(join(folder, 'terraform.tfstate'), 'utf8'))
      return Object.fromEntries(resources.flatMap(addressed))
    },
  }
}

interface StateResource {
  readonly mode: 'managed' | 'data'
  readonly type: string
  readonly name: string
  readonly instances: readonly { readonly index_key?: string | number; readonly attributes: object }[]
}

function addressed({ mode, type, name, instances }: StateResource): [string, object][] {
  return instances.map(({ index_key, attributes }) => {
    const index = index_key === undefined ? '' : `[${JSON.stringify(index_key)}]`
    return [`${mode === 'data' ? 'data.' : ''}${type}.${name}${index}`, attributes]
  })
}

const SOURCE = 'verification-flows/flows'
const VERSION = JSON.parse(readFileSync('package.json', 'utf8')).version
const PROVIDERS = `terraform {\n  required_providers {\n    flows = { source = "${SOURCE}" }\n  }\n}\n`
