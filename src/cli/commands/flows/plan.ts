import { badUsage } from '../../../app/failure.js'
import { planned } from '../../../app/plan-project.js'
import { projectCommit } from '../../../app/project/commit.js'
import { savePlan } from '../../../app/saved-plan.js'
import { ciJob } from '../../../ci/job.js'
import { planArtifact, planFile } from '../../../forge/plan-artifact.js'
import { isEmpty, type Plan, sealed } from '../../../model/plan.js'
import { allowanceText } from '../../../plan/allowance.js'
import { refusalOf } from '../../../plan/refusal.js'
import { planGithub } from '../../../render/plan/github.js'
import { planMarkdown } from '../../../render/plan/markdown.js'
import { planText } from '../../../render/plan/text.js'
import { exactJson, printable } from '../../../text/text.js'
import { allowOption } from '../../options/allow.js'
import { chosenFormat, formatOptions, jsonText } from '../../options/format.js'
import { onlyOption } from '../../options/only.js'
import { environmentOption } from '../../options/project.js'
import { type Cli, type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'
import { outputLines, setOutputs } from '../../review/github-files.js'
import { madeOf } from '../../review/plan-comment.js'
import { fromRepositoryRoot } from '../../views/diagnostics.js'

const { format, json } = formatOptions(['human', 'json', 'markdown', 'github'])

export const plan: Define = (command, run) => {
  command
    .addOption(environmentOption)
    .addOption(format)
    .addOption(json)
    .addOption(allowOption())
    .addOption(onlyOption())
    .option('--out <file>', 'save the plan, for flows apply <file>; - is stdout, and nothing else is printed there')
    .option('--commit-info', 'say which commit the definitions come from; --out does it anyway')
    .option('--detailed-exitcode', 'exit 2 when there are changes')
    .addHelpText(
      'after',
      examples(
        ['What apply would do to the embedded flows', 'flows plan'],
        ['For a pull request comment', 'flows plan --env live --format markdown'],
        ['Annotations on the changed lines, in GitHub Actions', 'flows plan --env live --format github'],
        ['Save what is reviewed, and apply exactly that', 'flows plan --env live --out plan.json'],
        ['In a script: 0 nothing to do, 2 changes, 5 blocked', 'flows plan --env live --detailed-exitcode --json'],
      ),
    )
    .action((options) =>
      run(async (cli) => {
        const chosen = chosenFormat(options)
        const { out } = options
        const isPiped = out === '-'
        if (isPiped && chosen !== 'human') {
          throw badUsage(`--out - prints the plan as it is saved: it contradicts --format ${chosen}`)
        }
        const { project, plan: bare } = await planned(cli, { ...options, isSaved: out !== undefined })
        const source =
          out !== undefined || options.commitInfo ? { source: await projectCommit(project, cli.terminal) } : {}
        const whole = { ...bare, ...source }
        const made = out === undefined ? whole : sealed(whole, options.allow.map(allowanceText))
        if (out !== undefined) {
          if (isPiped) cli.terminal.result(exactJson(made))
          else savePlan(cli, out, made)
          setNames(cli, made)
        }
        const exitCode = exitCodeOf(made, options.detailedExitcode ?? false)
        const { palette, talkPalette } = cli.terminal
        if (isPiped) {
          cli.terminal.talk(planText(made, talkPalette))
          return exitCode
        }
        if (chosen === 'json') cli.terminal.result(jsonText({ ...made, exit_code: exitCode }))
        else if (chosen === 'markdown') cli.terminal.result(planMarkdown(made))
        else if (chosen === 'github')
          cli.terminal.result(planGithub(made, fromRepositoryRoot(cli.terminal, project.root)))
        else cli.terminal.show(planText(made, palette))
        if (out !== undefined) saySaved(cli, out, made)
        return exitCode
      }),
    )
}

/** Tells the later steps of a CI job under which names to keep the plan. */
function setNames({ terminal }: Cli, made: Plan): void {
  const commit = madeOf(made, ciJob(terminal.env))
  setOutputs(terminal, outputLines({ plan_file: planFile(made), artifact: commit ? planArtifact(made, commit) : null }))
}

function saySaved({ terminal }: Cli, file: string, plan: Plan): void {
  const next = refusalOf(plan) ? 'for review: apply will refuse it as it is' : `flows apply ${file} applies it`
  terminal.talk(`Saved to ${printable(file)}; ${printable(next)}.\n`)
}

/** A plan that apply would refuse says so before it says that there are changes. */
function exitCodeOf(made: Plan, detailed: boolean): ExitCode {
  const refusal = refusalOf(made)
  if (refusal) return refusal.reason === 'conflict' ? ExitCode.failed : ExitCode.blocked
  return detailed && !isEmpty(made) ? ExitCode.changesPending : ExitCode.ok
}
