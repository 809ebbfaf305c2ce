import type { Project } from '../../app/project/project.js'
import { type DriftPullRequest, driftPullRequest } from '../../app/review/drift-pull-request.js'
import { ciJob } from '../../ci/job.js'
import { escapeMarkup } from '../../render/markup.js'
import { clip, formatTime, plural, printable } from '../../text/text.js'
import type { Cli } from '../program/command.js'
import { forgeOf, telling } from './forge.js'

/** A definition that was updated from its flow. */
export interface PulledFlow {
  /** Relative to the configuration's folder. A renamed file has both names here. */
  readonly files: readonly string[]
  /** The flow was archived: merging removes its definition from every environment. */
  readonly isRemoved: boolean
  /** What the edits did to the verification, in short phrases. */
  readonly effects: readonly string[]
  readonly key: string
  readonly editedBy: string | null
  /** Unix seconds. */
  readonly editedAt: number | null
}

/** Opens a pull request for what was just pulled, and reports it. Throws Failure outside of CI. */
export async function openDriftPullRequest(
  cli: Cli,
  about: {
    readonly project: Project
    readonly environment: string
    readonly pulled: readonly PulledFlow[]
    readonly left: readonly string[]
  },
): Promise<DriftPullRequest> {
  const { terminal } = cli
  const { project, environment, pulled, left } = about
  const forge = forgeOf(terminal)
  const result = await telling(async () =>
    driftPullRequest({
      forge,
      root: project.root,
      files: pulled.flatMap(({ files }) => files),
      project: project.config.project,
      environment,
      base: ciJob(terminal.env)?.branch ?? undefined,
      title: `Take over what was edited in ${environment} of ${project.config.project}: ${plural(pulled.length, 'flow')}`,
      body: bodyOf(environment, pulled, left),
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

const MOST_FLOWS = 100
/** The limit for a line that names flows. */
const MOST_CHARACTERS = 2000

/** Names, times, and what the edits do to the verification. The diff shows the edits themselves. */
function bodyOf(environment: string, pulled: readonly PulledFlow[], stays: readonly string[]): string {
  const rows = pulled.slice(0, MOST_FLOWS).map(({ key, isRemoved, effects, editedBy, editedAt }) => {
    const who = editedBy === null ? '' : ` by ${plain(editedBy)}`
    const what = isRemoved ? '**archived**, its definition goes for every environment' : 'edited'
    const does = effects.map((effect) => `; ${escapeMarkup(clip(effect, MOST_CHARACTERS))}`).join('')
    return `- ${plain(key)}: ${what}${editedAt === null ? '' : `${who}, ${formatTime(editedAt)}`}${does}`
  })
  const left = pulled.length - rows.length
  return [
    `Somebody edited flows of ${environment} outside git. This writes their edits into the definitions; close it to have the next apply take them back.`,
    '',
    ...rows,
    ...(left > 0 ? [`- and ${left} more`] : []),
    '',
    ...(stays.length > 0
      ? [
          'Drift that stays when this is merged:',
          '',
          ...stays.map((line) => `- ${escapeMarkup(clip(line, MOST_CHARACTERS))}`),
          '',
        ]
      : []),
  ].join('\n')
}

/** A name that cannot act as markup or as a mention. */
function plain(text: string): string {
  return printable(text.slice(0, 200))
    .replace(/[^\w .:@-]/g, '?')
    .replaceAll('@', '(at)')
}
