import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BenchOptions } from './part.js'
import { FLOWS, makeProject } from './project.js'
import { median } from './report/numbers.js'
import { against, ms, type Table, times } from './report/table.js'
import { serve } from './serve.js'

const STEPS = ['plan of new flows', 'apply of them', 'plan of nothing'] as const
type Step = (typeof STEPS)[number]

/** At how many resources the targets stand: the most that Terraform with the provider may take of what is built into it. */
const SIZE_OF_TARGETS = 1000
const MOST: Partial<Record<Step, number>> = { 'apply of them': 0.8, 'plan of nothing': 1.5 }

/** Milliseconds of one step: of `flows`, of Terraform with this provider, and of Terraform with what is built into it. */
interface Round {
  readonly flows: number
  readonly provider: number
  readonly builtIn: number
  /** Milliseconds of processor time of the provider's own processes. */
  readonly cpu: number
}

/**
 * The same flows planned and applied over a flows API by the command line and by Terraform, each into a service of its own, by turns;
 * and beside them as many `terraform_data` with the same contents, which write nowhere but into Terraform's state: what
 * Terraform costs by itself.
 */
export async function measureTerraform({ resources, runs }: BenchOptions): Promise<readonly Table[]> {
  if (spawnSync('terraform', ['version'], { stdio: 'ignore' }).status !== 0) {
    process.stderr.write('terraform: left out, because terraform is not on the PATH\n')
    return []
  }
  const rows: string[][] = []
  for (const count of resources) {
    const rounds: Record<Step, Round>[] = []
    // A thousand take a minute.
    for (let round = 0; round < Math.min(runs, count < SIZE_OF_TARGETS ? 2 : 1); round += 1) {
      rounds.push(await oneRound(count))
    }
    for (const step of STEPS) {
      const measured = rounds.map((round) => round[step])
      const middle = (name: keyof Round) => median(measured.map((round) => round[name]))
      const ratio = (name: 'flows' | 'provider') => median(measured.map((round) => round[name] / round.builtIn))
      const most = count === SIZE_OF_TARGETS ? MOST[step] : undefined
      rows.push([
        `${count}: ${step}`,
        ms(middle('provider')),
        times(ratio('provider')),
        most === undefined ? '' : against(ratio('provider'), { most }),
        ms(middle('cpu')),
        ms(middle('flows')),
        times(ratio('flows')),
        ms(middle('builtIn')),
      ])
    }
  }
  return [
    {
      title: 'Terraform',
      note: 'Milliseconds, and the ratio to as many resources of terraform_data, which is built into Terraform and writes nowhere.',
      head: ['', 'provider', 'ratio', 'target', 'its CPU', 'flows', 'ratio', 'terraform_data'],
      rows,
    },
  ]
}

async function oneRound(count: number): Promise<Record<Step, Round>> {
  const root = mkdtempSync(join(tmpdir(), 'flows-terraform-'))
  const children: ChildProcess[] = []
  try {
    const flows = await commandLine(join(root, 'flows'), count, children)
    const provider = await terraform(join(root, 'provider'), count, children)
    const builtIn = await terraformData(join(root, 'built-in'), provider.config)
    const measured = {} as Record<Step, Round>
    for (const step of STEPS) {
      const before = provider.cpu()
      const taken = {
        flows: await timed(flows, step),
        provider: await timed(provider.run, step),
        builtIn: await timed(builtIn, step),
      }
      measured[step] = { ...taken, cpu: provider.cpu() - before }
    }
    return measured
  } finally {
    for (const child of children) child.kill('SIGKILL')
    rmSync(root, { recursive: true, force: true })
  }
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

async function terraform(folder: string, count: number, children: ChildProcess[]) {
  const { key } = await project(folder, count, children)
  await ended(process.execPath, [FLOWS, 'synth', '--env', 'live', '--out', '.'], { cwd: folder })
  await ended(process.execPath, [FLOWS, 'terraform', 'install'], { cwd: folder })
  // Each process of Node below Terraform notes at its end what it took.
  const [hook, taken] = [join(folder, 'hook.cjs'), join(folder, 'cpu')]
  const sum = 'Object.values(process.cpuUsage()).reduce((sum, one) => sum + one) / 1000'
  const note = `require("node:fs").appendFileSync(${JSON.stringify(taken)}, ${sum} + "\\n")`
  writeFileSync(hook, `process.on('exit', () => ${note})`)
  const run = terraformRun(folder, { FLOWS_API_KEY: key, NODE_OPTIONS: `--require ${hook}` })
  await run('init')
  return {
    run: ((step) => run(...argsOf(step))) as Run,
    config: readFileSync(join(folder, 'flows.tf.json'), 'utf8'),
    cpu: () =>
      existsSync(taken)
        ? readFileSync(taken, 'utf8')
            .split('\n')
            .reduce((total, one) => total + Number(one), 0)
        : 0,
  }
}

async function terraformData(folder: string, config: string): Promise<Run> {
  const { resource } = JSON.parse(config) as { resource: { flows_verification_flow: Record<string, unknown> } }
  const data = Object.entries(resource.flows_verification_flow).map(([name, input]) => [name, { input }])
  mkdirSync(folder)
  writeFileSync(
    join(folder, 'main.tf.json'),
    JSON.stringify({ resource: { terraform_data: Object.fromEntries(data) } }),
  )
  const run = terraformRun(folder, {})
  await run('init')
  return (step) => run(...argsOf(step))
}

/** Definitions, and a service of their own for them. */
async function project(folder: string, count: number, children: ChildProcess[]): Promise<{ key: string }> {
  mkdirSync(folder)
  const served = await serve({ root: folder }, children)
  makeProject(folder, count, served)
  return { key: served.key }
}

function terraformRun(cwd: string, more: NodeJS.ProcessEnv) {
  // Only the environment decides: no settings of whoever runs this.
  const env = { PATH: process.env.PATH, HOME: cwd, CHECKPOINT_DISABLE: '1', TF_IN_AUTOMATION: '1', ...more }
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
