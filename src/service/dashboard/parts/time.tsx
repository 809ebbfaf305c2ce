import { formatTime } from '../../../text/text.js'

/** A moment, in UTC as everywhere in this program. */
export function Time({ at }: { readonly at: number }) {
  return <time dateTime={new Date(at * 1000).toISOString()}>{formatTime(at)}</time>
}
