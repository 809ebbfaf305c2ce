import type { Assurance } from '../../../model/plan.js'
import { code, escapeMarkup } from '../../../render/markup.js'
import { effectWords } from '../parts/effect.js'
import { diffLines } from '../parts/text-diff.js'

/** In characters: GitHub takes 65,536 in all. */
const LONGEST_DIFF = 50_000

/** A warning where git says other than the service has: the edit is more than what somebody typed. */
export const GIT_DIFFERS =
  'Git says other than the service has, and the form began with what the service has: the flow was edited outside git, ' +
  'or git has what is not deployed yet. Look whether the difference takes something back that was merged, or brings ' +
  'something that nobody wants in git.'

export interface ProposedEdit {
  readonly key: string
  /** The definition before and after. */
  readonly before: string
  readonly after: string
  readonly assurance: Assurance
  /** Whether `before` says other than the service. */
  readonly differs: boolean
  /** Who asks, as git may name them. */
  readonly author: string
}

/** The title and the text, in Markdown, of a pull request with an edit. */
export function proposalText({ key, before, after, assurance, differs, author }: ProposedEdit) {
  const diff = diffLines(before, after).join('\n')
  const fence = '`'.repeat(Math.max(3, ...[...diff.matchAll(/`+/g)].map(([run]) => run.length + 1)))
  return {
    title: `Edit ${key}`,
    body: [
      `Asked for by ${escapeMarkup(author)}, as an edit of ${code(key)} in the dashboard.`,
      '',
      ...effectWords(assurance).map((words) => `- **${words}**`),
      ...assurance.reasons.map(({ effect, message }) => `- ${escapeMarkup(message)} (${effect.replace('_', ' ')})`),
      ...(differs ? ['', `**Warning:** ${GIT_DIFFERS}`] : []),
      '',
      ...(diff.length > LONGEST_DIFF
        ? ['The difference is too long to be shown here.']
        : [`${fence}diff`, diff, fence]),
      '',
    ].join('\n'),
  }
}
