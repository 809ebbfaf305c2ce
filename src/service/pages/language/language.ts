import de from './de.json' with { type: 'json' }
import en from './en.json' with { type: 'json' }

/** The messages of every language, by its tag. English comes first: it is shown where nothing else fits. */
export const MESSAGES = { en, de } satisfies Record<string, Readonly<Record<MessageName, string>>>

export type MessageName = keyof typeof en
export type Tag = keyof typeof MESSAGES

export const TAGS = Object.keys(MESSAGES) as readonly Tag[]

/** A language that pages are shown in. */
export interface Language {
  readonly tag: Tag
  /** A message with its values. */
  readonly say: (name: MessageName, values?: Readonly<Record<string, string | number>>) => string
  /** A message in two parts, around the place of a value that is not text. */
  readonly around: (name: MessageName, value: string) => readonly [before: string, after: string]
  /** "a, b or c". */
  readonly oneOf: (texts: readonly string[]) => string
  /** The message of this name, if there is one. */
  readonly find: (name: string) => string | undefined
  /** The name of a country by its code of two letters. */
  readonly country: (code: string) => string
  /** Countries in the order of their names. */
  readonly inOrder: (codes: readonly string[]) => readonly (readonly [code: string, name: string])[]
}

const LANGUAGES = new Map(TAGS.map((tag) => [tag, languageOf(tag)]))

/**
 * The language that is named; else the one that the browser likes best (Accept-Language, RFC 9110, 12.5.4) of those there
 * are; else English.
 */
export function languageFor(named: string | undefined, accepted: string | undefined): Language {
  const tag = tagOf(named ?? '') ?? likings(accepted ?? '').flatMap((one) => tagOf(one) ?? [])[0] ?? 'en'
  return LANGUAGES.get(tag) as Language
}

/** "de-AT" is German. */
function tagOf(text: string): Tag | undefined {
  const [primary = ''] = text.toLowerCase().split('-')
  return TAGS.find((tag) => tag === primary)
}

/** More than browsers send. */
const MOST_LIKINGS = 20

function likings(header: string): readonly string[] {
  return header
    .split(',', MOST_LIKINGS)
    .map((part) => {
      const [tag = '', ...params] = part.split(';').map((text) => text.trim())
      const [, quality = '1'] = /^q=([\d.]+)$/.exec(params[0] ?? '') ?? []
      return { tag, quality: Number(quality) }
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality)
    .map(({ tag }) => tag)
}

function languageOf(tag: Tag): Language {
  const messages: Readonly<Record<MessageName, string>> = MESSAGES[tag]
  const names = new Intl.DisplayNames(tag, { type: 'region' })
  const country = (code: string) => names.of(code) ?? code
  const list = new Intl.ListFormat(tag, { type: 'disjunction' })
  const collator = new Intl.Collator(tag)
  // A list of countries is on every page that asks for one, and does not change.
  const ordered = new WeakMap<readonly string[], readonly (readonly [string, string])[]>()
  return {
    tag,
    say: (name, values = {}) =>
      messages[name].replace(/\{(\w+)\}/g, (whole, value: string) => String(values[value] ?? whole)),
    around: (name, value) => {
      const [before = '', after = ''] = messages[name].split(`{${value}}`)
      return [before, after]
    },
    oneOf: (texts) => list.format(texts),
    find: (name) => (Object.hasOwn(messages, name) ? messages[name as MessageName] : undefined),
    country,
    inOrder: (codes) => {
      const known = ordered.get(codes)
      if (known !== undefined) return known
      const made = codes.map((code) => [code, country(code)] as const).sort(([, a], [, b]) => collator.compare(a, b))
      ordered.set(codes, made)
      return made
    },
  }
}
