import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { InvalidArgumentError } from '@commander-js/extra-typings'
import { badUsage, Failure, InvalidDefinitions } from '../../app/failure.js'
import { decode } from '../../load/decode.js'
import { parse } from '../../load/parse.js'
import { placeIssues } from '../../load/place-issues.js'
import { SourceMap } from '../../load/source-map.js'
import type { Issue } from '../../model/diagnostic.js'
import { isObject } from '../../model/json.js'
import { toPointer } from '../../model/json-pointer.js'
import { nearest } from '../../text/nearest.js'
import { printable } from '../../text/text.js'
import type { Terminal } from '../program/terminal.js'
import { allOf } from './all-of.js'
import { variable } from './variables.js'

/*
 * The options of a service can be given by its command line, else by variables, else by a file of settings. Names are
 * derived: --rate-limit is FLOWS_SERVE_RATE_LIMIT, and rate_limit in the file. The prefix is not FLOWS_ alone, because
 * Kubernetes sets FLOWS_PORT where a Service is called "flows".
 */

const PREFIX = 'FLOWS_SERVE_'

/** The option that names the file. */
const FILE_OPTION = '--settings'

/** Larger than any file of settings, in bytes. */
const LARGEST_FILE = 256 * 1024

/** What is needed of an option of the command line. */
interface SettingOption {
  readonly long?: string | undefined
  readonly flags: string
  readonly description: string
  readonly defaultValue?: unknown
  readonly parseArg?: ((value: string, previous: never) => unknown) | undefined
  attributeName(): string
  isBoolean(): boolean
}

interface SettingCommand {
  readonly options: readonly SettingOption[]
  getOptionValueSource(name: never): string | undefined
  setOptionValueWithSource(name: never, value: never, source: never): unknown
}

/** One thing that can be set, in each of its three places. */
export interface Setting {
  /** As help has it: `--rate-limit <n>`. */
  readonly flags: string
  readonly variable: string
  /** Its field in the file; undefined for the file itself. */
  readonly field: string | undefined
  readonly description: string
  /** Undefined if it has none. */
  readonly byDefault: unknown
}

/** Everything that can be set, in the order of the command's help. */
export function settingsOf(command: SettingCommand): readonly Setting[] {
  return settable(command).map((option) => ({
    flags: option.flags.replace(/^-\w, /, ''),
    variable: variableOf(option),
    field: option.long === FILE_OPTION ? undefined : fieldOf(option),
    description: option.description,
    byDefault: option.defaultValue,
  }))
}

/**
 * Sets the options that the command line does not, from variables and from the file of settings. Throws everything that
 * is wrong with them: Failure for the variables, InvalidDefinitions for the file.
 */
export function settle(command: SettingCommand, { env, cwd }: Pick<Terminal, 'env' | 'cwd'>, fileGiven?: string): void {
  const isOpen = (option: SettingOption) => command.getOptionValueSource(option.attributeName() as never) !== 'cli'
  const set = (option: SettingOption, value: unknown, source: string) =>
    command.setOptionValueWithSource(option.attributeName() as never, value as never, source as never)
  const open = settable(command).filter(isOpen)
  const fromVariables = new Map<SettingOption, string>()
  const named = settable(command).find(({ long }) => long === FILE_OPTION)
  allOf([
    () => refuseUnknown(command, env),
    ...open.map((option) => () => {
      const text = variable(env, variableOf(option))
      if (text !== undefined) fromVariables.set(option, text)
    }),
    ...open.map((option) => () => {
      const text = fromVariables.get(option)
      if (text !== undefined) set(option, parsedVariable(option, text), 'env')
    }),
    () => {
      const file = fileGiven ?? (named && fromVariables.get(named))
      const values = file === undefined ? [] : valuesOf(command, file, cwd)
      for (const [option, value] of values) {
        if (isOpen(option) && !fromVariables.has(option)) set(option, value, 'file')
      }
    },
  ])
}

/** A misspelt variable would be passed over without a word, and the service would run with another setting. */
function refuseUnknown(command: SettingCommand, env: Terminal['env']): void {
  const known = settable(command).map(variableOf)
  const all = [...known, ...known.map((name) => `${name}_FILE`)]
  const unknown = Object.keys(env).filter((name) => name.startsWith(PREFIX) && !all.includes(name) && env[name]?.trim())
  const ending = (name: string) => name.slice(PREFIX.length)
  allOf(
    unknown.map((name) => () => {
      const near = nearest(ending(name), all.map(ending))
      const hint = near === undefined ? `the variables are ${known.join(', ')}` : `did you mean ${PREFIX}${near}?`
      throw badUsage(`flows serve has no variable ${printable(name)}`, hint)
    }),
  )
}

function settable({ options }: SettingCommand): readonly SettingOption[] {
  return options.filter(({ long }) => long !== undefined && long !== '--help')
}

function variableOf(option: SettingOption): string {
  return `${PREFIX}${fieldOf(option).toUpperCase()}`
}

function fieldOf({ long = '' }: SettingOption): string {
  return long.slice(2).replaceAll('-', '_')
}

function parsedVariable(option: SettingOption, text: string): unknown {
  try {
    return parsed(option, text)
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error
    throw badUsage(`the value of ${variableOf(option)} cannot be used: ${error.message}`)
  }
}

/** Throws InvalidArgumentError. */
function parsed(option: SettingOption, text: string): unknown {
  if (!option.isBoolean()) return option.parseArg === undefined ? text : option.parseArg(text, undefined as never)
  if (/^(true|1)$/i.test(text)) return true
  if (/^(false|0)$/i.test(text)) return false
  throw new InvalidArgumentError('It is true or false.')
}

/** What the file says, by option. */
function valuesOf(command: SettingCommand, file: string, cwd: string): ReadonlyMap<SettingOption, unknown> {
  const decoded = decode(file, bytesOf(file, resolve(cwd, file)))
  if ('fault' in decoded) throw new InvalidDefinitions([decoded.fault], cwd)
  const { value, diagnostics } = parse(file, decoded.text)
  const values = new Map<SettingOption, unknown>()
  const issues = value === undefined ? [] : issuesOf(command, value, values)
  const all = [...diagnostics, ...placeIssues(file, issues, new SourceMap(decoded.text))]
  if (all.length > 0) throw new InvalidDefinitions(all, cwd)
  return values
}

function bytesOf(file: string, path: string): Buffer {
  try {
    const { size } = statSync(path)
    if (size > LARGEST_FILE) throw new Error(`it is larger than ${LARGEST_FILE} bytes`)
    return readFileSync(path)
  } catch (cause) {
    throw new Failure('settings_invalid', `${printable(file)} cannot be read: ${(cause as Error).message}`, { cause })
  }
}

/** Collects the usable values, and returns what is wrong with the others. */
function issuesOf(command: SettingCommand, value: unknown, values: Map<SettingOption, unknown>): Issue[] {
  if (!isObject(value)) {
    const message = 'settings are fields with values, such as "port: 4010"'
    return [{ code: 'WRONG_TYPE', message, pointer: '', part: 'value' }]
  }
  const options = new Map(settable(command).map((option) => [fieldOf(option), option]))
  options.delete(FILE_OPTION.slice(2))
  return Object.entries(value).flatMap(([field, given]): Issue[] => {
    const pointer = toPointer([field])
    const option = options.get(field)
    if (option === undefined) return [unknownField(field, pointer, [...options.keys()])]
    const wrong = (message: string, hint?: string): Issue[] => [
      { code: 'INVALID_VALUE', message: `${field}: ${message}`, pointer, part: 'value', ...(hint && { hint }) },
    ]
    const text = textOf(given)
    if (text === undefined) return wrong('a text, a number, true, false or a list of texts belongs here')
    if (/:\/\/[^/@]*:[^/@]*@/.test(text)) {
      const name = variableOf(option)
      return wrong('an address with a password does not belong in a file', `set ${name}, or ${name}_FILE`)
    }
    try {
      values.set(option, parsed(option, text))
      return []
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error
      return wrong(error.message)
    }
  })
}

function unknownField(field: string, pointer: string, known: readonly string[]): Issue {
  const near = nearest(field, known)
  const isAddress = /^database_url$/i.test(field)
  const hint = isAddress
    ? 'it holds a password: set DATABASE_URL, or DATABASE_URL_FILE'
    : near === undefined
      ? `the settings are ${known.join(', ')}`
      : `did you mean ${near}?`
  return { code: 'UNKNOWN_FIELD', message: `no setting has the name "${printable(field)}"`, hint, pointer, part: 'key' }
}

/** A value of the file as the command line would have it. */
function textOf(given: unknown): string | undefined {
  if (typeof given === 'string' || typeof given === 'number' || typeof given === 'boolean') return String(given)
  if (Array.isArray(given) && given.every((one) => typeof one === 'string')) return given.join(',')
  return undefined
}
