import { execFileSync, spawn } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { localUser } from '../../src/service/operations/calls/principal.js'
import { createFlow, updateFlow } from '../../src/service/operations/flows/flows.js'
import { createSession } from '../../src/service/operations/sessions/sessions.js'
import { cleanEnv, ended, FLOWS } from '../helpers/cli.js'
import { runHere } from '../helpers/in-process.js'
import { served } from '../service/serving.js'

/** The service of the pages, which stand-ins answer for while they are tested. */
const SERVICE = 'https://flows.example.com'

/** Where the commands of a page run: a project of its own, with a service behind `test` and `live`. */
export interface Stage {
  /** Runs one command line in a shell; what it leaves (folder, variables, exit code) is there for the next one. */
  run(command: string): Promise<{ readonly code: number; readonly output: string }>
  /** Writes a file of the project. */
  write(file: string, text: string): void
  /** Begins without files. */
  clear(): void
  /** Somebody edits a flow in an environment, outside git. */
  edit(environment: string, key: string, params: Parameters<typeof updateFlow>[2]): Promise<void>
  /** Somebody makes a flow that no project manages. */
  make(environment: string, params: Parameters<typeof createFlow>[1]): Promise<void>
  /** Applications use a flow. */
  use(environment: string, key: string, times: number): Promise<void>
}

export async function aStage(): Promise<Stage> {
  const root = mkdtempSync(join(tmpdir(), 'flows-outputs-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const folder = join(root, 'acme-kyc')
  const state = join(root, 'state.sh')
  const variables = join(root, 'variables')
  const bin = join(root, 'node_modules', '.bin')
  mkdirSync(bin, { recursive: true })
  writeFileSync(join(bin, 'flows'), `#!/bin/sh\nexec '${process.execPath}' '${FLOWS}' "$@"\n`)
  chmodSync(join(bin, 'flows'), 0o755)
  writeFileSync(state, `cd '${folder}'\ncode=0\n`)
  const { url, key, liveKey, clock, service } = await served()
  const env = {
    ...cleanEnv(),
    PATH: `${bin}:${process.env.PATH}`,
    HOME: root,
    USER: 'ada',
    GIT_CONFIG_GLOBAL: join(root, 'gitconfig'),
    GIT_CONFIG_NOSYSTEM: '1',
    FLOWS_TEST_KEY: key,
    FLOWS_LIVE_KEY: liveKey,
    TF_CLI_CONFIG_FILE: '/dev/null',
    CHECKPOINT_DISABLE: '1',
    TF_CLI_ARGS: '-no-color',
  }
  writeFileSync(
    env.GIT_CONFIG_GLOBAL,
    '[user]\n\tname = Ada\n\temail = ada@example.com\n[init]\n\tdefaultBranch = main\n',
  )
  const placed = (text: string) => text.replaceAll(SERVICE, url)
  cpSync('test/docs/project', folder, { recursive: true })
  const config = join(folder, 'flows.config.yaml')
  writeFileSync(config, placed(readFileSync(config, 'utf8')))
  for (const args of [['init'], ['add', '.'], ['commit', '--message', 'Start']]) {
    execFileSync('git', args, { cwd: folder, env })
  }
  let here: Place = { cwd: folder, env }
  const caller = (environment: string) => ({ livemode: environment === 'live', principal: localUser('dashboard') })
  return {
    async run(command) {
      clock.now = Math.floor(Date.now() / 1000)
      if (PLAIN.test(command)) {
        const [, ...args] = command.split(' ')
        const { code, stdout } = await runHere(args, { ...here, isMerged: true })
        appendFileSync(state, `code=${code}\n`)
        return { code, output: withoutCommits(folder, stdout.replaceAll(url, SERVICE)) }
      }
      const script = [
        `exec 2>&1 </dev/null`,
        // So that the next command has its variables.
        `set -a`,
        `. '${state}'`,
        // What the one before it answered, for echo $?.
        `(exit $code)`,
        placed(command),
        `code=$?`,
        `{ export -p; printf 'cd %q\\ncode=%s\\n' "$PWD" "$code"; } > '${state}'`,
        `env -0 > '${variables}'`,
        `exit $code`,
      ]
      const { code, stdout } = await ended(spawn('bash', ['-c', script.join('\n')], { env }))
      here = placeIn(readFileSync(variables, 'utf8'))
      return { code: code ?? -1, output: withoutCommits(folder, stdout.replaceAll(url, SERVICE)) }
    },
    write(file, text) {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), placed(text))
    },
    clear() {
      rmSync(folder, { recursive: true })
      mkdirSync(folder)
    },
    async edit(environment, key, params) {
      clock.now = Math.floor(Date.now() / 1000)
      await service.write(caller(environment), (call) => updateFlow(call, key, params))
    },
    async make(environment, params) {
      clock.now = Math.floor(Date.now() / 1000)
      await service.write(caller(environment), (call) => createFlow(call, params))
    },
    async use(environment, key, times) {
      clock.now = Math.floor(Date.now() / 1000)
      for (let n = 0; n < times; n += 1) {
        await service.write(caller(environment), (call) => createSession(call, { verification_flow: key }))
      }
    },
  }
}

/** Nothing in it is the shell's business: it is run without one, which is many times faster. */
const PLAIN = /^flows(?: [\w./:=@,-]+)*$/

/** Where a command runs. */
interface Place {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** What `env -0` says of a shell. */
function placeIn(variables: string): Place {
  const env = Object.fromEntries(
    variables
      .split('\0')
      .filter((line) => line !== '')
      .map((line): [string, string] => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
  return { cwd: env.PWD ?? '', env }
}

/** Commits are other ones in every run. */
function withoutCommits(folder: string, text: string): string {
  const log = join(folder, '.git', 'logs', 'HEAD')
  if (!existsSync(log)) return text
  // The first has no commit before it, which git writes as zeros.
  const commits = readFileSync(log, 'utf8').match(/\b(?!0{40})[0-9a-f]{40}\b/g) ?? []
  return commits.reduce(
    (all, commit) =>
      all.replaceAll(new RegExp(`\\b${commit.slice(0, 7)}[0-9a-f]*`, 'g'), (found) =>
        'c0ffee'.padEnd(found.length, '0'),
      ),
    text,
  )
}
