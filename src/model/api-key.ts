/**
 * Secret, restricted and ephemeral keys of Stripe and of the flows service, which share one shape. It is the prefix,
 * then at least 24 letters and digits in a row. (Older Stripe keys have 24, newer ones about 100, keys of the service
 * 38.) Also the secrets that sign webhooks, of Stripe and of the service: the prefix, then at least 32. Anything
 * shorter, or broken by hyphens and underscores, is a name that somebody chose, such as the key of a flow.
 */
const SECRET = /(?<![A-Za-z0-9])([sre]k_(?:live|test)_(?=[A-Za-z0-9]{24})|whsec_(?=[A-Za-z0-9]{32}))[A-Za-z0-9]+/g

/** The length of the shortest of them. */
const SHORTEST = 'sk_live_'.length + 24

/** The kind of secret in a text, if it holds one. */
export function secretIn(text: string): 'an API key' | 'a signing secret of webhooks' | undefined {
  const start = text.search(SECRET)
  if (start === -1) return undefined
  return text.startsWith('whsec_', start) ? 'a signing secret of webhooks' : 'an API key'
}

/** A key that ends within this many seconds ends soon: long enough to make the next key, and to bring it where it is needed. */
export const ENDS_SOON = 14 * 24 * 60 * 60

/** Whether the text holds an API key, or a signing secret, which is kept just as secret. */
export function looksLikeApiKey(text: string): boolean {
  return secretIn(text) !== undefined
}

/** The text with every API key and signing secret cut down to its prefix. */
export function hideApiKeys(text: string): string {
  return text.length < SHORTEST ? text : text.replaceAll(SECRET, '$1...')
}

/**
 * Plain data in which every API key is cut down to its prefix, in names and values, at any depth. What holds none is the
 * same value, not a copy.
 */
export function withoutApiKeysIn<T>(value: T): T {
  return hiddenIn(value) as T
}

function hiddenIn(value: unknown): unknown {
  if (typeof value === 'string') return hideApiKeys(value)
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.some((item) => hiddenIn(item) !== item) ? value.map(hiddenIn) : value
  const members = Object.entries(value)
  if (members.every(([name, member]) => hideApiKeys(name) === name && hiddenIn(member) === member)) return value
  return Object.fromEntries(members.map(([name, member]) => [hideApiKeys(name), hiddenIn(member)]))
}

/** Why a text cannot be sent as an API key, in words that go on "the API key ..."; undefined if it can. */
export function keyFault(apiKey: string): string | undefined {
  if (apiKey === '') return 'is empty'
  if (/^\s|\s$/.test(apiKey)) return 'begins or ends with white space, such as the line break at the end of a file'
  if (/\s/.test(apiKey)) return 'holds white space'
  return /^[\x21-\x7e]+$/.test(apiKey) ? undefined : 'holds characters that no key has'
}
