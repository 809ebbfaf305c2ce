import { DefaultTokenResolver, StringConcat, Tokenization } from 'cdktn'
import type { Construct } from 'constructs'
import { isObject } from '../model/json.js'

/**
 * Attributes for `synth --hcl`. It needs to know which attributes are blocks and maps, and it escapes too little.
 * Tokens are resolved first, because their values need escaping too.
 */
export function hclOf(scope: Construct, attributes: Readonly<Record<string, unknown>>): { [name: string]: unknown } {
  const resolver = new DefaultTokenResolver(new StringConcat())
  const resolved: Record<string, unknown> = Tokenization.resolve(attributes, { scope, resolver, preparing: false })
  return Object.fromEntries(
    Object.entries(quoted(resolved)).map(([name, value]) => {
      if (name === 'options' && isObject(value)) return [name, block(optionBlocks(value))]
      if (name === 'metadata') return [name, { value, isBlock: false, type: 'map', storageClassType: 'stringMap' }]
      return [name, value]
    }),
  )
}

function optionBlocks(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [name, block(value)]))
}

function block(value: unknown): unknown {
  return { value, isBlock: true, type: 'struct' }
}

/**
 * Strings as they must be between HCL quotes, including names in a map. The libraries escape neither backslashes nor
 * line ends, and no quotes in text with a dollar before a brace. They leave alone what is already escaped.
 */
function quoted<T>(value: T): T
function quoted(value: unknown): unknown {
  if (typeof value === 'string') return quotedText(value)
  if (Array.isArray(value)) return value.map(quoted)
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [quotedText(name), quoted(member)]))
}

/** Expressions between `${` and `}` stay unchanged: quotes in them belong to HCL. */
function quotedText(text: string): string {
  let done = ''
  let from = 0
  for (;;) {
    const start = expressionFrom(text, from)
    done += text.slice(from, start).replaceAll(SPECIAL, escaped)
    if (start === text.length) return done
    from = endOfExpression(text, start)
    done += text.slice(start, from)
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what must not stand in HCL as they are
const SPECIAL = /["\\\u0000-\u001f\u007f]/g
const SHORT: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function escaped(character: string): string {
  return SHORT[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** Start of the next expression; `$${` and `%%{` are text. */
function expressionFrom(text: string, from: number): number {
  for (const { 0: found, index } of text.slice(from).matchAll(/\$\$\{|%%\{|[$%]\{/g)) {
    if (found.length === 2) return from + index
  }
  return text.length
}

/** The place after the closing brace. Skips inner braces and strings, which may contain expressions again. */
function endOfExpression(text: string, start: number): number {
  let depth = 0
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '{') depth++
    else if (text[at] === '}' && --depth === 0) return at + 1
    else if (text[at] === '"') at = endOfString(text, at) - 1
  }
  return text.length
}

function endOfString(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text[at] !== '"') {
    if (text[at] === '\\') at += 2
    else if (/^[$%]{2}\{/.test(text.slice(at, at + 3))) at += 3
    else if (/^[$%]\{/.test(text.slice(at, at + 2))) at = endOfExpression(text, at)
    else at++
  }
  return at + 1
}
