import { type Document, isScalar, parseDocument, Schema, type YAMLError } from 'yaml'
import type { Diagnostic, DiagnosticCode } from '../model/diagnostic.js'
import { Lines } from './lines.js'
import { type Fault, toValue } from './to-value.js'

/** One file, read as YAML. */
export interface ParsedFile {
  /** Undefined when the text is too broken to be checked any further. */
  readonly value: unknown
  readonly diagnostics: readonly Diagnostic[]
}

// One schema for all files: making it anew for each takes longer than reading a small file.
const CORE = new Schema({ schema: 'core', resolveKnownTags: false, merge: false })

/** YAML 1.2, core schema, as nodes. Repeated keys are found in toValue. Never throws for any text. */
export function parseNodes(text: string): Document {
  return parseDocument(text, {
    version: '1.2',
    schema: CORE,
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: 'error',
  }) as Document
}

/** Reads one file's text as YAML and collects everything that keeps it from being plain data. */
export function parse(file: string, text: string): ParsedFile {
  const document = parseNodes(text)
  const faults = documentFaults(document, text)
  if (faults.some(({ ends }) => ends)) return { value: undefined, diagnostics: place(file, text, faults) }
  const { value, faults: more } = toValue(document)
  const all = [...faults, ...more]
  if (all.length === 0) return { value, diagnostics: [] }
  return { value: more.some(({ ends }) => ends) ? undefined : value, diagnostics: place(file, text, all) }
}

function documentFaults(document: Document, text: string): Fault[] {
  const faults: Fault[] = [...document.errors, ...document.warnings].map(toFault)
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
      hint: 'write a definition, or remove the file',
      offset: 0,
      ends: true,
    })
  }
  return oneOfEach(faults)
}

/** After the first syntax error the parser guesses, and most of what it says is an echo. */
function oneOfEach(faults: readonly Fault[]): Fault[] {
  const broken = faults
    .filter(({ code }) => code === 'YAML_SYNTAX' || code === 'YAML_TAB')
    .sort((a, b) => a.offset - b.offset || (a.code === 'YAML_TAB' ? -1 : 1))
  return faults.filter((fault) => !broken.includes(fault) || fault === broken[0])
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
  TAG_RESOLVE_FAILED: 'remove what begins with !',
  BLOCK_AS_IMPLICIT_KEY: 'a text that holds ": " needs quotes',
  BAD_INDENT: 'all fields of one mapping begin in the same column',
  MULTILINE_IMPLICIT_KEY: 'is a ":" missing, or a quote not closed?',
  BAD_SCALAR_START: 'a text that begins with this character needs quotes',
  MISSING_CHAR: 'is a ":", a bracket or a quote missing?',
}

function toFault({ code, message, pos }: YAMLError): Fault {
  const ours = CODES[code] ?? 'YAML_SYNTAX'
  const hint = HINTS[code]
  return {
    code: ours,
    message: ours === 'YAML_SEVERAL_DOCUMENTS' ? 'a second document begins here' : sentence(message),
    ...(hint !== undefined && { hint }),
    offset: pos[0],
    ...(ours !== 'YAML_TAG' && { ends: true as const }),
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
