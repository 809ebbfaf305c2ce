import type { Project } from '../project.js'
import { formatTime, plural, printable } from '../render/text.js'
import type { Cli } from './command.js'
import { type DriftPullRequest, driftPullRequest } from './drift-pull-request.js'
import { forgeOf, telling } from './forge.js'

/** A definition that was brought up to date with its flow. */
export interface PulledFile {
  /** Relative to the configuration's folder. */
  readonly file: string
  readonly key: string
  readonly editedBy: string | null
  /** Unix seconds. */
  readonly editedAt: number | null
}

/** Makes what was just pulled a pull request, and says so. Throws Failure outside of CI. */
export async function openDriftPullRequest(
  cli: Cli,
  pulled: { readonly project: Project; readonly environment: string; readonly files: readonly PulledFile[] },
): Promise<DriftPullRequest> {
  const { terminal } = cli
  const { project, environment, files } = pulled
  const forge = forgeOf(terminal)
  const result = await telling(async () =>
    driftPullRequest({
      forge,
      root: project.root,
      files: files.map(({ file }) => file),
      environment,
      base: terminal.env.GITHUB_REF_NAME || terminal.env.CI_COMMIT_BRANCH || undefined,
      title: `Take over what was edited in ${environment}: ${plural(files.length, 'flow')}`,
      body: bodyOf(environment, files),
    }),
  )
  const { status, branch, number, url } = result
  const where = number === null ? '' : ` pull request ${number}${url === null ? '' : `  ${printable(url)}`}`
  terminal.talk(`${SAID[status]}${where} (${printable(branch)})\n`)
  return result
}

const SAID: Readonly<Record<DriftPullRequest['status'], string>> = {
  opened: 'Opened',
  updated: 'Brought up to date',
  unchanged: 'Up to date:',
  edited: 'Somebody else has committed to the branch: nothing was written',
  nothing: 'Nothing to commit',
}

const MOST_FILES = 100

/** Names and times only: what was edited stands in the diff. */
function bodyOf(environment: string, files: readonly PulledFile[]): string {
  const rows = files.slice(0, MOST_FILES).map(({ key, editedBy, editedAt }) => {
    const who = editedBy === null ? '' : ` by ${plain(editedBy)}`
    return `- ${plain(key)}${editedAt === null ? '' : `: edited${who}, ${formatTime(editedAt)}`}`
  })
  const left = files.length - rows.length
  return [
    `Somebody edited flows of ${environment} outside git. This writes their edits into the definitions; close it to have the next apply take them back.`,
    '',
    ...rows,
    ...(left > 0 ? [`- and ${left} more`] : []),
    '',
  ].join('\n')
}

/** A name that is neither markup nor a mention. */
function plain(text: string): string {
  return printable(text.slice(0, 200))
    .replace(/[^\w .:@-]/g, '?')
    .replaceAll('@', '(at)')
}
