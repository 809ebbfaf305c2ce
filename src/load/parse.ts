import { type Document, isScalar, parseDocument, Schema, visit, type YAMLError } from 'yaml'
import type { Diagnostic, DiagnosticCode } from '../model/diagnostic.js'
import { overBudget } from './budget.js'
import { Lines } from './lines.js'
import { type Fault, toValue } from './to-value.js'

/** One file, parsed as YAML. */
export interface ParsedFile {
  /** Undefined if the text is too broken for further checks. */
  readonly value: unknown
  readonly diagnostics: readonly Diagnostic[]
}

// One schema for all files: creating it for each would take longer than reading a small file.
const CORE = new Schema({ schema: 'core', resolveKnownTags: false, merge: false })

/**
 * YAML 1.2, core schema, as nodes. toValue finds repeated keys. Never throws, whatever the text. A text that exceeds
 * the limits of a file has no nodes.
 */
export function parseNodes(text: string): Document {
  return parseDocument(overBudget(text) === undefined ? text : '', {
    version: '1.2',
    schema: CORE,
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: 'error',
  }) as Document
}

/** Reads one file's text as YAML, and collects everything that keeps it from being plain data. */
export function parse(file: string, text: string): ParsedFile {
  const excess = overBudget(text)
  if (excess !== undefined) return { value: undefined, diagnostics: place(file, text, [excess]) }
  const document = parseNodes(text)
  // The library gives up when its stack ends, which can be anywhere. The deep nesting that caused it has a place.
  const tooDeep = document.errors.some(({ code }) => code === 'RESOURCE_EXHAUSTION')
  const faults = tooDeep ? [] : documentFaults(document, text)
  if (faults.some(({ ends }) => ends)) return { value: undefined, diagnostics: place(file, text, faults) }
  const { value, faults: more } = toValue(document)
  const all = [...faults, ...more]
  if (all.length === 0) return { value, diagnostics: [] }
  return { value: more.some(({ ends }) => ends) ? undefined : value, diagnostics: place(file, text, all) }
}

function documentFaults(document: Document, text: string): Fault[] {
  const quotes = new Quotes(document)
  const told = [...document.errors, ...document.warnings].map((error) => toFault(error, quotes, text))
  const faults = told.length > 0 ? (conflictFaults(text) ?? told) : told
  const { yaml } = document.directives ?? { yaml: { version: '1.2', explicit: false } }
  if (yaml.explicit && yaml.version !== '1.2') {
    faults.push({
      code: 'YAML_SYNTAX',
      message: `YAML ${yaml.version} is asked for, but definitions are YAML 1.2`,
      hint: 'remove the line',
      offset: Math.max(0, text.search(/^%YAML/m)),
      ends: true,
    })
  }
  if (faults.length === 0 && isEmpty(document)) {
    faults.push({
      code: 'FILE_EMPTY',
      message: 'the file holds no document',
      hint: 'write something into it, or remove the file',
      offset: 0,
      ends: true,
    })
  }
  return oneOfEach(faults)
}

/** If a merge left its marks, the parser's messages about them lead nowhere. */
function conflictFaults(text: string): Fault[] | undefined {
  const offset = text.search(/^<{7} /m)
  if (offset === -1 || !/^={7}\r?$/m.test(text.slice(offset))) return undefined
  const hint = 'keep what is right of both sides, and remove the lines that begin with <<<<<<<, ======= and >>>>>>>'
  return [{ code: 'YAML_SYNTAX', message: 'a merge has left a conflict here', hint, offset, ends: true }]
}

/** After the first syntax error the parser guesses, so most further messages are echoes. */
function oneOfEach(faults: readonly Fault[]): Fault[] {
  const isEcho = ({ code }: Fault) => code === 'YAML_SYNTAX' || code === 'YAML_TAB'
  let first: Fault | undefined
  for (const fault of faults) {
    if (!isEcho(fault)) continue
    const earlier = first === undefined || fault.offset < first.offset
    // The tab is why the text around it makes no sense.
    if (earlier || (fault.offset === first?.offset && fault.code === 'YAML_TAB')) first = fault
  }
  return faults.filter((fault) => !isEcho(fault) || fault === first)
}

function isEmpty({ contents }: Document): boolean {
  return contents === null || (isScalar(contents) && contents.value === null && contents.source === '')
}

const CODES: Readonly<Record<string, DiagnosticCode>> = {
  TAB_AS_INDENT: 'YAML_TAB',
  MULTIPLE_DOCS: 'YAML_SEVERAL_DOCUMENTS',
  BAD_ALIAS: 'YAML_ALIASES',
  TAG_RESOLVE_FAILED: 'YAML_TAG',
}

const HINTS: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'indent with spaces',
  MULTIPLE_DOCS: 'write one flow per file',
  TAG_RESOLVE_FAILED: 'remove what begins with !; a text that does needs quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a text that holds ": " needs quotes; or is a line indented too far?',
  BAD_INDENT: 'all fields of one mapping begin in the same column',
  MULTILINE_IMPLICIT_KEY: 'is a ":" missing, or a quote not closed?',
  BAD_SCALAR_START: 'a text that begins with this character needs quotes',
  MISSING_CHAR: 'is a ":", a bracket or a quote missing?',
}

function toFault({ code, message, pos }: YAMLError, quotes: Quotes, text: string): Fault {
  const ours = CODES[code] ?? 'YAML_SYNTAX'
  const hint = HINTS[code]
  const unclosed = /^Missing closing ["']/.test(message)
  const offset = unclosed ? quotes.lastBefore(pos[0]) : pos[0]
  return {
    code: ours,
    message: MESSAGES[ours]?.(text, offset) ?? sentence(message),
    ...(hint !== undefined && { hint: unclosed ? 'close the quote that begins here' : hint }),
    offset,
    ...(ours !== 'YAML_TAG' && { ends: true as const }),
  }
}

const MESSAGES: Partial<Record<DiagnosticCode, (text: string, offset: number) => string>> = {
  YAML_SEVERAL_DOCUMENTS: () => 'a second document begins here',
  YAML_TAG: (text, offset) => `the tag ${/^\S{0,60}/.exec(text.slice(offset, offset + 60))?.[0]} is not supported`,
}

/** An unclosed quote is noticed at the end of the text, but the reader must look at its beginning. */
class Quotes {
  readonly #document: Document
  /** Starts of quoted texts, in order. Found only once, however many faults there are. */
  #starts: readonly number[] | undefined

  constructor(document: Document) {
    this.#document = document
  }

  lastBefore(noticed: number): number {
    this.#starts ??= this.#find()
    let [low, high] = [0, this.#starts.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#starts[middle] ?? 0) < noticed) low = middle + 1
      else high = middle
    }
    return this.#starts[low - 1] ?? noticed
  }

  #find(): number[] {
    const starts: number[] = []
    visit(this.#document, {
      Scalar(_, { type, range }) {
        if ((type === 'QUOTE_DOUBLE' || type === 'QUOTE_SINGLE') && range) starts.push(range[0])
      },
    })
    return starts.sort((a, b) => a - b)
  }
}

function sentence(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1)
}

function place(file: string, text: string, faults: readonly Fault[]): Diagnostic[] {
  const lines = new Lines(text)
  return faults.map(({ code, message, hint, offset, relatedOffset }) => ({
    severity: 'error',
    code,
    message,
    ...(hint !== undefined && { hint }),
    at: { file, ...lines.at(offset) },
    ...(relatedOffset !== undefined && { related: [{ file, ...lines.at(relatedOffset) }] }),
  }))
}
