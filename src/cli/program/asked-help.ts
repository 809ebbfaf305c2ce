/** The part of a command that is needed to know where the command words end. */
interface Level {
  readonly commands: readonly Level[]
  name(): string
}

/** A word in the place of a command that is not a command. */
export interface UnknownCommand {
  readonly word: string
  /** The group that it follows; empty for the program itself. */
  readonly group: readonly string[]
  /** The commands of that group. */
  readonly known: readonly string[]
}

/** A command line rewritten for the parser, to show the requested help. */
export interface HelpLine {
  readonly args: readonly string[]
}

/**
 * Finds out if a command line asks for help. The parser follows `help` only to the first command, and answers an
 * unknown word with the help of the command above; both cases are handled here. A line that ends at a group of commands
 * also shows help. Undefined: the line asks for no help.
 */
export function askedHelp(args: readonly string[], program: Level): UnknownCommand | HelpLine | undefined {
  const group: string[] = []
  let level = program
  const helpWords = new Set<number>()
  const words = leadingWords(args)
  for (const { word, index } of words) {
    const next = level.commands.find((command) => command.name() === word)
    if (next !== undefined) {
      level = next
      group.push(word)
    } else if (word === 'help' && level.commands.length > 0) helpWords.add(index)
    else if (helpWords.size === 0 && (level.commands.length === 0 || !args.some(isHelpFlag))) return undefined
    else return { word, group, known: level.commands.map((command) => command.name()) }
  }
  const isOnlyWords = args.every((arg, index) => !arg.startsWith('-') || isGlobal(arg, args[index + 1]))
  if (helpWords.size === 0 && !(isOnlyWords && level.commands.length > 0)) return undefined
  // Directly after the words: after "--" it would be an argument.
  const end = (words.at(-1)?.index ?? args.length - 1) + 1
  const command = args.slice(0, end).filter((_, index) => !helpWords.has(index))
  return { args: [...command, '--help', ...args.slice(end)] }
}

/** The words before the first option that is not the program's own. */
function leadingWords(args: readonly string[]): { readonly word: string; readonly index: number }[] {
  const words: { readonly word: string; readonly index: number }[] = []
  for (const [index, arg] of args.entries()) {
    if (takesNext(args[index - 1])) continue
    if (!arg.startsWith('-')) words.push({ word: arg, index })
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
