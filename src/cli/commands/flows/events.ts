import { setTimeout as sleep } from 'node:timers/promises'
import { InvalidArgumentError } from '@commander-js/extra-typings'
import { badUsage } from '../../../app/failure.js'
import { deploymentsSince, type Seen } from '../../../app/history.js'
import { reading } from '../../../app/site.js'
import { RemoteError } from '../../../remote/remote.js'
import { deploymentLines } from '../../../render/events.js'
import { environmentOption, openProject, siteOf } from '../../options/project.js'
import { type Cli, type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'
import { asLines, type Emit, failureLines } from '../../views/event-lines.js'

/** Longest silence in milliseconds. Only a write shows that the reader of the output is gone. */
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
        asLines(cli, async (emit) => {
          const { env, follow = false, interval } = options
          if ((deployment === undefined) !== follow) {
            throw badUsage('name one deployment, or follow those to come', 'flows history lists deployments')
          }
          if (deployment === undefined) return followed(cli, env, interval, spoken(emit))
          emit(...deploymentLines(await reading(siteOf(cli, env), (reader) => reader.retrieveDeployment(deployment))))
          return ExitCode.ok
        }),
      ),
    )
}

interface Spoken {
  readonly emit: Emit
  /** Reports that nothing has happened, if nothing was printed for long. */
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
    while (!stop.signal.aborted && !process.stdout.destroyed) {
      try {
        // A new reader for each look: a store that does not exist yet may be created later.
        const isFirst = seen.ids === null
        await reading(siteOf(cli, env), async (reader) => {
          for await (const deployment of deploymentsSince(reader, project, seen)) {
            emit(...deploymentLines(deployment))
            // A slow reader gets each deployment before the next one is fetched; one that has gone gets none.
            await Promise.race([cli.terminal.keptUp(), stop.stopped])
            if (stop.signal.aborted) return
          }
        })
        // Every deployment from here on is printed.
        if (isFirst) cli.terminal.talk(`Waiting for deployments of ${project}. Stop with Ctrl-C.\n`)
      } catch (error) {
        // A restarting service comes back; other errors stay.
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

/** Ends on the first stop signal, or when nobody reads the output. */
function stopped(): { signal: AbortSignal; stopped: Promise<unknown>; exitCode(): ExitCode; end(): void } {
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
  const { signal } = controller
  return {
    signal,
    stopped: new Promise((done) => signal.addEventListener('abort', done, { once: true })),
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
