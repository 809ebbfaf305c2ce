import { driftOfProject } from '../../../app/drift.js'
import { reading, type Site } from '../../../app/site.js'
import { type About, driftNotice, keyEndingNotice } from '../../../notify/notice.js'
import type { DriftReport } from '../../../plan/drift.js'
import { driftGithub } from '../../../render/drift/github.js'
import { driftJson } from '../../../render/drift/json.js'
import { driftMarkdown } from '../../../render/drift/markdown.js'
import { driftText } from '../../../render/drift/text.js'
import { systemClock } from '../../../service/operations/calls/call.js'
import { allOption, forProjects } from '../../options/all.js'
import { formatOptions, type Views, viewOf } from '../../options/format.js'
import { notify, notifyOption } from '../../options/notify.js'
import { environmentOption, siteOf } from '../../options/project.js'
import { type Define, examples } from '../../program/command.js'
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
    .addOption(notifyOption())
    .addOption(format)
    .addOption(json)
    .addHelpText(
      'after',
      examples(
        ['What was edited outside git: exits 2 when there is some', 'flows drift --env live'],
        ['One flow', 'flows drift high-value --env live'],
        ['Annotations on the lines of the definitions, in GitHub Actions', 'flows drift --env live --format github'],
        ['In a job on a schedule', 'flows drift --env live --format markdown >> "$GITHUB_STEP_SUMMARY"'],
      ),
    )
    .action((keys, options) =>
      forProjects(run, options, async (cli) => {
        const show = viewOf(options, VIEWS)
        const site = siteOf(cli, options.env)
        const report = await driftOfProject(site, keys)
        await notify(site, options.notify, report.livemode, (about) =>
          report.flows.length > 0 ? driftNotice(about, report) : null,
        )
        if (options.notify) await warnOfKey(site, report.livemode)
        const exitCode = report.flows.length > 0 ? ExitCode.changesPending : ExitCode.ok
        return show(cli, { report, root: site.project.root }, exitCode)
      }),
    )
}

/** The job that looks for drift runs every day, so it also sees when its key ends soon. */
async function warnOfKey(site: Site, livemode: boolean): Promise<void> {
  const key = await reading(site, (reader) => reader.currentKey())
  const expires = key?.expires ?? null
  if (key === null || expires === null || daysLeft(key, systemClock()) === undefined) return
  await notify(site, true, livemode, (about: About) => keyEndingNotice(about, { name: key.name, expires }))
}
