import type { Issue } from '../model/diagnostic.js'
import { firstHidden } from '../text/hidden-characters.js'

/**
 * Members of a flow whose text must be what it looks like, because people read in it what the flow is for: in a review, a
 * plan, the dashboard, and on the page behind the static link.
 */
const READ = ['name', 'description'] as const

/** Characters in the name or description of a flow that nobody sees, or that make the text read as another one. */
export function hiddenCharacterIssues(body: Readonly<Record<string, unknown>>): Issue[] {
  return READ.flatMap((member): Issue[] => {
    const value = body[member]
    const found = typeof value === 'string' ? firstHidden(value) : undefined
    if (found === undefined) return []
    const code = (found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
    return [
      {
        code: 'HIDDEN_CHARACTER',
        message: `the text holds a character that is invisible or reorders text, U+${code}`,
        hint: 'remove it',
        pointer: `/${member}`,
        part: 'value',
      },
    ]
  })
}
