import { printable } from '../../text/text.js'
import type { Cli } from '../program/command.js'
import type { CompletionRequest } from './request.js'
import { suggest } from './suggest.js'

/** Answers a completion script in the lines that it reads. Prints only suggestions, never errors. */
export function complete(
  { shell, words }: CompletionRequest,
  program: Parameters<typeof suggest>[0],
  cliOf: (config?: string) => Cli,
): void {
  const { terminal } = cliOf()
  const found = suggest(program, words, cliOf)
  if (typeof found === 'string') {
    terminal.result(`:${found}\n`)
    return
  }
  // bash completes only the part behind the last "=" or ":"; see request.ts.
  const current = words.at(-1) ?? ''
  const done = shell === 'bash' ? Math.max(current.lastIndexOf('='), current.lastIndexOf(':')) + 1 : 0
  const lines = found.map(({ value, description }) => {
    const rest = printable(value.slice(done))
    return shell === 'bash' ? rest : `${rest}\t${printable(description)}`
  })
  if (lines.length > 0) terminal.result(`${lines.join('\n')}\n`)
}
