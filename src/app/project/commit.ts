import { type CommitInfo, commitInfo, trustCommand } from '../../ci/commit-info.js'
import type { Terminal } from '../../cli/program/terminal.js'
import { printable } from '../../text/text.js'
import type { Project } from './project.js'

/** The commit that a project stands at: what its plans are made of. */
export function projectCommit(
  { root, configFile, config }: Project,
  { env, talk, talkPalette }: Terminal,
): Promise<CommitInfo | null> {
  const onUntrusted = (folder: string) => {
    const what = 'git says nothing here, as the folder belongs to somebody else: what was committed is not known'
    talk(`${talkPalette.yellow('warning')} ${what}\n${talkPalette.cyan('hint')}  ${printable(trustCommand(folder))}\n`)
  }
  return commitInfo({ root, files: [configFile, config.flows, config.policies ?? 'policies'], env, onUntrusted })
}
