import { InvalidArgumentError, Option } from '@commander-js/extra-typings'
import { watchStripe } from '../../../app/stripe/watch.js'
import { watchGithub } from '../../../render/stripe/watch-github.js'
import { watchMarkdown } from '../../../render/stripe/watch-markdown.js'
import { watchText } from '../../../render/stripe/watch-text.js'
import { systemClock } from '../../../service/operations/calls/call.js'
import { needsSomebody, type WatchReport } from '../../../stripe/account-flows.js'
import { systemPaceClock } from '../../../stripe/pace.js'
import { formatOptions, jsonView, type Views, viewOf } from '../../options/format.js'
import { nearestConfig, openProject } from '../../options/project.js'
import { type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'
import { progress } from '../../program/progress.js'
import { fromRepositoryRoot } from '../../views/diagnostics.js'

interface Found {
  readonly report: WatchReport
  /** The folder of the configuration; null without a project. */
  readonly root: string | null
}

const VIEWS: Views<Found, 'human' | 'json' | 'markdown' | 'github'> = {
  human: (terminal, { report }) => terminal.show(watchText(report, terminal.palette)),
  json: jsonView('watch', ({ report }) => report),
  markdown: (terminal, { report }) => terminal.result(watchMarkdown(report)),
  github: (terminal, { report, root }) =>
    terminal.result(watchGithub(report, root === null ? '' : fromRepositoryRoot(terminal, root))),
}

const { format, json } = formatOptions(VIEWS)

export const watch: Define = (command, run) => {
  command.addHelpText(
    'after',
    examples(
      ['What the flows in use check, and who edited one', 'flows watch stripe --env live'],
      ['With a key at hand, and no project', 'STRIPE_API_KEY=rk_live_... flows watch stripe'],
    ),
  )
  command
    .command('stripe')
    .description(
      'Show the flows that a Stripe account uses, from its recent sessions, beside what git says; never writes.',
    )
    .option('-e, --env <name>', "environment (default: FLOWS_ENV, else one of the key's mode)")
    .addOption(new Option('--since <range>', 'how far back, in days').argParser(parseDays).default(30, '30d'))
    .option('--rate <n>', 'requests in a second, at most', parseRate, 20)
    .addOption(format)
    .addOption(json)
    .addHelpText(
      'after',
      `\nThe key comes from STRIPE_API_KEY, else from STRIPE_TEST_KEY or STRIPE_LIVE_KEY.
A restricted key with one permission is enough: Identity, verification sessions:
read.
${examples(
  ['All flows of the last 30 days: exits 2 when one drifted or is not in git', 'flows watch stripe --env live'],
  ['Annotations on the lines of the definitions, in GitHub Actions', 'flows watch stripe --env live --format github'],
  ['In a job on a schedule', 'flows watch stripe --since 7d --format markdown >> "$GITHUB_STEP_SUMMARY"'],
)}`,
    )
    .action(({ env, since, rate, ...options }) =>
      run(async (cli) => {
        const show = viewOf(options, VIEWS)
        const { terminal } = cli
        const project = nearestConfig(cli) === undefined ? undefined : openProject(cli)
        const waiting = progress(terminal)
        const report = await watchStripe({
          project,
          environment: env ?? (terminal.env.FLOWS_ENV || undefined),
          env: terminal.env,
          days: since,
          rate,
          clock: systemPaceClock,
          now: systemClock(),
          onReading: () => waiting.begin('reading the sessions of the account'),
        }).finally(waiting.end)
        return show(
          cli,
          { report, root: project?.root ?? null },
          needsSomebody(report) ? ExitCode.changesPending : ExitCode.ok,
        )
      }),
    )
}

const MOST_DAYS = 365
/** Stripe's own limit of one endpoint. */
const MOST_RATE = 25

function parseDays(value: string): number {
  const days = Number(/^(\d{1,3})d?$/.exec(value)?.[1] ?? Number.NaN)
  if (days >= 1 && days <= MOST_DAYS) return days
  throw new InvalidArgumentError(`It is a number of days from 1d to ${MOST_DAYS}d.`)
}

function parseRate(value: string): number {
  const rate = Number(value)
  if (Number.isInteger(rate) && rate >= 1 && rate <= MOST_RATE) return rate
  throw new InvalidArgumentError(`It is a number from 1 to ${MOST_RATE}, which is Stripe's limit.`)
}
