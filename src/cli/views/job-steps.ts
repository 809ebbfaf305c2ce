import { boundTo, type Jobs, type JobTarget, jobPrefix, planKeyOf } from '../../app/setup/ci-jobs.js'
import { GITLAB_FILE } from '../../app/setup/gitlab-include.js'
import { printable } from '../../text/text.js'
import type { Terminal } from '../program/terminal.js'

/** Where the jobs are and what they apply; where they plan and apply, what else they need. */
export function sayJobs({ talk }: Terminal, jobs: Jobs, byHand: string | undefined): void {
  const { forge, target, branch } = jobs
  if (byHand !== undefined) {
    talk(
      `\nAdd this line to "include" in ${GITLAB_FILE}, whose form is not one that a line can be added to:\n\n  ${byHand}\n`,
    )
  }
  if (target === undefined) return
  if (forge === 'github') {
    talk(
      `\nThe jobs apply what is merged into the branch ${printable(branch)}. Where that is not the default branch, change ` +
        '"branches" in the workflow.\n',
    )
  }
  talk(`\nBefore the jobs can plan and apply, in this order:\n\n${jobSteps({ ...jobs, target })}\n`)
}

/** Another project of the repository that has its key in the same variable, and so in the same secret. */
export function saySharedKey({ talk }: Terminal, { target }: Jobs, others: readonly string[]): void {
  if (target === undefined || others.length === 0) return
  const { keyVariable } = target
  talk(
    `\n${others.map(printable).join(', ')} has its key in ${keyVariable}, too. Secrets of one name are one secret: where ` +
      'each project has a key of its own, give it a variable of its own in "api_key_env", and run this again.\n',
  )
}

/** What a person has to do before jobs that plan and apply can run, in order: each step with its command lines. */
function jobSteps(jobs: Jobs & { readonly target: JobTarget }): string {
  const { repository, forge } = jobs
  const { manager, isManagerFixed, packages } = repository
  const lock = manager.lockFiles[0]
  const steps: Step[] = [
    {
      say: `Commit ${lock} with the rest: the jobs install what it says, and nothing else.`,
      run: [
        ...(packages === '' ? [] : [`cd ${packages}`]),
        ...(manager.name === 'npm' || isManagerFixed ? [] : [`corepack use ${manager.name}@latest`]),
        manager.install,
      ],
    },
    ...STEPS[forge](jobs),
  ]
  return steps
    .map(({ say, run }, index) => `  ${index + 1}. ${say}\n${run.map((line) => `       ${line}\n`).join('')}`)
    .join('')
}

interface Step {
  readonly say: string
  readonly run: readonly string[]
}

type StepsOf = (jobs: Jobs & { readonly target: JobTarget }) => readonly Step[]

function keySteps(jobs: Jobs & { readonly target: JobTarget }): Step {
  const { name, keyVariable } = jobs.target
  const bound = boundTo(jobs)
  return {
    say:
      bound === ''
        ? 'Make the keys. If the service has none yet, the first line makes them beside its store; else the two others do.'
        : `Make keys that reach this project alone, with one in ${keyVariable} that may make keys. If the service has none ` +
          'yet, the first line makes that one beside its store.',
    run: [
      `flows bootstrap --env ${name} --expires 90d`,
      `flows keys create --env ${name} --name ci-plan --scope flows:read${bound} --expires 90d`,
      `flows keys create --env ${name} --name ci-apply --scope flows:read deployments:write${bound} --expires 90d`,
    ],
  }
}

const STEPS: Readonly<Record<'github' | 'gitlab', StepsOf>> = {
  github: (jobs) => [
    keySteps(jobs),
    {
      say: 'A secret of the repository: the key of ci-plan, which only reads.',
      run: [`gh secret set ${planKeyOf(jobs.target)}`],
    },
    {
      say:
        `Settings, Environments: make "${jobs.target.name}", and let only the branch ${printable(jobs.branch)} deploy to it. The key of ` +
        'ci-apply is its secret, so no pull request ever sees it.',
      run: [`gh secret set ${jobs.target.keyVariable} --env ${jobs.target.name}`],
    },
    {
      say: 'Settings, Actions, General: "Allow GitHub Actions to create and approve pull requests", for drift.',
      run: [],
    },
    {
      say:
        `Settings, Rules: changes of ${printable(jobs.branch)} need a pull request, a review, and the jobs ` +
        `"${jobPrefix(jobs)}validate" and "${jobPrefix(jobs)}plan".`,
      run: [],
    },
  ],
  gitlab: (jobs) => [
    keySteps(jobs),
    {
      say: 'Settings, Access tokens: one with the role Reporter and the scope "api", one with Developer, "api" and "write_repository".',
      run: [],
    },
    {
      say: 'Variables for merge requests: the key of ci-plan, and the token of the Reporter. With them nobody changes a flow.',
      run: [
        `glab variable set ${planKeyOf(jobs.target)} --masked --hidden`,
        'glab variable set FLOWS_COMMENT_TOKEN --masked --hidden',
      ],
    },
    {
      say: 'Variables for the default branch alone: the key of ci-apply, and the token of the Developer.',
      run: [
        `glab variable set ${jobs.target.keyVariable} --masked --hidden --protected`,
        'glab variable set FLOWS_DRIFT_TOKEN --masked --hidden --protected',
      ],
    },
    {
      say: 'Settings, Repository: protect the default branch. Settings, Merge requests: pipelines must succeed.',
      run: [],
    },
    { say: 'Build, Pipeline schedules: a daily one of the default branch, for drift.', run: [] },
  ],
}
