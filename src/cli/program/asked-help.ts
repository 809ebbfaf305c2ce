/** As much of a command as is needed to know where a command line stops. */
interface Level {
  readonly commands: readonly Level[]
  name(): string
}

/** A word in the place of a command, and no command has this name. */
export interface UnknownCommand {
  readonly word: string
  /** The group that it stands behind: none is the program itself. */
  readonly group: readonly string[]
  /** The commands of that group. */
  readonly known: readonly string[]
}

/** A command line as the parser is to read it, to show the help that was asked for. */
export interface HelpLine {
  readonly args: readonly string[]
}

/**
 * What a command line has to do with help. The parser follows `help` only to the first command behind it, and answers a
 * word that names no command with the help of the command above; both are read here. A line that ends at a group of
 * commands shows its help, as if it had been asked for. Undefined is a line that asks for no help.
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
  // Right behind the words: behind "--" it would be an argument.
  const end = (words.at(-1)?.index ?? args.length - 1) + 1
  const command = args.slice(0, end).filter((_, index) => !helpWords.has(index))
  return { args: [...command, '--help', ...args.slice(end)] }
}

/** The words up to the first option that is not one of the program itself. */
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
