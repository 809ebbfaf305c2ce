import { planFile } from '../../forge/plan-artifact.js'
import { marked } from './made-file.js'
import { below, type Repository } from './repository.js'

export type Forge = 'github' | 'gitlab'

/** An environment that the jobs plan and apply to. */
export interface JobTarget {
  readonly name: string
  /** The variable with its API key. */
  readonly keyVariable: string
}

/** What jobs are for. */
export interface Jobs {
  readonly forge: Forge
  readonly project: string
  readonly configFile: string
  /** Without one, the jobs only validate. */
  readonly target: JobTarget | undefined
  /** The branch that pull requests are merged into. */
  readonly branch: string
  readonly repository: Repository
  /** Whether the installed package is built when it is installed, which takes scripts. */
  readonly isBuilt: boolean
}

/** What comes with this program. */
export interface Package {
  readonly version: string
  /** The text of one of its files. */
  file(name: string): string
}

/** Texts by their path in the repository. */
export type Files = Readonly<Record<string, string>>

/** The files of the jobs, each of which says how it was made. */
export function jobFiles(jobs: Jobs, from: Package): Files {
  const made = (text: string) => marked(text, commandOf(jobs), from.version)
  if (jobs.forge === 'gitlab') return { [jobsFile(jobs)]: made(gitlabJobs(jobs, from)) }
  return {
    [jobsFile(jobs)]: made(githubWorkflow(jobs, from)),
    // The same for every project of the repository.
    [ACTION_FILE]: marked(from.file('action.yml'), 'flows ci add github', from.version),
  }
}

const ACTION_FILE = '.github/actions/flows/action.yml'

/** The file with the jobs of a project; each project of a repository has its own. */
export function jobsFile({ forge, project, repository }: Pick<Jobs, 'forge' | 'project' | 'repository'>): string {
  const name = repository.project === '' ? 'flows' : `flows-${project}`
  return { github: `.github/workflows/${name}.yaml`, gitlab: `.gitlab/${name}.yml` }[forge]
}

/** The secret with the key that only reads: jobs of pull requests get it. */
export function planKeyOf({ keyVariable }: JobTarget): string {
  return `${keyVariable.replace(/_KEY$/, '')}_PLAN_KEY`
}

function commandOf({ forge, target }: Jobs): string {
  return `flows ci add ${forge}${target === undefined ? '' : ` --env ${target.name}`}`
}

/** The environment that a command line of `commandOf` names. */
export function environmentIn(command: string): string | undefined {
  return / --env (\S+)/.exec(command)?.[1]
}

/** What the names of its jobs begin with at GitHub, so that a required check tells projects of one repository apart. */
export function jobPrefix({ project, repository }: Pick<Jobs, 'project' | 'repository'>): string {
  return repository.project === '' ? '' : `${project} `
}

/** The option that binds a key to its project, where the repository has several. */
export function boundTo({ project, repository }: Pick<Jobs, 'project' | 'repository'>): string {
  return repository.project === '' ? '' : ` --project ${project}`
}

function githubWorkflow(jobs: Jobs, from: Package): string {
  const { project, branch, repository, configFile } = jobs
  const config = below(repository.project, configFile)
  return filled(from.file('src/cli/templates/github.yaml'), jobs, {
    NAME: repository.project === '' ? 'flows' : `flows ${project}`,
    OF: jobPrefix(jobs),
    BRANCH: branchFilter(branch),
    CONFIG: repository.project === '' && configFile === 'flows.config.yaml' ? '' : `, config: ${config}`,
  })
}

function gitlabJobs(jobs: Jobs, from: Package): string {
  const { project, repository, target } = jobs
  const file = planFile({ project, environment: target?.name ?? '' })
  return filled(from.file('src/cli/templates/gitlab.yaml'), jobs, {
    JOB: repository.project === '' ? 'flows' : `flows:${project}`,
    INSTALL: installLines(jobs)
      .map((line) => `    - ${line}\n`)
      .join(''),
    PLAN_FILE: file,
    JUNIT_FILE,
    // Scripts run in the folder of the project, and GitLab reads artifacts from the root of the repository.
    PLAN_PATH: below(repository.project, file),
    JUNIT_PATH: below(repository.project, JUNIT_FILE),
  })
}

const JUNIT_FILE = 'flows-tests.xml'

/**
 * Installs what the lock file says, and nothing else; without the scripts of packages, unless this one is built by them.
 * The last line leads to the project.
 */
function installLines({ repository, isBuilt }: Jobs): string[] {
  const { manager, lock, packages, project } = repository
  const folders = [...new Set([packages, lock])].map((folder) => below('$CI_PROJECT_DIR', below(folder, '')))
  const path = folders.map((folder) => `${folder.replace(/\/*$/, '')}/node_modules/.bin`).join(':')
  const scripts = isBuilt ? '' : ' --ignore-scripts'
  const install = {
    npm: [`npm ci --no-audit --no-fund${scripts}`],
    // The version of package.json, whose digest that may name.
    pnpm: ['corepack enable', `pnpm install --frozen-lockfile${scripts}`],
    yarn: [
      'corepack enable',
      // Yarn 1 has other words. With node_modules, whatever the project itself uses: only flows runs here.
      `if grep -q '^# yarn lockfile v1' yarn.lock; then yarn install --frozen-lockfile${scripts}; ` +
        'else YARN_NODE_LINKER=node-modules yarn install --immutable; fi',
    ],
  }[manager.name]
  return [
    ...(lock === '' ? [] : [`cd ${lock}`]),
    ...install,
    `export PATH="$PATH:${path}"`,
    ...(lock === project ? [] : [`cd "${below('$CI_PROJECT_DIR', project).replace(/\/$/, '')}"`]),
  ].map((line) => (/^[\w][\w ./@+-]*$/.test(line) ? line : JSON.stringify(line)))
}

/** A template with or without its parts between `# [live` and `# live]`, and with its `__NAMES__` filled in. */
function filled(text: string, jobs: Jobs, values: Readonly<Record<string, string>>): string {
  const { project, target } = jobs
  const parts = target === undefined ? /^# \[live\n[\s\S]*?^# live\]\n/gm : /^# (?:\[live|live\])\n/gm
  const all: Readonly<Record<string, string>> = {
    PROJECT: project,
    BOUND: boundTo(jobs),
    ...(target !== undefined && {
      ENV: target.name,
      KEY: target.keyVariable,
      PLAN_KEY: planKeyOf(target),
    }),
    ...values,
  }
  return text.replace(parts, '').replace(/__([A-Z_]+?)__\n?/g, (found, name: string) => {
    const value = all[name]
    if (value === undefined) return found
    // Lines end themselves.
    return value.endsWith('\n') ? value : `${value}${found.endsWith('\n') ? '\n' : ''}`
  })
}

/** A GitHub filter for exactly one branch. A branch may contain only two of its special characters: "+" and "!". */
function branchFilter(branch: string): string {
  if (/^[A-Za-z_][\w/-]*$/.test(branch)) return branch
  return JSON.stringify(branch.replace(/[+!]/g, '\\$&'))
}
