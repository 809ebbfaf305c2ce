/** As much of a command as is needed to know where a command line stops. */
interface Level {
  readonly commands: readonly Level[]
  name(): string
}

/** A command line that asks for the help of a command that there is not. */
export interface UnknownTopic {
  readonly word: string
  /** The commands that there are at its place. */
  readonly known: readonly string[]
}

/**
 * What a command line has to do with help: a word in place of a command that there is not, where help is asked for, which
 * the parser answers with the help of the command above; or nothing but a group of commands, whose help is shown then, as
 * if it had been asked for.
 */
export function askedHelp(args: readonly string[], program: Level): UnknownTopic | 'group' | undefined {
  let level = program
  let isHelp = args.some(isHelpFlag)
  for (const word of leadingWords(args)) {
    if (level.commands.length === 0) return undefined
    const next = level.commands.find((command) => command.name() === word)
    if (next !== undefined) level = next
    else if (word === 'help') isHelp = true
    else return isHelp ? { word, known: level.commands.map((command) => command.name()) } : undefined
  }
  const isOnlyWords = args.every((arg, index) => !arg.startsWith('-') || isGlobal(arg, args[index + 1]))
  return !isHelp && isOnlyWords && level.commands.length > 0 ? 'group' : undefined
}

/** The words up to the first option that is not one of the program itself. */
function leadingWords(args: readonly string[]): string[] {
  const words: string[] = []
  for (const [index, arg] of args.entries()) {
    if (takesNext(args[index - 1])) continue
    if (!arg.startsWith('-')) words.push(arg)
    else if (!isHelpFlag(arg) && !isGlobal(arg, args[index + 1])) break
  }
  return words
}

function isHelpFlag(arg: string): boolean {
  return arg === '-h' || arg === '--help'
}

function isGlobal(arg: string, next: string | undefined): boolean {
  return (
    ['--color', '--no-color'].includes(arg) || arg.startsWith('--config=') || (takesNext(arg) && next !== undefined)
  )
}

function takesNext(arg: string | undefined): boolean {
  return arg === '-c' || arg === '--config'
}
