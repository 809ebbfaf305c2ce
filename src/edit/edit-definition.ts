import { isDeepStrictEqual } from 'node:util'
import { parseDocument } from 'yaml'
import { formatDefinition } from '../load/format.js'
import { parse } from '../load/parse.js'
import { type FlowConfig, referencesIn } from '../model/flow.js'
import { isObject } from '../model/json.js'
import type { Mode, Modes } from '../model/mode.js'
import type { FlowDefinition } from '../model/schema-types.js'
import { checkDefinition } from '../validate/definition.js'
import { type Around, configOf, holds, isValid } from './around.js'
import { withConfig } from './with-config.js'
import { rewrite } from './yaml/rewrite.js'
import { Source } from './yaml/source.js'

/** A definition's text in its file. It must be valid. */
export interface DefinitionText {
  readonly file: string
  readonly text: string
}

export interface Target {
  readonly environment: string
  /** What stands around the definition: the bases that it extends, and variables. By default nothing. */
  readonly around?: Around | undefined
  /** Every environment of the configuration. */
  readonly environments: Modes
  /** The wanted configuration of the flow in that environment. */
  readonly config: FlowConfig
  /** The flow's earlier key, if the file gets another name; left out to keep `renamed_from` as it is. */
  readonly renamedFrom?: string | null
}

/** No edit of a text can say what is wanted without losing a comment. The text stays as it is. */
export class NotEditable extends Error {
  override readonly name = 'NotEditable'
  readonly file: string

  constructor(file: string) {
    super(`${file}: no edit of this text says what it is to say and keeps every comment`)
    this.file = file
  }
}

/**
 * A definition edited so that it says `config` for its flow in one environment, and the same as before for all others.
 * Only differences are edited: the rest stays byte for byte, and every comment is kept. Text in standard layout stays
 * in it, so `fmt` has nothing to do; any other text keeps its author's layout. Pure. Throws if the text is not a valid
 * definition, or if no definition could say this. Throws NotEditable if this text cannot be edited. The result is
 * always read and checked again, so it never says anything else than what was asked for.
 */
export function editDefinition({ file, text }: DefinitionText, target: Target): string {
  const before = definitionOf(file, text, target.environments, target.around)
  const made = withConfig(before, target)
  if (made === undefined) {
    throw new Error(`${file}: no definition says this of the flow in ${target.environment} and leaves the others alone`)
  }
  return editText({ file, text }, withRename(made, target.renamedFrom), (wanted) => holds(wanted, before, target))
}

/**
 * The same for a text of whose project nothing is known, as somebody pastes it. Only a definition that says all of its
 * flow by itself can be edited so. Otherwise answers why not. `before` is what the text says unedited.
 */
export function editAlone(
  { file, text }: DefinitionText,
  { config, mode }: { readonly config: FlowConfig; readonly mode: Mode },
): { readonly text: string; readonly before: FlowConfig } | { readonly fault: string } {
  const { value, diagnostics } = parse(file, text)
  const [first] = diagnostics
  if (first !== undefined) return { fault: `line ${first.at.line}: ${first.message}` }
  if (isObject(value)) {
    const around = ['extends', 'environments'].find((name) => Object.hasOwn(value, name))
    if (around !== undefined) return { fault: `it has "${around}": what it says depends on more than this text` }
    const [variable] = referencesIn(value)
    if (variable !== undefined) return { fault: `it takes the variable "${variable.variable}" from flows.config.yaml` }
  }
  const environments: Modes = new Map([[mode, mode]])
  const [issue] = checkDefinition(value, environments)
  if (issue !== undefined) return { fault: issue.message }
  try {
    const about = { environment: mode, environments }
    const before = configOf(value as FlowDefinition, about)
    return { text: editDefinition({ file, text }, { ...about, config }), before }
  } catch (error) {
    if (error instanceof NotEditable) return { fault: 'no edit of this text keeps every comment of it' }
    throw error
  }
}

/**
 * A text edited so that it says `wanted`, which must hold. Throws NotEditable if that is impossible without losing a
 * comment.
 */
export function editText<Said>(
  { file, text }: DefinitionText,
  wanted: Said,
  isRight: (wanted: Said) => boolean,
): string {
  for (const write of [rewrite, rewriteLoosely]) {
    const edited = attempt(() => write(text, wanted))
    if (edited !== undefined && says(file, edited, wanted) && keepsComments(text, edited)) {
      if (!isRight(wanted)) break
      return isInLayout(file, text) ? inLayout(file, edited) : edited
    }
  }
  throw new NotEditable(file)
}

/** Parses a text that was checked before, with what is around it. */
export function definitionOf(file: string, text: string, environments: Modes, around?: Around): FlowDefinition {
  const { value, diagnostics } = parse(file, text)
  if (diagnostics.length > 0 || !isValid(value, environments, around)) {
    throw new Error(`${file} is not a valid definition: check it before it is edited`)
  }
  return value as FlowDefinition
}

function withRename(definition: FlowDefinition, renamedFrom: string | null | undefined): FlowDefinition {
  if (renamedFrom === undefined) return definition
  const { renamed_from: _, ...rest } = definition
  return renamedFrom === null ? rest : { ...rest, renamed_from: renamedFrom }
}

function isInLayout(file: string, text: string): boolean {
  return inLayout(file, text) === text
}

/** The formatter's result says the same and keeps every comment. */
function inLayout(file: string, text: string): string {
  const formatted = formatDefinition(file, text)
  return 'text' in formatted ? formatted.text : text
}

function says(file: string, text: string, wanted: unknown): boolean {
  const { value, diagnostics } = parse(file, text)
  return diagnostics.length === 0 && isDeepStrictEqual(value, wanted)
}

/** Comments may have moved. */
function keepsComments(before: string, after: string): boolean {
  return isDeepStrictEqual(commentsIn(before).toSorted(), commentsIn(after).toSorted())
}

function commentsIn(text: string): string[] {
  return new Source(text).comments(0, text.length).map((comment) => comment.text.trimEnd())
}

/** Rare spellings (such as an explicit key on the line of a tag) defeat an edit; the result is then undefined. */
function attempt(write: () => string): string | undefined {
  try {
    return write()
  } catch {
    return undefined
  }
}

/** For texts that cannot be edited in place: the library writes the whole document anew and keeps its comments. */
function rewriteLoosely(text: string, wanted: unknown): string {
  const document = parseDocument(text, { version: '1.2' })
  const apply = (path: readonly string[], now: unknown, then: unknown): void => {
    if (isDeepStrictEqual(now, then)) return
    if (!isObject(now) || !isObject(then)) {
      document.setIn(path, document.createNode(then))
      return
    }
    for (const name of Object.keys(now)) if (!Object.hasOwn(then, name)) document.deleteIn([...path, name])
    for (const [name, value] of Object.entries(then)) {
      apply([...path, name], Object.hasOwn(now, name) ? now[name] : undefined, value)
    }
  }
  apply([], document.toJS(), wanted)
  const written = document.toString({ lineWidth: 0 })
  return /^[^\n]*\r\n/.test(text) ? written.replaceAll(/\r?\n/g, '\r\n') : written
}
