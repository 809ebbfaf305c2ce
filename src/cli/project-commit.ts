import { type CommitInfo, commitInfo } from '../ci/commit-info.js'
import type { Project } from '../project.js'
import type { Terminal } from './terminal.js'

/** The commit that a project stands at: what its plans are made of. */
export function projectCommit({ root, configFile, config }: Project, { env }: Terminal): Promise<CommitInfo | null> {
  return commitInfo({ root, files: [configFile, config.flows, config.policies ?? 'policies'], env })
}
