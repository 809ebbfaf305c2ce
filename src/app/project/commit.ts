import { type CommitInfo, commitInfo, trustCommand } from '../../ci/commit-info.js'
import type { Ports } from '../site.js'
import { findBases, findDefinitions } from './definitions.js'
import { findPolicies } from './policies.js'
import type { Project } from './project.js'

/**
 * The commit that a project is at, which its plans are made from. `bases`: those that its definitions extend, where they are
 * known; finding them takes reading every definition.
 */
export function projectCommit(
  project: Project,
  { env, reporter }: Pick<Ports, 'env' | 'reporter'>,
  bases: readonly string[] = findBases(project),
): Promise<CommitInfo | null> {
  const onUntrusted = (folder: string) =>
    reporter.warn(
      'git says nothing here, as the folder belongs to somebody else: what was committed is not known',
      trustCommand(folder),
    )
  const { root, configFile, config } = project
  const files = [configFile, ...config.flows, config.policies ?? 'policies', ...bases]
  const listed = [...findDefinitions(project).files, ...findPolicies(project).files].map(({ file }) => file)
  return commitInfo({ root, files, read: [configFile, ...listed, ...bases], env, onUntrusted })
}
