import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { badUsage } from '../failure.js'
import type { Project } from '../project/project.js'
import { targetNamed } from '../site.js'
import { environmentIn, type Forge, type Jobs, type JobTarget, jobFiles, jobsFile, type Package } from './ci-jobs.js'
import { GITLAB_FILE, withInclude } from './gitlab-include.js'
import { isGit, PACKAGE } from './installed-from.js'
import { madeBy } from './made-file.js'
import { specOf } from './package-json.js'
import type { Wanted } from './renewal.js'
import { below, checkFolderName, packageJsonIn, type Repository } from './repository.js'

/** The files of jobs, and what makes the forge read them. */
export interface WantedJobs {
  readonly files: readonly Wanted[]
  /** The line of .gitlab-ci.yml that a person has to write, since the file is not one that a line can be added to. */
  readonly byHand: string | undefined
}

/** What is to be there for these jobs to run. */
export function wantedJobs(jobs: Jobs, from: Package): WantedJobs {
  const files = Object.entries(jobFiles(jobs, from)).map(
    ([path, text]): Wanted => ({ path, text, otherwise: 'renew-unedited' }),
  )
  if (jobs.forge === 'github') return { files, byHand: undefined }
  const own = join(jobs.repository.root, GITLAB_FILE)
  const text = withInclude(existsSync(own) ? readFileSync(own, 'utf8') : undefined, jobsFile(jobs))
  return text === undefined
    ? { files, byHand: `- local: ${jobsFile(jobs)}` }
    : { files: [...files, { path: GITLAB_FILE, text, otherwise: 'change' }], byHand: undefined }
}

/** Jobs for a project as its configuration describes it. Throws Failure. */
export function jobsFor(
  project: Project,
  repository: Repository,
  wish: { readonly forge: Forge; readonly env: string | undefined; readonly branch: string },
): Jobs {
  checkFolderName(repository)
  const { forge, branch } = wish
  return {
    forge,
    branch,
    repository,
    project: project.config.project,
    configFile: project.configFile,
    target: targetFor(project, wish.env),
    isBuilt: isBuiltIn(packageJsonIn(join(repository.root, repository.packages))),
  }
}

/** Whether a package.json has this package from git, so that it is built when it is installed. */
export function isBuiltIn(packageJson: string | undefined): boolean {
  return isGit(specOf(packageJson, PACKAGE) ?? '')
}

/**
 * The environment that is named; else the one with a service, and of several the one called "live". Undefined if none has
 * a service. Throws Failure if nobody knows which.
 */
function targetFor(project: Project, named: string | undefined): JobTarget | undefined {
  const withService = Object.entries(project.config.environments)
    .filter(([, { api }]) => api !== undefined)
    .map(([name]) => name)
  if (named === undefined && withService.length > 1 && !withService.includes('live')) {
    throw badUsage(`${withService.join(', ')}: nobody knows which of these environments is meant`, 'name it by --env')
  }
  const name = named ?? (withService.length > 1 ? 'live' : withService[0])
  if (name === undefined) return undefined
  const { settings } = targetNamed(project, name)
  if (settings.api_key_env === undefined) {
    throw badUsage(`environment "${name}" has no "api": its flows are in the embedded store, which no CI job shares`)
  }
  return { name, keyVariable: settings.api_key_env }
}

/** The jobs of a project that are there already, by the command that made them. */
export function foundJobs(project: Project, repository: Repository): { forge: Forge; env: string | undefined }[] {
  return (['github', 'gitlab'] as const).flatMap((forge) => {
    const file = join(repository.root, jobsFile({ forge, project: project.config.project, repository }))
    if (!existsSync(file)) return []
    const text = readFileSync(file, 'utf8')
    // A process was killed before it had written what "flows ci add" writes by default.
    if (text.trim() === '') return [{ forge, env: undefined }]
    const made = madeBy(text)
    return made === undefined ? [] : [{ forge, env: environmentIn(made.command) }]
  })
}

/** The schemas that a project keeps copies of, for editors: they are renewed. */
export function wantedSchemas(
  { root }: Project,
  repository: Repository,
  schemas: Readonly<Record<string, string>>,
): Wanted[] {
  return Object.entries(schemas)
    .map(([name, text]) => ({ path: below(repository.project, `schemas/${name}.schema.json`), text, name }))
    .filter(({ name }) => existsSync(join(root, 'schemas', `${name}.schema.json`)))
    .map(({ path, text }) => ({ path, text, otherwise: 'renew' }))
}
