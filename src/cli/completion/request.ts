/** The first word of a command line that a completion script sends; never shown to people. */
export const COMPLETE = '__complete'

export const SHELLS = ['bash', 'zsh', 'fish'] as const

export type Shell = (typeof SHELLS)[number]

/** A shell's question: the words after the program's name. The last one is being typed. */
export interface CompletionRequest {
  readonly shell: Shell
  readonly words: readonly string[]
}

/** Reads `__complete <shell> -- <words...>`; undefined for anything else. */
export function completionRequest([first, shell, dashes, ...words]: readonly string[]): CompletionRequest | undefined {
  const known = SHELLS.find((one) => one === shell)
  if (first !== COMPLETE || known === undefined || dashes !== '--') return undefined
  const whole = known === 'bash' ? joined(words) : words
  return { shell: known, words: whole.length === 0 ? [''] : whole }
}

/** bash splits words at "=" and ":" (COMP_WORDBREAKS), and each run of these is a word of its own. */
function joined(words: readonly string[]): string[] {
  const whole: string[] = []
  let isOpen = false
  for (const word of words) {
    const isBreak = /^[=:]+$/.test(word)
    if ((isBreak || isOpen) && whole.length > 0) whole.push((whole.pop() ?? '') + word)
    else whole.push(word)
    isOpen = isBreak
  }
  return whole
}
