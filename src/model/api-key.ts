/**
 * Stripe's secret, restricted and ephemeral keys, and those of the flows service, which take the same shape: the prefix,
 * then at least 24 letters and digits in a row (Stripe's older keys have 24, its newer ones about 100, those of the service
 * 38).
 * And the secrets by which webhooks are signed, Stripe's and those of the service: the prefix, then at least 32.
 * What is shorter, or broken by hyphens and underscores, is a name that somebody chose, such as that of a flow.
 */
const SECRET = /(?<![A-Za-z0-9])([sre]k_(?:live|test)_(?=[A-Za-z0-9]{24})|whsec_(?=[A-Za-z0-9]{32}))[A-Za-z0-9]+/g

/** What kind of secret stands in a text, if one does. */
export function secretIn(text: string): 'an API key' | 'a signing secret of webhooks' | undefined {
  const start = text.search(SECRET)
  if (start === -1) return undefined
  return text.startsWith('whsec_', start) ? 'a signing secret of webhooks' : 'an API key'
}

/** Whether an API key stands in the text, or a signing secret, which is kept as one. */
export function looksLikeApiKey(text: string): boolean {
  return secretIn(text) !== undefined
}

/** The text with every API key and signing secret cut down to its prefix. */
export function hideApiKeys(text: string): string {
  return text.replaceAll(SECRET, '$1...')
}

/** Plain data with every API key in it cut down to its prefix: in names and values, at any depth. */
export function withoutApiKeysIn<T>(value: T): T {
  return hiddenIn(value) as T
}

function hiddenIn(value: unknown): unknown {
  if (typeof value === 'string') return hideApiKeys(value)
  if (Array.isArray(value)) return value.map(hiddenIn)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [hideApiKeys(name), hiddenIn(member)]))
}

/** What keeps a text from being sent as an API key, in words that go on "the API key ..."; undefined where nothing does. */
export function keyFault(apiKey: string): string | undefined {
  if (apiKey === '') return 'is empty'
  if (/^\s|\s$/.test(apiKey)) return 'begins or ends with white space, such as the line break at the end of a file'
  if (/\s/.test(apiKey)) return 'holds white space'
  return /^[\x21-\x7e]+$/.test(apiKey) ? undefined : 'holds characters that no key has'
}
