import { boundOfSite, driftOfProject, probeFlows } from '../../../app/drift.js'
import { reading, type Site } from '../../../app/site.js'
import { type About, driftNotice, keyEndingNotice } from '../../../notify/notice.js'
import { outstanding } from '../../../plan/bound.js'
import type { DriftReport } from '../../../plan/drift.js'
import { driftGithub } from '../../../render/drift/github.js'
import { driftJson } from '../../../render/drift/json.js'
import { driftMarkdown } from '../../../render/drift/markdown.js'
import { driftText } from '../../../render/drift/text.js'
import { systemClock } from '../../../service/operations/calls/call.js'
import { plural, printable } from '../../../text/text.js'
import { allOption, forProjects } from '../../options/all.js'
import { formatOptions, type Views, viewOf } from '../../options/format.js'
import { notify, notifyOption } from '../../options/notify.js'
import { environmentOption, siteOf } from '../../options/project.js'
import { type Cli, type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'
import { daysLeft } from '../../service/expiry.js'
import { fromRepositoryRoot } from '../../views/diagnostics.js'

interface Found {
  readonly report: DriftReport
  /** The folder of the configuration. */
  readonly root: string
}

const VIEWS: Views<Found, 'human' | 'json' | 'markdown' | 'github'> = {
  human: (terminal, { report }) => terminal.show(driftText(report, terminal.palette)),
  json: (terminal, { report }, exitCode) => terminal.result(driftJson(report, exitCode)),
  markdown: (terminal, { report }) => terminal.result(driftMarkdown(report)),
  github: (terminal, { report, root }) => terminal.result(driftGithub(report, fromRepositoryRoot(terminal, root))),
}

const { format, json } = formatOptions(VIEWS)

export const drift: Define = (command, run) => {
  command
    .argument('[keys...]', 'flows (default: all of this project)')
    .addOption(environmentOption)
    .addOption(allOption())
    .option('--probe', 'look at bound flows now: makes one session of each at Stripe, and cancels it at once')
    .addOption(notifyOption())
    .addOption(format)
    .addOption(json)
    .addHelpText(
      'after',
      examples(
        ['What was edited outside git: exits 2 when there is some', 'flows drift --env live'],
        ['One flow', 'flows drift high-value --env live'],
        ['Annotations on the lines of the definitions, in GitHub Actions', 'flows drift --env live --format github'],
        ['Look at the flows at Stripe now', 'flows drift --probe --env live'],
        ['In a job on a schedule', 'flows drift --env live --format markdown >> "$GITHUB_STEP_SUMMARY"'],
      ),
    )
    .action((keys, options) =>
      forProjects(run, options, () => {
        const show = viewOf(options, VIEWS)
        return async (cli) => {
          const site = siteOf(cli, options.env)
          if (options.probe) await probe(cli, site, keys)
          const report = await driftOfProject(site, keys)
          await notify(site, options.notify, report.livemode, (about) =>
            report.flows.length > 0 || outstanding(report).length > 0 ? driftNotice(about, report) : null,
          )
          if (options.notify) await warnOfKey(site, report.livemode)
          const isDrifted = report.flows.length > 0 || outstanding(report).length > 0
          const exitCode = isDrifted ? ExitCode.changesPending : ExitCode.ok
          return show(cli, { report, root: site.project.root }, exitCode)
        }
      }),
    )
}

/** Costs something at Stripe, so it says what, before and after. */
async function probe({ terminal }: Cli, site: Site, keys: readonly string[]): Promise<void> {
  const bound = await boundOfSite(site, keys)
  if (bound.length === 0)
    return terminal.talk('No flow here is bound to a flow at Stripe: there is nothing to probe.\n')
  terminal.talk(
    `Probing ${plural(bound.length, 'flow')} at Stripe: each makes one session and two events (created, canceled); nobody is verified.\n`,
  )
  for (const { stripe_flow, id } of await probeFlows(site, bound)) {
    terminal.talk(`  ${printable(stripe_flow)}: session ${printable(id)}, canceled\n`)
  }
}

/** The job that looks for drift runs every day, so it also sees when its key ends soon. */
async function warnOfKey(site: Site, livemode: boolean): Promise<void> {
  const key = await reading(site, (reader) => reader.currentKey())
  const expires = key?.expires ?? null
  if (key === null || expires === null || daysLeft(key, systemClock()) === undefined) return
  await notify(site, true, livemode, (about: About) => keyEndingNotice(about, { name: key.name, expires }))
}
