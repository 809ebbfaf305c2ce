import type { Argument, Command, Option } from '@commander-js/extra-typings'
import type { Cli } from '../program/command.js'
import { type Values, valuesOf } from './values.js'

interface Suggestion {
  readonly value: string
  readonly description: string
}

export type Suggestions = readonly Suggestion[] | 'files' | 'folders'

type AnyCommand = Command<unknown[], Record<string, unknown>, Record<string, unknown>>

/** What the last word may become, by the same table that reads the finished line. */
export function suggest(program: AnyCommand, words: readonly string[], cliOf: (config?: string) => Cli): Suggestions {
  const current = words.at(-1) ?? ''
  const before = place(program, words.slice(0, -1))
  const cli = cliOf(before.config)
  const { command, pending, optionsEnded, position } = before
  if (pending !== undefined && !(pending.isVariadic && current.startsWith('-'))) {
    return fitting(optionValues(pending.option, current, cli), current)
  }
  const [name = '', ...rest] = current.split('=')
  if (!optionsEnded && current.startsWith('-')) {
    const option = rest.length === 0 ? undefined : optionCalled(command, name)
    if (option === undefined) return matching(optionNames(command), current)
    return fitting(optionValues(option, rest.join('='), cli), current, `${name}=`)
  }
  if (command.commands.length > 0) return matching(commandNames(command, program), current)
  const argument = argumentAt(command, position)
  if (argument === undefined) return []
  return fitting(argument.argChoices ?? valuesOf(argument.name(), current, cli), current)
}

interface Place {
  readonly command: AnyCommand
  /** The option whose value comes next. */
  readonly pending: { readonly option: Option; readonly isVariadic: boolean } | undefined
  readonly optionsEnded: boolean
  /** The number of arguments before the current word. */
  readonly position: number
  readonly config: string | undefined
}

/** The place in the table that the words lead to. */
function place(program: AnyCommand, words: readonly string[]): Place {
  let command = program
  let pending: Place['pending']
  let optionsEnded = false
  let position = 0
  let config: string | undefined
  for (const word of words) {
    if (pending !== undefined && !(pending.isVariadic && word.startsWith('-'))) {
      if (pending.option.long === '--config') config = word
      if (!pending.isVariadic) pending = undefined
    } else if (!optionsEnded && word.startsWith('-')) {
      pending = undefined
      optionsEnded = word === '--'
      const [name = '', ...rest] = word.split('=')
      const option = optionCalled(command, name)
      if (option?.long === '--config' && rest.length > 0) config = rest.join('=')
      if (option?.required && rest.length === 0) pending = { option, isVariadic: option.variadic }
    } else {
      const below = command.commands.find((one) => one.name() === word) as AnyCommand | undefined
      // "flows help plan" leads to the same place as "flows plan", but takes no more arguments.
      if (below !== undefined) command = below
      else if (!(command === program && word === 'help')) position += 1
    }
  }
  return { command, pending, optionsEnded, position, config }
}

function optionCalled(command: AnyCommand, name: string): Option | undefined {
  return optionsOf(command).find(({ long, short }) => long === name || short === name)
}

/** Options of the command, and those that every command takes. */
function optionsOf(command: AnyCommand): readonly Option[] {
  const help = command.createHelp()
  return [...help.visibleOptions(command as never), ...globalOptions(command)] as unknown as Option[]
}

function globalOptions(command: AnyCommand): readonly Option[] {
  const found: Option[] = []
  for (let above = command.parent; above !== null; above = above.parent) {
    found.push(...(above.options.filter(({ hidden }) => !hidden) as unknown as Option[]))
  }
  return found
}

function optionNames(command: AnyCommand): readonly Suggestion[] {
  return optionsOf(command).map(({ long, short, description }) => ({ value: long ?? short ?? '', description }))
}

function commandNames(command: AnyCommand, program: AnyCommand): readonly Suggestion[] {
  const names = command.commands.map((one) => ({
    value: one.name(),
    description: one.summary() || one.description(),
  }))
  return command === program ? [...names, { value: 'help', description: 'show help for a command' }] : names
}

function argumentAt(command: AnyCommand, position: number): Argument | undefined {
  const all = command.registeredArguments
  const last = all.at(-1)
  return (all[position] ?? (last?.variadic ? last : undefined)) as Argument | undefined
}

function optionValues(option: Option, typed: string, cli: Cli): Values {
  if (option.argChoices !== undefined) return option.argChoices
  const [, placeholder = ''] = /<([a-z-]+)/.exec(option.flags) ?? []
  const byOption = valuesOf(option.long ?? '', typed, cli)
  return byOption.length > 0 ? byOption : valuesOf(placeholder, typed, cli)
}

function fitting(values: Values, typed: string, prefix = ''): Suggestions {
  if (typeof values === 'string') return values
  return matching(
    values.map((value) => ({ value: prefix + value, description: '' })),
    typed,
  )
}

function matching(all: readonly Suggestion[], typed: string): readonly Suggestion[] {
  return all.filter(({ value }) => value.startsWith(typed))
}
