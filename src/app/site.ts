import type { Environment } from '../model/schema-types.js'
import type { ObservedState } from '../model/state.js'
import type { Remote, RemoteReader, RemoteWriter } from '../remote/remote.js'
import { suggest } from '../text/nearest.js'
import { badUsage } from './failure.js'
import type { Project } from './project/project.js'

/** An environment of a project. */
export interface Target {
  readonly name: string
  readonly settings: Environment
}

/** Receives what happens beside what was asked for. */
export interface Reporter {
  /** Something is not as people may think; the work continues. */
  warn(message: string, hint?: string): void
  /** Something was done that nobody asked for by name. */
  note(message: string): void
}

/** What callers pass to use cases. */
export interface Ports {
  /** The flows of an environment. Opens nothing yet. Throws if the address or key cannot be right. */
  connect(project: Project, target: Target): Promise<Remote>
  /**
   * The people who approved a commit in the pull request that it belongs to, or that it came in by. Throws Failure if
   * there is no forge to ask.
   */
  approversOf?(commit: string): Promise<readonly string[]>
  /** Environment variables of the process. They show which CI job runs it. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly reporter: Reporter
}

/** Where a use case works: a project, one of its environments, and the ports. */
export interface Site extends Ports {
  readonly project: Project
  readonly target: Target
}

/** The environment of this name. Throws Failure if the configuration has none. */
export function targetNamed(project: Project, name: string): Target {
  const { environments } = project.config
  const settings = Object.hasOwn(environments, name) ? environments[name] : undefined
  if (settings !== undefined) return { name, settings }
  const hint = suggest(name, Object.keys(environments), 'it has')
  throw badUsage(`the configuration has no environment "${name}"`, hint)
}

/** Uses a reader of a site's flows for one thing, then closes it. */
export async function reading<T>(site: Site, use: (reader: RemoteReader) => Promise<T>): Promise<T> {
  return readingFrom(await site.connect(site.project, site.target), use)
}

export async function readingFrom<T>(remote: Remote, use: (reader: RemoteReader) => Promise<T>): Promise<T> {
  const reader = await remote.reader()
  return use(reader).finally(() => reader.close())
}

/** Uses a writer of a site's flows for one thing, then closes it. */
export async function writing<T>(site: Site, use: (writer: RemoteWriter) => Promise<T>): Promise<T> {
  const writer = await (await site.connect(site.project, site.target)).writer()
  return use(writer).finally(() => writer.close())
}

/** Everything that a plan needs to know about a site's flows. */
export function stateOf(site: Site): Promise<ObservedState> {
  return reading(site, (reader) => reader.state(site.project.config.project))
}
