import { setTimeout as sleep } from 'node:timers/promises'
import { InvalidArgumentError } from '@commander-js/extra-typings'
import { badUsage } from '../../../app/failure.js'
import { deploymentsOf } from '../../../remote/deployments.js'
import { RemoteError, type RemoteReader } from '../../../remote/remote.js'
import { deploymentLines } from '../../../render/events.js'
import { reading } from '../../options/environment.js'
import { environmentOption, openProject } from '../../options/project.js'
import { type Cli, type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'
import { asLines, type Emit, failureLines } from '../../views/event-lines.js'

/** As many as a page holds, and so many of the newest are known again by their ids. */
const REMEMBERED = 100
/** How long nothing is printed at most, in milliseconds: only who writes learns that nobody reads any more. */
const LONGEST_SILENCE = 10_000

export const events: Define = (command, run) => {
  command
    .argument('[deployment]', 'id of the deployment (vfd_...)')
    .option('-f, --follow', 'print the deployments to come, until Ctrl-C')
    .option('--interval <seconds>', 'with --follow: how often to look', parseSeconds, 2)
    .addOption(environmentOption)
    .addHelpText(
      'after',
      examples(
        ['What a deployment did, as JSON lines', 'flows events vfd_... --env live'],
        ['Tell another program of every deployment', 'flows events --follow --env live | ./notify'],
        ['The lines of an apply while it runs', 'flows apply --env live --yes --format jsonl'],
      ),
    )
    .action((deployment, options) =>
      run((cli) =>
        asLines(cli, async (told, emit) => {
          const { env, follow = false, interval } = options
          if ((deployment === undefined) !== follow) {
            throw badUsage('name one deployment, or follow those to come', 'flows history lists deployments')
          }
          if (deployment === undefined) return followed(cli, env, interval, spoken(emit))
          told.deployed(await reading(cli, env, (reader) => reader.retrieveDeployment(deployment)))
          return ExitCode.ok
        }),
      ),
    )
}

interface Spoken {
  readonly emit: Emit
  /** Says that nothing has happened, where nothing was said for long. */
  breakSilence(): void
}

function spoken(emit: Emit): Spoken {
  let last = Date.now()
  const say: Emit = (...lines) => {
    if (lines.length > 0) last = Date.now()
    emit(...lines)
  }
  return {
    emit: say,
    breakSilence: () => {
      if (Date.now() - last >= LONGEST_SILENCE) say({ type: 'waiting' })
    },
  }
}

async function followed(
  cli: Cli,
  env: string | undefined,
  interval: number,
  { emit, breakSilence }: Spoken,
): Promise<ExitCode> {
  const { project } = openProject(cli).config
  const stop = stopped()
  try {
    const seen: Seen = { ids: null }
    cli.terminal.talk(`Waiting for deployments of ${project}. Stop with Ctrl-C.\n`)
    while (!stop.signal.aborted && !process.stdout.destroyed) {
      try {
        // A reader of its own for each look: a store that is not there yet may be made meanwhile.
        await reading(cli, env, (reader) => look(reader, project, seen, emit))
      } catch (error) {
        // A service that is restarted comes back; what is wrong otherwise stays wrong.
        if (!(error instanceof RemoteError && error.kind === 'unreachable')) throw error
        emit(...failureLines(error))
      }
      breakSilence()
      await sleep(interval * 1000, undefined, { signal: stop.signal }).catch(() => {})
    }
    return stop.exitCode()
  } finally {
    stop.end()
  }
}

/** The newest deployments that were told of, newest first; null before the first look, which only learns what is there. */
interface Seen {
  ids: string[] | null
}

/**
 * Prints what is new since the last look, the oldest first. Known are the newest ones by their ids: where clocks of
 * several servers disagree, a new deployment may stand behind one that was seen.
 */
async function look(reader: RemoteReader, project: string, seen: Seen, emit: Emit): Promise<void> {
  const { ids: known } = seen
  const found: string[] = []
  for await (const { id } of deploymentsOf(reader, { project }, { perPage: REMEMBERED })) {
    if (found.length >= REMEMBERED && (known === null || known.includes(id))) break
    found.push(id)
  }
  if (known === null) {
    seen.ids = found
    return
  }
  for (const id of found.filter((one) => !known.includes(one)).reverse()) {
    emit(...deploymentLines(await reader.retrieveDeployment(id)))
    known.unshift(id)
  }
  known.length = Math.min(known.length, REMEMBERED)
}

/** The first signal that asks to stop, or that nobody reads what is printed. */
function stopped(): { signal: AbortSignal; exitCode(): ExitCode; end(): void } {
  const controller = new AbortController()
  let exitCode: ExitCode = ExitCode.ok
  const stop = (signal: NodeJS.Signals) => {
    if (signal === 'SIGINT') exitCode = ExitCode.interrupted
    controller.abort()
  }
  const unread = () => controller.abort()
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  process.stdout.on('error', unread)
  return {
    signal: controller.signal,
    exitCode: () => exitCode,
    end: () => {
      process.off('SIGINT', stop)
      process.off('SIGTERM', stop)
      process.stdout.off('error', unread)
    },
  }
}

function parseSeconds(value: string): number {
  const number = Number(value)
  if (!/^\d+(\.\d+)?$/.test(value) || number < 0.1 || number > 3600) {
    throw new InvalidArgumentError('It is a number of seconds from 0.1 to 3600.')
  }
  return number
}
