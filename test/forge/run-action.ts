import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { parse } from 'yaml'
import { aFolder, ended, FLOWS, type Run } from '../helpers/cli.js'
import { programInProcess } from '../helpers/program-in-process.js'

interface Step {
  readonly name?: string
  readonly id?: string
  readonly if?: string
  readonly uses?: string
  readonly with?: Readonly<Record<string, unknown>>
  readonly shell?: string
  readonly env?: Readonly<Record<string, string>>
  readonly run?: string
}

export interface Action {
  readonly inputs: Readonly<
    Record<string, { readonly default?: string; readonly required?: boolean; readonly description: string }>
  >
  readonly runs: { readonly using: string; readonly steps: readonly Step[] }
}

export const ACTION = parse(readFileSync('action.yml', 'utf8')) as Action

/** What a repository has once this program is a package of it, for npm, which is not asked here. */
export const INSTALLED: Readonly<Record<string, string>> = {
  '.gitignore': 'node_modules/\n',
  'package.json': '{ "private": true, "devDependencies": { "verification-flows": "0.1.0" } }\n',
  'package-lock.json': '{ "lockfileVersion": 3 }\n',
}

/** `flows` as npm installs it. */
const PROGRAM = `#!/bin/sh\nexec "${process.execPath}" "${FLOWS}" "$@"\n`

type Outputs = Readonly<Record<string, string>>

/** What an expression may name. */
interface Contexts {
  readonly inputs: Outputs
  readonly github: Readonly<Record<string, unknown>>
  readonly runner: Outputs
  readonly steps: Readonly<Record<string, { readonly outputs: Outputs }>>
}

export interface ActionRun {
  /** Of the first step that failed; 0 where none did. */
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  readonly summary: string
  readonly outputs: Readonly<Record<string, Outputs>>
  /** Names of the steps that ran. */
  readonly ran: readonly string[]
}

export interface ActionOptions {
  readonly inputs: Outputs
  readonly github: Readonly<Record<string, unknown>>
  /** What the job sets, secrets among it, and the variables of GitHub. */
  readonly env: Readonly<Record<string, string>>
  /** The checkout. */
  readonly workspace: string
  /** Artifacts of all runs, by "run id/name": upload-artifact and download-artifact act upon them. */
  readonly artifacts: Map<string, ReadonlyMap<string, string>>
  /** Where steps of one job keep what is temporary; a folder of its own where none is given. */
  readonly temporary?: string
  /** Whether `flows` is a process of its own, as it is for users: by default the test's process runs its commands. */
  readonly isOwnProcess?: boolean
  /** Programs that stand in for others, by name. */
  readonly programs?: Readonly<Record<string, string>>
}

/** Runs the composite action as GitHub's runner does: each step's script with bash, its variables, and its outputs. */
export async function runAction({
  inputs,
  github,
  env,
  workspace,
  artifacts,
  isOwnProcess = false,
  programs = {},
  temporary = aFolder(),
}: ActionOptions): Promise<ActionRun> {
  const bin = join(temporary, 'bin')
  mkdirSync(bin, { recursive: true })
  const given: Record<string, string> = {
    // npm is not asked here: what it would install is the built program. test/install asks it.
    npm: `#!/bin/sh
echo "npm $*"
case "$1" in
  ci) mkdir -p node_modules/.bin && ln -sf "${bin}/built" node_modules/.bin/flows ;;
  *) mkdir -p "$RUNNER_TEMP/flows/bin" && ln -sf "${bin}/built" "$RUNNER_TEMP/flows/bin/flows" ;;
esac
`,
    ...programs,
  }
  for (const [name, text] of Object.entries(given)) writeFileSync(join(bin, name), text, { mode: 0o755 })
  writeFileSync(join(bin, 'built'), isOwnProcess ? PROGRAM : await programInProcess(), { mode: 0o755 })
  if (!existsSync(join(bin, 'node'))) symlinkSync(process.execPath, join(bin, 'node'))

  const defaults = Object.fromEntries(Object.entries(ACTION.inputs).map(([name, input]) => [name, input.default ?? '']))
  const steps: Record<string, { outputs: Outputs }> = {}
  const runner = { temp: temporary }
  const all: Outputs = Object.fromEntries(
    Object.entries({ ...defaults, ...inputs }).map(([name, value]) => [
      name,
      replaced(value, { inputs: {}, github, runner, steps }),
    ]),
  )
  const summaryFile = join(temporary, 'summary.md')
  const pathFile = join(temporary, 'path')
  writeFileSync(pathFile, '')
  const result = { stdout: '', stderr: '', ran: [] as string[], code: 0 }
  for (const [index, step] of ACTION.runs.steps.entries()) {
    const contexts: Contexts = { inputs: all, github, runner, steps }
    if (!isDue(step, contexts, result.code !== 0)) continue
    result.ran.push(step.name ?? step.uses ?? '')
    const outputFile = join(temporary, `output-${index}`)
    writeFileSync(outputFile, '')
    if (step.uses !== undefined) {
      const fault = used(step, contexts, env.GITHUB_RUN_ID ?? '', artifacts)
      if (fault === undefined) continue
      result.stderr += fault
      result.code ||= 1
      continue
    }
    const own = Object.fromEntries(
      Object.entries(step.env ?? {}).map(([name, value]) => [name, replaced(value, contexts)]),
    )
    const paths = readFileSync(pathFile, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .reverse()
    const run = await script(step.run ?? '', workspace, {
      PATH: [...paths, bin, process.env.PATH ?? ''].join(delimiter),
      HOME: temporary,
      ...(process.env.XDG_CACHE_HOME !== undefined && { XDG_CACHE_HOME: process.env.XDG_CACHE_HOME }),
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_WORKSPACE: workspace,
      RUNNER_TEMP: temporary,
      GITHUB_OUTPUT: outputFile,
      GITHUB_PATH: pathFile,
      GITHUB_STEP_SUMMARY: summaryFile,
      ...env,
      ...own,
    })
    result.stdout += run.stdout
    result.stderr += run.stderr
    if (step.id !== undefined) steps[step.id] = { outputs: outputsOf(readFileSync(outputFile, 'utf8')) }
    if (run.code !== 0) result.code ||= run.code ?? 1
  }
  const summary = existsSync(summaryFile) ? readFileSync(summaryFile, 'utf8') : ''
  const outputs = Object.fromEntries(Object.entries(steps).map(([id, step]) => [id, step.outputs]))
  return { ...result, summary, outputs }
}

/** After a step has failed only those run that ask for it. */
function isDue({ if: condition }: Step, contexts: Contexts, hasFailed: boolean): boolean {
  if (condition === undefined) return !hasFailed
  if (!condition.includes('failure()')) return !hasFailed && isTrue(condition, contexts)
  return isTrue(condition.replace('failure()', String(hasFailed)), contexts)
}

/** As `shell: bash` does it. */
export async function script(text: string, cwd: string, env: Readonly<Record<string, string>>): Promise<Run> {
  const file = join(aFolder({ 'step.sh': text }), 'step.sh')
  return ended(spawn('bash', ['--noprofile', '--norc', '-e', '-o', 'pipefail', file], { cwd, env }))
}

/** What the actions do that are used: they are GitHub's own, and stand in for themselves here. */
function used(step: Step, contexts: Contexts, run: string, artifacts: ActionOptions['artifacts']): string | undefined {
  const settings = Object.fromEntries(
    Object.entries(step.with ?? {}).map(([name, value]) => [name, replaced(String(value), contexts)]),
  )
  const { name = '', path = '' } = settings
  switch (step.uses?.split('@')[0]) {
    case 'actions/upload-artifact':
      artifacts.set(`${run}/${name}`, new Map([[path.split('/').at(-1) ?? '', readFileSync(path, 'utf8')]]))
      return undefined
    case 'actions/download-artifact': {
      const files = artifacts.get(`${settings['run-id']}/${name}`)
      if (files === undefined) return `Unable to download artifact(s): Artifact not found for name: ${name}`
      mkdirSync(path, { recursive: true })
      for (const [file, text] of files) writeFileSync(join(path, file), text)
      return undefined
    }
    default:
      return undefined
  }
}

function outputsOf(text: string): Outputs {
  const lines = text.split('\n').filter((line) => line !== '')
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))
}

function replaced(text: string, contexts: Contexts): string {
  return text.replace(/\$\{\{(.*?)\}\}/g, (_, expression: string) => String(evaluated(expression, contexts) ?? ''))
}

function isTrue(condition: string, contexts: Contexts): boolean {
  return Boolean(evaluated(condition.replace(/^\$\{\{|\}\}$/g, ''), contexts))
}

/** GitHub's expressions, as far as they are JavaScript's once names are looked up. */
function evaluated(expression: string, contexts: object): unknown {
  const text = expression.replace(/'[^']*'|\b(?:inputs|github|runner|steps|secrets)(?:\.[\w-]+)+/g, (part) => {
    if (part.startsWith("'")) return part
    let value: unknown = contexts
    for (const name of part.split('.')) value = (value as Record<string, unknown> | undefined)?.[name]
    return JSON.stringify(value ?? '')
  })
  return new Function(`return (${text})`)()
}
