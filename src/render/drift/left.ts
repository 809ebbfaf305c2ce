import type { Left } from '../../plan/drift.js'
import { printable } from '../../text/text.js'

const PULLED = 'flows pull writes it into the definitions; flows apply makes the flows as defined'

/** What `flows pull` and `flows apply` do about drift that pull leaves, and what the user can do. */
const SENTENCES: Readonly<Record<Left, string>> = {
  changed_in_both:
    'changed in git too: flows pull keeps what git says (--all takes the service), flows apply makes it so',
  no_definition: 'no definition: flows pull <key> writes one, flows apply archives the flow',
  released:
    'taken out of the project: flows pull writes nothing, flows apply takes it over again unless its definition is removed',
  keys_exchanged: 'keys exchanged: flows pull and flows apply refuse until they are given back in the service',
  conflict:
    'in a conflict, which flows plan explains: until it is mended flows pull writes nothing of it, and flows apply refuses',
  api_key: 'an API key stands in it, which no definition may hold: revoke it, and take it out of the flow',
}

/** What becomes of drift by pull and apply, and what the user can do; null for drift that pull writes all of. */
export function leftSentence(left: Left | null): string {
  return left === null ? PULLED : SENTENCES[left]
}

/** A line for each reason, with its flows. */
export function leftLines(flows: readonly { readonly key: string; readonly left: Left | null }[]): string[] {
  return Object.entries(SENTENCES).flatMap(([left, sentence]) => {
    const keys = flows.filter((flow) => flow.left === left).map(({ key }) => printable(key))
    return keys.length === 0 ? [] : [`${keys.join(', ')}: ${sentence}`]
  })
}
