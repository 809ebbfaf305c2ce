import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { writeManyDefinitions } from '../helpers/many-definitions.js'
import { serve } from './serve.js'

const STEPS = ['plan of new flows', 'apply of them', 'plan of nothing'] as const
type Step = (typeof STEPS)[number]

/** Milliseconds of one step: of `flows`, of Terraform with this provider, and of Terraform with what is built into it. */
interface Round {
  readonly flows: number
  readonly provider: number
  readonly builtIn: number
}

export interface TerraformRow {
  readonly what: string
  readonly rounds: readonly Round[]
}

export function hasTerraform(): boolean {
  return spawnSync('terraform', ['version'], { stdio: 'ignore' }).status === 0
}

/**
 * The same flows planned and applied over a flows API by the command line and by Terraform, each into a service of its own, by turns;
 * and beside them as many `terraform_data` with the same contents, which write nowhere but into Terraform's state: what
 * Terraform costs by itself.
 */
export async function measureTerraform(count: number, rounds: number): Promise<readonly TerraformRow[]> {
  const measured = Object.fromEntries(STEPS.map((step) => [step, [] as Round[]])) as Record<Step, Round[]>
  for (let round = 0; round < rounds; round += 1) {
    const root = mkdtempSync(join(tmpdir(), 'flows-terraform-'))
    const children: ChildProcess[] = []
    try {
      const flows = await commandLine(join(root, 'flows'), count, children)
      const provider = await terraform(join(root, 'provider'), count, children)
      const builtIn = await terraformData(join(root, 'built-in'), provider.config)
      for (const step of STEPS) {
        measured[step].push({
          flows: await timed(flows, step),
          provider: await timed(provider.run, step),
          builtIn: await timed(builtIn, step),
        })
      }
    } finally {
      for (const child of children) child.kill('SIGKILL')
      rmSync(root, { recursive: true, force: true })
    }
  }
  return STEPS.map((step) => ({ what: `${count}: ${step}`, rounds: measured[step] }))
}

/** Runs one step to its end. */
type Run = (step: Step) => Promise<void>

async function timed(run: Run, step: Step): Promise<number> {
  const started = performance.now()
  await run(step)
  return performance.now() - started
}

async function commandLine(folder: string, count: number, children: ChildProcess[]): Promise<Run> {
  const { key } = await project(folder, count, children)
  return (step) =>
    ended(process.execPath, [FLOWS, ...(step === 'apply of them' ? ['apply', '--yes'] : ['plan']), '--env', 'live'], {
      cwd: folder,
      env: { ...process.env, KEY: key },
    })
}

async function terraform(
  folder: string,
  count: number,
  children: ChildProcess[],
): Promise<{ run: Run; config: string }> {
  const { key } = await project(folder, count, children)
  await ended(process.execPath, [FLOWS, 'synth', '--env', 'live', '--out', '.'], { cwd: folder })
  await ended(process.execPath, [FLOWS, 'terraform', 'install'], { cwd: folder })
  const run = terraformRun(folder, key)
  await run('init')
  return { run: (step) => run(...argsOf(step)), config: readFileSync(join(folder, 'flows.tf.json'), 'utf8') }
}

async function terraformData(folder: string, config: string): Promise<Run> {
  const { resource } = JSON.parse(config) as { resource: { flows_verification_flow: Record<string, unknown> } }
  const data = Object.entries(resource.flows_verification_flow).map(([name, input]) => [name, { input }])
  mkdirSync(folder)
  writeFileSync(
    join(folder, 'main.tf.json'),
    JSON.stringify({ resource: { terraform_data: Object.fromEntries(data) } }),
  )
  const run = terraformRun(folder, '')
  await run('init')
  return (step) => run(...argsOf(step))
}

/** Definitions, and a service of their own for them. */
async function project(folder: string, count: number, children: ChildProcess[]): Promise<{ key: string }> {
  mkdirSync(folder)
  const { url, key } = await serve(folder, undefined, children)
  const environments = `  local: {}\n  live: { mode: test, api: "${url}", api_key_env: KEY }\n`
  writeFileSync(join(folder, 'flows.config.yaml'), `project: bench\nenvironments:\n${environments}`)
  writeManyDefinitions(join(folder, 'flows'), count)
  return { key }
}

const FLOWS = resolve('dist/flows.js')

function terraformRun(cwd: string, key: string) {
  // Only the environment decides: no settings of whoever runs this.
  const env = { PATH: process.env.PATH, HOME: cwd, CHECKPOINT_DISABLE: '1', TF_IN_AUTOMATION: '1', FLOWS_API_KEY: key }
  return (...args: readonly string[]) => ended('terraform', args, { cwd, env })
}

function argsOf(step: Step): string[] {
  return step === 'apply of them' ? ['apply', '-auto-approve'] : ['plan']
}

async function ended(program: string, args: readonly string[], options: { cwd: string; env?: NodeJS.ProcessEnv }) {
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  child.stderr.on('data', (chunk) => (stderr += chunk))
  const code = await new Promise((done) => child.once('close', done))
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}: ${stderr.slice(-500)}`)
}
