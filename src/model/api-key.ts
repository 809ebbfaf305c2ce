/** Stripe's secret and restricted keys, and those of the flows service, which take the same shape. */
const API_KEY = /\b([sr]k_(?:live|test)_)[A-Za-z0-9_]{4,}/g

export function looksLikeApiKey(text: string): boolean {
  return text.search(API_KEY) !== -1
}

/** The text with every API key cut down to its prefix. */
export function hideApiKeys(text: string): string {
  return text.replaceAll(API_KEY, '$1...')
}
