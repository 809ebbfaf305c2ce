import { InvalidArgumentError, Option } from '@commander-js/extra-typings'
import { badUsage } from '../../../app/failure.js'
import { planProject } from '../../../app/plan-project.js'
import {
  type Deployed,
  type Outcome,
  type PlanToShow,
  plannedBody,
  showPlanned,
  showStatus,
} from '../../../app/review/plan-comment.js'
import { readSavedPlan } from '../../../app/saved-plan.js'
import { isCommit } from '../../../ci/commit.js'
import { ciJob } from '../../../ci/job.js'
import type { Forge } from '../../../forge/forge.js'
import { isDeploymentId } from '../../../forge/header.js'
import { planArtifact, planFile } from '../../../forge/plan-artifact.js'
import { type Reviewed, reviewedPlan, type Subject } from '../../../forge/plan-comments.js'
import { sha256 } from '../../../model/canonical.js'
import { printable } from '../../../text/text.js'
import { jsonText } from '../../options/format.js'
import { planFileText } from '../../options/plan-file.js'
import { environmentOption, openProject, siteOf, targetOf } from '../../options/project.js'
import { type Cli, type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'
import { forgeOf, telling } from '../../review/forge.js'
import { addToSummary, outputLines, setOutputs } from '../../review/github-files.js'

export const comment: Define = (command, run) => {
  command
    .argument('[plan]', 'a saved plan (default: plans now)')
    .addOption(environmentOption)
    .addOption(
      new Option('--status <status>', 'what became of the plan')
        .choices(['planned', 'applied', 'outdated'])
        .default('planned' as const),
    )
    .addOption(new Option('--pull-request <number>', 'default: the one that this job runs for').argParser(positive))
    .addOption(new Option('--deployment <id>', 'with --status applied: what it was applied as').argParser(deploymentId))
    .option('--reviewed', 'writes nothing: says which plan was reviewed with the merge of this commit')
    .addOption(
      new Option('--sha <commit>', 'the commit that was merged (default: the one this job runs for)').argParser(
        commitId,
      ),
    )
    .option('--author <login>', 'whose comments are ours (default: whom the token belongs to)')
    .option('--summary', 'adds the plan to the summary of the job')
    .option('--dry-run', 'prints the comment, and calls nobody')
    .addOption(new Option('--json', 'tell what was done as JSON'))
    .addHelpText(
      'after',
      examples(
        ['In a job for a pull request, after flows plan --out plan.json', 'flows comment plan.json --summary'],
        ['After the merge: where the reviewed plan is', 'flows comment --reviewed --env live'],
        ['After it was applied', 'flows comment plan.json --status applied --deployment vfd_0c2dxyz'],
        ['See what it would say', 'flows comment --env live --dry-run'],
      ),
    )
    .action((planFile, options) =>
      run(async (cli) => {
        const given: Given = { ...options, planFile }
        if (options.reviewed) return showReviewed(cli, given)
        return options.status === 'planned' ? writePlan(cli, given) : writeStatus(cli, given, options.status)
      }),
    )
}

interface Given {
  readonly planFile: string | undefined
  readonly env?: string | undefined
  readonly pullRequest?: number | undefined
  readonly deployment?: string | undefined
  readonly sha?: string | undefined
  readonly author?: string | undefined
  readonly summary?: true | undefined
  readonly dryRun?: true | undefined
  readonly json?: true | undefined
}

async function writePlan(cli: Cli, given: Given): Promise<ExitCode> {
  const { terminal } = cli
  const saved = given.planFile === undefined ? await plannedNow(cli, given) : savedPlan(cli, given.planFile, given)
  const job = ciJob(terminal.env)
  if (given.summary && !addToSummary(terminal, saved.plan)) {
    terminal.talk('No summary: GITHUB_STEP_SUMMARY is not set, or full.\n')
  }
  if (given.dryRun) {
    terminal.result(plannedBody(saved, job))
    return ExitCode.ok
  }
  const pullRequest = given.pullRequest ?? job?.pullRequest ?? null
  if (pullRequest === null) {
    if (!given.summary) throw badUsage('this job runs for no pull request', 'name one with --pull-request')
    return tell(cli, given, {
      did: 'nothing',
      pullRequest,
      url: null,
      outdated: [],
      because: 'this is not a pull request',
    })
  }
  const forge = forgeOf(terminal)
  const outcome = await telling(async () => {
    return showPlanned(forge, saved, { pullRequest, author: await authorOf(forge, given), job })
  })
  return tell(cli, given, outcome)
}

async function writeStatus(cli: Cli, given: Given, status: Deployed['status']): Promise<ExitCode> {
  const { terminal } = cli
  const { deployment = null } = given
  if (given.dryRun) throw badUsage('--dry-run shows plans only')
  const saved = given.planFile === undefined ? undefined : savedPlan(cli, given.planFile, given)
  const subject = saved?.plan ?? subjectOf(cli, given)
  const forge = forgeOf(terminal)
  const outcome = await telling(async () => {
    const author = await authorOf(forge, given)
    const pullRequest = given.pullRequest ?? (await mergedAs(forge, cli, given))
    const { project, environment } = subject
    const now = Math.floor(Date.now() / 1000)
    return showStatus(
      forge,
      { project, environment, author },
      { status, pullRequest, deployment, now, plan: saved?.plan },
    )
  })
  return tell(cli, given, outcome)
}

/** The pull request that the job runs for, else the one that brought its commit in. */
async function mergedAs(forge: Forge, { terminal }: Cli, { sha }: Given): Promise<number | null> {
  const job = ciJob(terminal.env)
  if (sha === undefined && job?.pullRequest) return job.pullRequest
  const commit = sha ?? job?.commit
  if (!commit) return null
  return (await forge.pullRequestsOf(commit)).find(({ landed }) => landed.includes(commit))?.number ?? null
}

async function showReviewed(cli: Cli, given: Given): Promise<ExitCode> {
  const { terminal } = cli
  const subject = subjectOf(cli, given)
  const commit = given.sha ?? ciJob(terminal.env)?.commit
  if (!commit) throw badUsage('this job says no commit', 'name the merged one with --sha')
  const forge = forgeOf(terminal, true)
  const reviewed = await telling(async () => {
    return reviewedPlan(forge, { ...subject, author: await authorOf(forge, given) }, commit)
  }, true)
  const values = valuesOf(reviewed, subject)
  const lines = outputLines(values)
  setOutputs(terminal, lines)
  const reason = reviewed.found ? null : reviewed.reason
  if (given.json) {
    terminal.result(
      jsonText({ format: 'flows.reviewed', format_version: '1.0', ...values, reason, exit_code: ExitCode.ok }),
    )
  } else {
    if (reason !== null) terminal.talk(`No reviewed plan: ${printable(reason)}.\n`)
    terminal.result(lines)
  }
  return ExitCode.ok
}

/** Every value has a form that no shell can misread: see header.ts. */
function valuesOf(reviewed: Reviewed, subject: Subject) {
  const header = reviewed.found ? reviewed.comment.header : null
  return {
    found: reviewed.found,
    pull_request: reviewed.pullRequest?.number ?? null,
    commit: header?.commit ?? null,
    digest: header?.digest ?? null,
    file_sha256: header?.file_sha256 ?? null,
    run_id: header?.run_id ?? null,
    artifact: header?.commit ? planArtifact(subject, header.commit) : null,
    plan_file: planFile(subject),
    status: header?.status ?? null,
  }
}

function subjectOf(cli: Cli, { env }: Given): Subject {
  const project = openProject(cli)
  return { project: project.config.project, environment: targetOf(project, cli, env).name }
}

async function authorOf(forge: Forge, { author }: Given): Promise<string> {
  const found = author ?? (await forge.author())
  if (found === null)
    throw badUsage(`${forge.label} does not say whose token this is`, 'name the account with --author')
  return found
}

async function plannedNow(cli: Cli, { env }: Given): Promise<PlanToShow> {
  const { plan } = await planProject(siteOf(cli, env), { withCommit: true })
  return { plan, fileSha256: null }
}

function savedPlan(cli: Cli, file: string, { env }: Given): PlanToShow {
  const text = planFileText(cli, file)
  const plan = readSavedPlan(text, file)
  if (env !== undefined && env !== plan.environment) {
    throw badUsage(`${file} is a plan for ${plan.environment}, not for ${env}`)
  }
  return { plan, fileSha256: sha256(text) }
}

function tell({ terminal }: Cli, { json }: Given, outcome: Outcome): ExitCode {
  const { did, pullRequest, url, outdated, because = null } = outcome
  const exitCode = ExitCode.ok
  if (json) {
    const body = { status: did, pull_request: pullRequest, url, outdated, because, exit_code: exitCode }
    terminal.result(jsonText({ format: 'flows.comment', format_version: '1.0', ...body }))
    return exitCode
  }
  const there = pullRequest === null ? '' : ` in pull request ${pullRequest}`
  const why = because === null ? '' : `: ${printable(because)}`
  terminal.show(`${SAID[did]}${there}${why}${url === null ? '' : `  ${printable(url)}`}\n`)
  if (outdated.length > 0) terminal.show(`Outdated by it: the plans in pull requests ${outdated.join(', ')}\n`)
  return exitCode
}

const SAID: Readonly<Record<Outcome['did'], string>> = {
  created: 'Commented',
  updated: 'Comment brought up to date',
  unchanged: 'The comment is up to date',
  superseded: 'Not commented',
  nothing: 'No comment',
}

function positive(text: string): number {
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new InvalidArgumentError('It is a number such as 12.')
  return Number(text)
}

function deploymentId(text: string): string {
  if (!isDeploymentId(text)) throw new InvalidArgumentError('It is the id of a deployment, such as vfd_0c2dxyz.')
  return text
}

function commitId(text: string): string {
  if (!isCommit(text)) throw new InvalidArgumentError('It is the full name of a commit: 40 hexadecimal digits.')
  return text
}
