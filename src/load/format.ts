import { isDeepStrictEqual } from 'node:util'
import { type Document, isMap, isScalar, isSeq, type Node, visit, YAMLMap, YAMLSeq } from 'yaml'
import type { Diagnostic } from '../model/diagnostic.js'
import { BODY_FIELDS } from '../model/flow.js'
import { escapeHiddenInYaml, hasHidden } from '../text/hidden-characters.js'
import { lexemesOf } from './lexemes.js'
import { parse, parseNodes } from './parse.js'

/** The order of a mapping's members, by name. Other members follow in the author's order. */
interface Order {
  readonly [name: string]: Order | null
}

const OPTIONS: Order = {
  document: { allowed_types: null, require_id_number: null, require_live_capture: null, require_matching_selfie: null },
  email: { require_verification: null },
  phone: { require_verification: null },
  matching: { name: null, dob: null },
}
const INNER: Order = { options: OPTIONS, stripe_flow: { test: null, live: null } }
const BODY: Order = Object.fromEntries(BODY_FIELDS.map((field) => [field, INNER[field] ?? null]))

/** The order of a definition's members; tests compare it with the schema. */
export const DEFINITION_ORDER: Order = { extends: null, ...BODY, renamed_from: null, environments: null }

/** The order of a policy's members; tests compare it with the schema. */
export const POLICY_ORDER: Order = {
  description: null,
  environments: null,
  when: null,
  require: null,
  message: null,
  level: null,
  at: null,
}

/** The order of the members of a file of tests, and of each test; tests compare them with the schema. */
export const TEST_FILE_ORDER: Order = { description: null, given: null, tests: null }
export const TEST_ORDER: Order = {
  name: null,
  given: null,
  when: null,
  change: BODY,
  before: BODY,
  after: BODY,
  // biome-ignore lint/suspicious/noThenProperty: it is null, so nothing takes this for a promise
  then: null,
  expect: null,
}

export interface FormatOptions {
  /** The relative address for the modeline, if the text has no modeline yet. */
  readonly schema?: string | undefined
}

export type Formatted = { readonly text: string } | { readonly diagnostics: readonly Diagnostic[] }

/**
 * A definition in standard layout: members in one order, two spaces of indentation, at most one blank line in a row.
 * Comments stay next to what they belong to. The meaning stays the same, and formatting again changes nothing. All
 * lines end like the first one.
 */
export function formatDefinition(file: string, text: string, options: FormatOptions = {}): Formatted {
  return format(file, text, sortDefinition, options)
}

/** A policy in standard layout, by the same rules. */
export function formatPolicy(file: string, text: string, options: FormatOptions = {}): Formatted {
  return format(file, text, sortPolicy, options)
}

/** A file of tests in standard layout, by the same rules. The order of the tests stays. */
export function formatTests(file: string, text: string, options: FormatOptions = {}): Formatted {
  return format(file, text, sortTests, options)
}

function format(file: string, text: string, sort: Sort, { schema }: FormatOptions): Formatted {
  const written = text.replace(/^\ufeff/, '')
  const source = written.replaceAll('\r\n', '\n')
  // A checkout on Windows has its own line endings, so they are not the author's to mend.
  const withLineEnds = (result: string) => (/^[^\n]*\r\n/.test(written) ? result.replaceAll('\n', '\r\n') : result)
  const { value, diagnostics } = parse(file, written)
  if (diagnostics.length > 0) return { diagnostics }
  const { modeline, header, rest } = split(source)
  const first = modeline ?? (schema === undefined ? '' : `# yaml-language-server: $schema=${schema}\n`)
  for (const layout of [sort, leaveOrder]) {
    const formatted = withLineEnds(`${first}${header}${stable(rest, layout)}`)
    // For some rare spellings, the library writes something with another meaning. Then the text stays as it was.
    if (isDeepStrictEqual(parse(file, formatted).value, value)) return { text: formatted }
  }
  return { text: withLineEnds(source) }
}

/**
 * Splits off what is before the first field: the modeline, which comes first, and comments about the whole file.
 * Otherwise these comments would move with the field that they happen to precede.
 */
function split(text: string): { modeline: string | undefined; header: string; rest: string } {
  let modeline: string | undefined
  let header = ''
  let rest = text
  for (;;) {
    const line = /^(?:[ \t]*(#[^\n]*)?|---[ \t]*|%[^\n]*)(?:\n|$)/.exec(rest)
    if (line === null || rest === '') break
    rest = rest.slice(line[0].length)
    const comment = line[1]?.trimEnd()
    if (modeline === undefined && comment !== undefined && MODELINE.test(comment)) modeline = `${comment}\n`
    else if (comment !== undefined) header += `${comment}\n`
    else if (line[0].trim() === '' && header !== '' && !header.endsWith('\n\n')) header += '\n'
  }
  return { modeline, header, rest }
}

const MODELINE = /^#\s*yaml-language-server:/

/** Some layouts need a second round before they are stable: moved comments get their final indentation. */
function stable(text: string, layout: Sort): string {
  let last = text
  for (let round = 0; round < 4; round += 1) {
    const next = write(last, layout)
    if (next === last) break
    last = next
  }
  return last
}

function write(text: string, layout: Sort): string {
  const document = parseNodes(text)
  layout(document)
  visit(document, {
    Seq(_, seq) {
      if (seq.flow) seq.toString = withoutPadding
    },
    // Inside of such a list it would have none either.
    Map(_, map) {
      if (map.flow) map.toString = withPadding
    },
  })
  const written = document.toString({ indent: 2, lineWidth: 0, directives: false })
  const folded = withFolds(written, foldedTexts(document, text))
  const isSame = folded === written || isDeepStrictEqual(parseNodes(folded).toJS(), parseNodes(written).toJS())
  return withEscapes(isSame ? folded : written)
}

/** The lines of texts after ">", without indentation, in the order of the document. */
function foldedTexts(document: Document, text: string): string[][] {
  const texts: string[][] = []
  visit(document, {
    Scalar(_, { type, range }) {
      if (type !== 'BLOCK_FOLDED' || !range) return
      const [, ...lines] = text.slice(range[0], range[1]).trimEnd().split('\n')
      const indent = /^ */.exec(lines.find((line) => line.trim() !== '') ?? '')?.[0].length ?? 0
      texts.push(lines.map((line) => line.slice(indent)))
    },
  })
  return texts
}

/** Keeps the author's line breaks, which follow the parts of an expression; the library would join the lines. */
function withFolds(written: string, texts: readonly string[][]): string {
  const lexemes = lexemesOf(written)
  const headers = lexemes.flatMap(({ text, isContent }, index) => (!isContent && text.startsWith('>') ? [index] : []))
  if (headers.length !== texts.length) return written
  for (const [count, header] of headers.entries()) {
    const index = lexemes.findIndex(({ isContent }, at) => at > header && isContent)
    const { text = '' } = lexemes[index] ?? {}
    const indent = /^\s*\n( *)|^( *)/.exec(text)?.slice(1).join('') ?? ''
    const lines = texts[count]?.map((line) => (line.trim() === '' ? '' : `${indent}${line}`)) ?? []
    lexemes[index] = { text: `${lines.join('\n')}${/\s*$/.exec(text)?.[0] ?? ''}`, isContent: true }
  }
  return lexemes.map(({ text }) => text).join('')
}

/** Writes hidden characters as escapes in double quotes; the library would write the characters themselves. */
function withEscapes(text: string): string {
  if (!hasHidden(text)) return text
  return lexemesOf(text)
    .map((lexeme) => (lexeme.text.startsWith('"') && !lexeme.isContent ? escapeHiddenInYaml(lexeme.text) : lexeme.text))
    .join('')
}

/** `[passport, id_card]`, but `{ active: true }`: the library can only pad both or neither. */
function withoutPadding(this: YAMLSeq, ...[context, ...rest]: Parameters<YAMLSeq['toString']>): string {
  return YAMLSeq.prototype.toString.call(this, context && { ...context, flowCollectionPadding: '' }, ...rest)
}

function withPadding(this: YAMLMap, ...[context, ...rest]: Parameters<YAMLMap['toString']>): string {
  return YAMLMap.prototype.toString.call(this, context && { ...context, flowCollectionPadding: ' ' }, ...rest)
}

function leaveOrder(): void {}

type Sort = (document: Document) => void

function sortPolicy(document: Document): void {
  sortMembers(document.contents, POLICY_ORDER, new Aliases(document))
}

function sortDefinition(document: Document): void {
  const aliases = new Aliases(document)
  sortMembers(document.contents, DEFINITION_ORDER, aliases)
  const environments = isMap(document.contents) ? document.contents.get('environments', true) : undefined
  if (!isMap(environments)) return
  for (const { value } of environments.items) sortMembers(value, BODY, aliases)
}

function sortTests(document: Document): void {
  const { contents } = document
  const aliases = new Aliases(document)
  sortMembers(contents, TEST_FILE_ORDER, aliases)
  const tests = isMap(contents) ? contents.get('tests', true) : undefined
  if (!isSeq(tests)) return
  for (const test of tests.items) sortMembers(test, TEST_ORDER, aliases)
}

/**
 * The aliases of a document and what each repeats. Sorting may neither bring one before its anchor, nor behind another
 * anchor of the same name.
 */
class Aliases {
  readonly #document: Document
  readonly #targets = new Map<Node, Node | undefined>()

  constructor(document: Document) {
    this.#document = document
    this.#walk((alias, target) => void this.#targets.set(alias, target))
  }

  areKept(): boolean {
    let isKept = true
    if (this.#targets.size === 0) return isKept
    this.#walk((alias, target) => {
      isKept &&= target !== undefined && this.#targets.get(alias) === target
    })
    return isKept
  }

  #walk(each: (alias: Node, target: Node | undefined) => void): void {
    const anchors = new Map<string, Node>()
    visit(this.#document, {
      Alias: (_, alias) => each(alias, anchors.get(alias.source)),
      Value: (_, node) => {
        if (node.anchor !== undefined) anchors.set(node.anchor, node)
      },
    })
  }
}

/** Where an alias is in the way, the members of that mapping stay in the author's order. */
function sortMembers(node: unknown, order: Order, aliases: Aliases): void {
  if (!isMap(node)) return
  const names = Object.keys(order)
  const rank = (map: YAMLMap['items'][number]) => {
    const index = isScalar(map.key) ? names.indexOf(String(map.key.value)) : -1
    return index === -1 ? names.length : index
  }
  const { items } = node
  const sorted = items.toSorted((a, b) => rank(a) - rank(b))
  node.items = sorted
  if (!aliases.areKept()) node.items = items
  // The blank line of the new first member would separate the mapping from its name.
  const first = node.items[0]?.key as Node | undefined
  if (first !== undefined && 'spaceBefore' in first) first.spaceBefore = false
  for (const { key, value } of node.items) {
    const inner = isScalar(key) && Object.hasOwn(order, String(key.value)) ? order[String(key.value)] : null
    if (inner) sortMembers(value, inner, aliases)
  }
}
