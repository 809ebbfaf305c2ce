import type { Reporter } from '../../app/site.js'
import { printable } from '../../text/text.js'
import type { Terminal } from './terminal.js'

/** Writes to stderr what use cases report beside their result. */
export function reporterOn({ talk, talkPalette }: Terminal): Reporter {
  return {
    warn: (message, hint) => {
      talk(`${talkPalette.yellow('warning')} ${printable(message)}\n`)
      if (hint !== undefined) talk(`${talkPalette.cyan('hint')}  ${printable(hint)}\n`)
    },
    note: (message) => talk(`${printable(message)}\n`),
  }
}
