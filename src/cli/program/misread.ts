import type { CommanderError } from '@commander-js/extra-typings'
import { badUsage, type Failure } from '../../app/failure.js'
import { nearest } from '../../text/nearest.js'
import type { UnknownCommand } from './asked-help.js'

/** The part of a command that is needed to know what its command line may contain. */
interface Level {
  readonly commands: readonly Level[]
  readonly options: readonly { readonly long?: string | undefined }[]
  name(): string
}

/** A command line that cannot be read, as an ordinary failure. */
export function misread({ message }: CommanderError, program: Level, args: readonly string[]): Failure {
  const [, said = message, suggestion] = /^error: (.*?)(?:\n\((.*)\))?$/s.exec(message) ?? []
  // The message repeats what was typed, which may be an address with a password.
  const wrong = said.replace(/:\/\/[^\s']*@/g, '://...@')
  const word = /^unknown command '(.*)'$/s.exec(wrong)?.[1]
  if (word !== undefined) {
    const group = levels(program, args)
    const known = group.at(-1)?.commands.map((command) => command.name()) ?? []
    return unknownCommand({ word, group: group.slice(1).map((command) => command.name()), known })
  }
  const hint = suggestion ?? suggestionFor(wrong, program, args)
  const help = 'add --help for the options and examples'
  return badUsage(wrong, hint === undefined ? help : `${hint.charAt(0).toLowerCase()}${hint.slice(1)} (${help})`)
}

/** A word that is not a command, with suggestions. Groups are small, so all their commands are named. */
export function unknownCommand({ word, group, known }: UnknownCommand): Failure {
  const near = nearest(word, known)
  const place = ['flows', ...group].join(' ')
  const list = `${place} --help lists the commands`
  const hint =
    known.length === 0
      ? `${place} --help shows its help`
      : near !== undefined
        ? `did you mean ${near}? (${list})`
        : group.length === 0
          ? list
          : `${place} has ${known.join(', ')}: ${place} --help says what they do`
  return badUsage(`unknown command '${word}'`, hint)
}

/** For `--fromat=json`: the parser takes the value as part of the name, so no option looks similar to it. */
function suggestionFor(wrong: string, program: Level, args: readonly string[]): string | undefined {
  const name = /^unknown option '(--[^=]+)=/.exec(wrong)?.[1]
  if (name === undefined) return undefined
  const known = levels(program, args).flatMap(({ options }) => options.flatMap(({ long }) => long ?? []))
  if (known.includes(name)) return `${name} takes no value`
  const near = nearest(name, known)
  return near === undefined ? undefined : `did you mean ${near}?`
}

/** The program, the called command, and the command below it. */
function levels(program: Level, args: readonly string[]): Level[] {
  const found = [program]
  for (const arg of args) {
    const next = found.at(-1)?.commands.find((command) => command.name() === arg)
    if (next !== undefined) found.push(next)
  }
  return found
}

/** Whether a command line that cannot be read seems to ask for JSON. A readable one has parsed options instead. */
export function seemsToWantJson(args: readonly string[]): boolean {
  const end = args.indexOf('--')
  return (end === -1 ? args : args.slice(0, end)).some(
    (arg, index) => arg === '--json' || arg === '--format=json' || (arg === 'json' && args[index - 1] === '--format'),
  )
}
