import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { badUsage, Failure } from '../failure.js'
import { loadProject, type Project } from '../project/project.js'
import { findProjects } from '../project/workspace.js'
import { targetNamed } from '../site.js'
import { environmentIn, type Forge, type Jobs, type JobTarget, jobFiles, jobsFile, type Package } from './ci-jobs.js'
import { GITLAB_FILE, withInclude } from './gitlab-include.js'
import { isGit, PACKAGE } from './installed-from.js'
import { madeBy, markedSchema } from './made-file.js'
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
  const files = Object.entries(jobFiles(jobs, from)).map(([path, text]): Wanted => ({ path, text, otherwise: 'renew' }))
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
  const names = withService(project)
  if (named === undefined && names.length > 1 && !names.includes('live')) {
    throw badUsage(`${names.join(', ')}: nobody knows which of these environments is meant`, 'name it by --env')
  }
  const name = named ?? (names.length > 1 ? 'live' : names[0])
  if (name === undefined) return undefined
  const { settings } = targetNamed(project, name)
  if (settings.api_key_env === undefined) {
    throw badUsage(`environment "${name}" has no "api": its flows are in the embedded store, which no CI job shares`)
  }
  return { name, keyVariable: settings.api_key_env }
}

/** The environments that have a service. */
function withService({ config }: Project): readonly string[] {
  return Object.entries(config.environments).flatMap(([name, { api }]) => (api === undefined ? [] : [name]))
}

/** The configurations of other projects of the repository that have a key in this variable; unusable ones are passed over. */
export function othersWithKey(project: Project, repository: Repository, { target }: Jobs): readonly string[] {
  const own = below(repository.project, project.configFile)
  return projectsIn(repository.root).filter((file) => {
    const other = file === own ? undefined : loadProject(join(repository.root, file)).project
    const environments = Object.values(other?.config.environments ?? {})
    return target !== undefined && environments.some((one) => one.api_key_env === target.keyVariable)
  })
}

function projectsIn(root: string): readonly string[] {
  try {
    return findProjects(root)
  } catch {
    return []
  }
}

/** Jobs that are there and cannot be renewed, since the configuration has changed under them. */
export interface StuckJobs {
  /** Path in the repository. */
  readonly path: string
  readonly why: string
  readonly mend: string
}

/** The jobs of a project that are there already, as they would be made now. */
export function renewableJobs(
  project: Project,
  repository: Repository,
  branch: string,
): { readonly jobs: readonly Jobs[]; readonly stuck: readonly StuckJobs[] } {
  const stuck: StuckJobs[] = []
  const jobs = foundJobs(project, repository).flatMap(({ path, ...wish }) => {
    try {
      return [jobsFor(project, repository, { ...wish, branch })]
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      const names = withService(project)
      const env = names.length === 1 ? names[0] : '<name>'
      const mend =
        names.length === 0
          ? 'give an environment its "api", or remove the file'
          : `flows ci add ${wish.forge} --env ${env} makes them for ${names.length === 1 ? 'that one' : names.join(' or ')}`
      stuck.push({ path, why: error.message, mend })
      return []
    }
  })
  return { jobs, stuck }
}

/** By the command that made them. */
function foundJobs(
  project: Project,
  repository: Repository,
): { path: string; forge: Forge; env: string | undefined }[] {
  return (['github', 'gitlab'] as const).flatMap((forge) => {
    const path = jobsFile({ forge, project: project.config.project, repository })
    const file = join(repository.root, path)
    if (!existsSync(file)) return []
    const text = readFileSync(file, 'utf8')
    // A process was killed before it had written what "flows ci add" writes by default.
    if (text.trim() === '') return [{ path, forge, env: undefined }]
    const made = madeBy(text)
    return made === undefined ? [] : [{ path, forge, env: environmentIn(made.command) }]
  })
}

/** The schemas that a project keeps copies of, for editors. */
export function wantedSchemas(
  { root }: Project,
  repository: Repository,
  schemas: Readonly<Record<string, string>>,
  { version }: Pick<Package, 'version'>,
): Wanted[] {
  return Object.entries(schemas)
    .filter(([name]) => existsSync(join(root, schemaFile(name))))
    .map(([name, text]) => ({
      path: below(repository.project, schemaFile(name)),
      text: markedSchema(text, name, version),
      otherwise: 'renew',
    }))
}

/** Where a project has a schema. */
export function schemaFile(name: string): string {
  return `schemas/${name}.schema.json`
}
