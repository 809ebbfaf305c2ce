import { spawn } from 'node:child_process'
import { closeSync, cpSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { type PlanHeader, readHeader } from '../../src/forge/header.js'
import { isFence, partsOf } from '../docs/pages.js'
import { aHostedRepository } from '../forge/hosted-repository.js'
import { ACTION, type ActionRun } from '../forge/run-action.js'
import { aFolder } from './folders.js'
import { type Manager, shimsOf } from './managers.js'
import { run } from './run.js'
import type { Release } from './setup.js'

const PAGE = 'docs/getting-started.md'

/** What the package is installed from. */
export type Source = 'tarball' | 'git'

/** How somebody follows the page. */
export interface Reader {
  /** The row of the page's table. */
  readonly row: string
  readonly manager: Manager
  readonly source: Source
  /** Whether all of it is done, also what the rest of the story can do without. */
  readonly isWhole: boolean
  readonly release: Release
  readonly env: Readonly<Record<string, string>>
}

/** What GitHub keeps for the jobs. */
interface Secrets {
  of(name: string, environment?: string): string
}

/**
 * Does what the page says, from an empty folder to a merged pull request: its commands in one shell, in their order. Stand-ins
 * are the program `gh`, which keeps secrets in files, and GitHub itself (test/forge); the jobs are those that the commands
 * wrote into the repository, as GitHub runs their steps.
 */
export async function toTheFirstPullRequest(reader: Reader) {
  const home = aFolder()
  const url = `http://127.0.0.1:${await aFreePort()}`
  const repository = await aHostedRepository()
  const secrets = join(home, 'secrets')
  mkdirSync(join(secrets, 'live'), { recursive: true })
  mkdirSync(join(home, 'Downloads'))
  cpSync(reader.release.tarball, join(home, 'Downloads/verification-flows-0.1.0.tgz'))
  mkdirSync(join(home, 'bin'))
  writeFileSync(join(home, 'bin/gh'), GH, { mode: 0o755 })
  writeFileSync(
    join(home, '.gitconfig'),
    '[user]\n\tname = Ada\n\temail = ada@example.com\n[init]\n\tdefaultBranch = trunk\n',
  )
  const shims = shimsOf(reader.manager, reader.release.managers)
  const env = {
    ...reader.env,
    HOME: home,
    SECRETS: secrets,
    FLOWS_SERVE_PORT: new URL(url).port,
    PATH: [shims, join(home, 'bin'), process.env.PATH].join(delimiter),
  }
  const text = ['set -euo pipefail', `flows() { ${rowOf(reader.row).program} "$@"; }`, ...commandsOf(reader)]
    .join('\n')
    .replaceAll('git+https://.../verification-flows.git#v0.1.0', `${reader.release.address}#v${reader.release.version}`)
    .replaceAll('https://flows.example.com', url)
    .replaceAll('git@github.com:acme/kyc.git', repository.address)
  await inOneShell(text, home, env)

  const pull = repository.open(readFileSync(join(secrets, 'pull'), 'utf8').trim())
  const kept: Secrets = { of: (name, environment = '') => readFileSync(join(secrets, environment, name), 'utf8') }
  const job = async (name: string) => {
    const { job, uses } = calledBy(repository.origin('show', `${pull.head.ref}:.github/workflows/flows.yaml`), name)
    const done: ActionRun = await repository.job(uses.with, {
      ...(name !== 'apply' && { pull }),
      env: {
        ...reader.env,
        ...Object.fromEntries(
          Object.entries(uses.env ?? {}).map(([variable, text]) => [variable, filled(text, kept, job.environment)]),
        ),
      },
      programs: {
        npm: `#!/bin/sh\nexec "${(await run('.', ['sh', '-c', 'command -v npm'])).trim()}" "$@"\n`,
        // It would ask for the version of package.json, and its signatures; here that is installed already.
        corepack: `#!/bin/sh\ncp "${shims}"/* "$3"/\n`,
      },
    })
    expect(done, done.stdout + done.stderr).toMatchObject({ code: 0 })
    return done
  }
  const comment = () => readHeader(repository.github.comments.at(-1)?.body ?? '') as PlanHeader
  const inService = async (path: string) => {
    const authorization = `Bearer ${kept.of('FLOWS_LIVE_PLAN_KEY')}`
    return (await (await fetch(url + path, { headers: { authorization } })).json()).data
  }
  const action = repository.origin('show', `${pull.head.ref}:.github/actions/flows/action.yml`)
  // So that the steps which run here are those of the repository.
  expect(parse(action)).toEqual(ACTION)
  return { folder: join(home, 'acme-kyc'), repository, pull, job, comment, inService }
}

/** Keeps secrets, and remembers which branch a pull request is for. */
const GH = `#!/bin/sh
case "$1 $2" in
  'secret set') cat > "$SECRETS/$5/$3" ;;
  'pr create') git branch --show-current > "$SECRETS/pull" ;;
  *) exit 64 ;;
esac
`

interface Row {
  readonly tarball: string
  readonly git: string
  readonly program: string
}

function rowOf(name: string): Row {
  const rows = readFileSync(PAGE, 'utf8').matchAll(/^\| ([^|]+) \| `([^`]+)` \| `([^`]+)` \| `([^`]+)` \|$/gm)
  for (const [, row, tarball = '', git = '', program = ''] of rows) if (row === name) return { tarball, git, program }
  throw new Error(`${PAGE} has no row for ${name}`)
}

/** The commands of the page up to its pull request, in a script. */
function commandsOf({ row, manager, source, isWhole }: Reader): string[] {
  const npms = rowOf('npm').tarball
  const line = [rowOf(row)[source], ...manager.more].join(' ')
  const script: string[] = []
  for (const part of partsOf(PAGE)) {
    if (!isFence(part)) continue
    const { kind, text } = part
    if (kind === 'yaml') {
      const file = /^# (\S+)\n/.exec(text)?.[1]
      script.push(`cat > ${file} <<'END'\n${text}\nEND`)
    } else if (kind === 'console') {
      // Those that it shows the answers of, which test/docs compares.
      script.push(...text.split('\n').flatMap((said) => (said.startsWith('$ ') ? [said.slice(2)] : [])))
    } else if (kind === 'sh' && !text.includes('curl ')) {
      script.push(...text.split('\n').map((one) => (one === npms ? line : one.replace(/^npx flows/, 'flows'))))
    }
    if (text.includes('gh pr create')) break
  }
  expect(script).toContain(line)
  const { packageManager } = manager
  if (packageManager !== undefined) {
    script.splice(script.indexOf(line), 0, `npm pkg set packageManager=${packageManager}`)
  }
  return script.filter(
    (one) => (source === 'tarball' || !one.startsWith('mkdir vendor')) && (isWhole || !IN_PASSING.test(one)),
  )
}

/** What changes nothing in the repository: whoever installed the program, and how, it does the same. */
const IN_PASSING = /^(session=|flows (validate|plan|apply|test|sessions|fmt --check))/

interface Job {
  readonly environment?: string
  readonly steps: readonly Call[]
}

interface Call {
  readonly uses?: string
  readonly with: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
}

/** How a job of the workflow calls the action. */
function calledBy(workflow: string, name: string): { readonly job: Job; readonly uses: Call } {
  const job: Job | undefined = parse(workflow).jobs[name]
  const uses = job?.steps.find((step) => step.uses === './.github/actions/flows')
  if (job === undefined || uses === undefined) throw new Error(`no job ${name} calls the action:\n${workflow}`)
  return { job, uses }
}

/** A job gets the secrets of the repository, and those of its environment. */
function filled(text: string, secrets: Secrets, environment: string | undefined): string {
  return text.replaceAll(/\$\{\{ secrets\.(\w+) \}\}/g, (_, name: string) => secrets.of(name, environment))
}

/** The shell may end before what it has left in the background, which ends with the test. */
async function inOneShell(text: string, cwd: string, env: Readonly<Record<string, string>>): Promise<void> {
  const said = join(cwd, 'said')
  const out = openSync(said, 'w')
  const clean = Object.entries(process.env).filter(([name]) => !/^(npm_|VITEST|NODE_ENV|CI$|GIT)/.test(name))
  const shell = spawn('bash', ['-c', text], {
    cwd,
    env: { ...Object.fromEntries(clean), ...env },
    stdio: ['ignore', out, out],
    detached: true,
  })
  closeSync(out)
  onTestFinished(() => {
    try {
      if (shell.pid) process.kill(-shell.pid, 'SIGTERM')
    } catch {
      // It failed before it left anything in the background.
    }
  })
  const code = await new Promise((done) => shell.once('exit', done))
  if (code !== 0) throw new Error(`exit code ${code} of\n${text}\n\n${readFileSync(said, 'utf8')}`)
}

async function aFreePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  await new Promise((closed) => server.close(closed))
  return port
}
