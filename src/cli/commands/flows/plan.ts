import { badUsage } from '../../../app/failure.js'
import { planProject } from '../../../app/plan-project.js'
import { madeOf } from '../../../app/review/plan-comment.js'
import { savePlan } from '../../../app/saved-plan.js'
import { ciJob } from '../../../ci/job.js'
import { planArtifact, planFile } from '../../../forge/plan-artifact.js'
import { isEmpty, type Plan } from '../../../model/plan.js'
import { blockedNotice } from '../../../notify/notice.js'
import { outstanding } from '../../../plan/bound.js'
import { refusalOf } from '../../../plan/refusal.js'
import { planGithub } from '../../../render/plan/github.js'
import { planMarkdown } from '../../../render/plan/markdown.js'
import { planTextPieces } from '../../../render/plan/text.js'
import { exactJson, printable } from '../../../text/text.js'
import { allOption, forProjects } from '../../options/all.js'
import { allowOption, warnOfIdle } from '../../options/allow.js'
import { formatOptions, jsonText, type Views, viewOf } from '../../options/format.js'
import { namedFile } from '../../options/named-file.js'
import { notify, notifyOption } from '../../options/notify.js'
import { checkOnly, onlyOption } from '../../options/only.js'
import { environmentOption, siteOf } from '../../options/project.js'
import { type Cli, type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'
import { outputLines, setOutputs } from '../../review/github-files.js'
import { fromRepositoryRoot } from '../../views/diagnostics.js'

interface Made {
  readonly plan: Plan
  /** The folder of the configuration. */
  readonly root: string
}

const VIEWS: Views<Made, 'human' | 'json' | 'markdown' | 'github'> = {
  human: (terminal, { plan }) => {
    for (const piece of planTextPieces(plan, terminal.palette)) terminal.show(piece)
  },
  json: (terminal, { plan }, exitCode) => terminal.result(jsonText({ ...plan, exit_code: exitCode })),
  markdown: (terminal, { plan }) => terminal.result(planMarkdown(plan)),
  github: (terminal, { plan, root }) => terminal.result(planGithub(plan, fromRepositoryRoot(terminal, root))),
}

const { format, json } = formatOptions(VIEWS)

export const plan: Define = (command, run) => {
  command
    .addOption(environmentOption)
    .addOption(format)
    .addOption(json)
    .addOption(allowOption())
    .addOption(onlyOption())
    .option('--out <file>', 'save the plan, for flows apply <file>; - is stdout, and nothing else is printed there')
    .option('--commit-info', 'say which commit the definitions come from; --out does it anyway')
    .addOption(allOption())
    .addOption(notifyOption())
    .option('--detailed-exitcode', 'exit 2 when there are changes')
    .addHelpText(
      'after',
      examples(
        ['What apply would do to the embedded flows', 'flows plan'],
        ['Every project of a repository', 'flows plan --all --env live'],
        ['For a pull request comment', 'flows plan --env live --format markdown'],
        ['Annotations on the changed lines, in GitHub Actions', 'flows plan --env live --format github'],
        ['Save what is reviewed, and apply exactly that', 'flows plan --env live --out plan.json'],
        ['In a script: 0 nothing to do, 2 changes, 5 blocked', 'flows plan --env live --detailed-exitcode --json'],
      ),
    )
    .action((options) =>
      forProjects(run, options, () => {
        const show = viewOf(options, VIEWS)
        if (options.all && options.out !== undefined) throw badUsage('--out saves one plan: it contradicts --all')
        const { env, out, allow, only, commitInfo: withCommit = false } = options
        const isPiped = out === '-'
        if (isPiped && (options.json || options.format !== 'human')) {
          const chosen = options.json ? 'json' : options.format
          throw badUsage(`--out - prints the plan as it is saved: it contradicts --format ${chosen}`)
        }
        return async (cli) => {
          const site = siteOf(cli, env)
          const planned = await planProject(site, { allow, only, withCommit, toReview: out !== undefined })
          const { plan } = planned
          checkOnly(only, planned)
          warnOfIdle(cli, planned, allow)
          const exitCode = exitCodeOf(plan, options.detailedExitcode ?? false)
          const refusal = refusalOf(plan)
          await notify(site, options.notify, plan.livemode, (about) =>
            refusal === null ? null : blockedNotice(about, refusal.messages),
          )
          if (out !== undefined) {
            if (isPiped) cli.terminal.result(exactJson(plan))
            else savePlan(namedFile(cli, out), plan, out)
            setNames(cli, plan)
          }
          if (isPiped) {
            for (const piece of planTextPieces(plan, cli.terminal.talkPalette)) cli.terminal.talk(piece)
            return exitCode
          }
          show(cli, { plan, root: site.project.root }, exitCode)
          if (out !== undefined) saySaved(cli, out, plan)
          return exitCode
        }
      }),
    )
}

/** Passes the names of the plan's file and artifact to later steps of a CI job. */
function setNames({ terminal }: Cli, made: Plan): void {
  const commit = madeOf(made, ciJob(terminal.env))
  setOutputs(terminal, outputLines({ plan_file: planFile(made), artifact: commit ? planArtifact(made, commit) : null }))
}

function saySaved({ terminal }: Cli, file: string, plan: Plan): void {
  const next = refusalOf(plan) ? 'for review: apply will refuse it as it is' : `flows apply ${file} applies it`
  terminal.talk(`Saved to ${printable(file)}; ${printable(next)}.\n`)
}

/** "Apply would refuse this plan" goes before "there are changes". */
function exitCodeOf(made: Plan, detailed: boolean): ExitCode {
  const refusal = refusalOf(made)
  if (refusal) return refusal.reason === 'conflict' ? ExitCode.failed : ExitCode.blocked
  return detailed && (!isEmpty(made) || outstanding(made).length > 0) ? ExitCode.changesPending : ExitCode.ok
}
