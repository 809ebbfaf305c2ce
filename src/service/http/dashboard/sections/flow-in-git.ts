import { createHash } from 'node:crypto'
import { authorName } from '../../../../forge/author-name.js'
import { DefinitionFault, type FoundDefinition } from '../../../../forge/definition-file.js'
import { ForgeError } from '../../../../forge/forge.js'
import { ApiError } from '../../../api-error.js'
import type { Preview } from '../../../dashboard/flow-form/edit-page.js'
import type { InGit } from '../../../dashboard/flow-form/in-git.js'
import { proposalText } from '../../../dashboard/flow-form/proposal.js'
import type { EditableFlow } from '../../../operations/flows/preview-flow.js'
import { audit } from '../../../operations/people/audit.js'
import type { Around, Write } from '../rows/form-row.js'

/** The definition of a managed flow as it is in git, or why it could not be read. */
export type Found = { readonly definition: FoundDefinition } | { readonly fault: string; readonly status: number }

/** Null for a flow of which the service does not know where its definition is. */
export async function findInGit({ definitions }: Around, flow: EditableFlow | null): Promise<Found | null> {
  if (flow === null || flow.project === null || !definitions?.has(flow.project)) return null
  const { project, key } = flow
  return told(async () => ({ definition: await definitions.find(project, key) }))
}

interface Asked {
  readonly flow: EditableFlow | null
  readonly found: Found | null
  readonly preview: Preview
  readonly what: 'preview' | 'download' | 'propose'
  /** Names the difference that was shown before. */
  readonly seen: string
}

/**
 * What there is to open, or what became of opening it; null where the service has no file of the flow. A pull request is
 * opened without an open transaction.
 */
export async function inGitAfter(write: Write, around: Around, asked: Asked): Promise<InGit | null> {
  const { definitions, frame } = around
  const { flow, found, preview, what, seen } = asked
  const isProposed = what === 'propose'
  if (definitions === null || flow === null || found === null) {
    if (!isProposed) return null
    throw new ApiError(400, { message: 'There is no file in git that the service could change. Nothing was opened.' })
  }
  const nothing: InGit = { label: definitions.label, status: 200, fault: null, seen: null, opened: null }
  const refused = (fault: string): InGit => (isProposed ? { ...nothing, status: 409, fault } : nothing)
  if ('fault' in found) return { ...nothing, ...found, status: what === 'preview' ? 200 : found.status }
  const { before, after, assurance, differs, fault } = preview
  if (fault !== null) return refused('Nothing was opened: the edit could not be made in the file in git.')
  if (before === after) return refused('Git says this already: there is nothing to open.')
  const shown = { ...nothing, seen: digestOf(found.definition, after) }
  if (!isProposed) return shown
  if (seen !== shown.seen) {
    return { ...shown, status: 409, fault: CHANGED }
  }
  const { name: author } = frame.person
  const edit = { key: flow.key, before, after, assurance, differs, author: authorName(author) }
  const { title, body } = proposalText(edit)
  const record = (action: 'flow.proposed' | 'flow.proposal_opened', of: string) =>
    write((call) => audit(call, { action, object: flow.id, detail: `${of} at ${definitions.label}` }))
  const announce = (branch: string) => record('flow.proposed', branch)
  const proposal = { text: after, title, body, author, announce }
  const opened = await told(() => definitions.propose(found.definition, proposal))
  if ('fault' in opened) return { ...shown, ...opened }
  await record('flow.proposal_opened', `pull request ${opened.number} of ${opened.branch}`)
  return { ...nothing, opened }
}

const CHANGED = 'The file in git or the edit has changed since it was shown. Look at it again: nothing was opened.'

/** Names the difference that was previewed: what is proposed is what somebody saw. */
function digestOf({ path, text }: FoundDefinition, after: string): string {
  return createHash('sha256')
    .update(JSON.stringify([path, text, after]))
    .digest('hex')
}

/** How each failure of the forge is mended. */
const ADVICE: Readonly<Record<ForgeError['kind'], string>> = {
  not_authorised: 'An admin gives the service a token that may write contents and pull requests (FLOWS_FORGE_TOKEN).',
  not_found: 'An admin checks --forge-repository, and whether the token may see that repository.',
  invalid: 'What was asked for was refused as it is: take the definition below to git by hand.',
  rate_limited: 'Asking again later is safe.',
  too_many: 'Take the definition below to git by hand.',
  unreachable: 'Asking again is safe; or take the definition below to git by hand.',
}

async function told<T>(work: () => Promise<T>): Promise<T | { readonly fault: string; readonly status: number }> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof DefinitionFault) {
      return { fault: `${sentence(error.message)} ${sentence(error.hint)}`, status: 409 }
    }
    if (error instanceof ForgeError) return { fault: `${sentence(error.message)} ${ADVICE[error.kind]}`, status: 502 }
    throw error
  }
}

function sentence(text: string): string {
  const whole = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.!?]$/.test(whole) ? whole : `${whole}.`
}
