/** Stripe's secret and restricted keys, and those of the flows service, which take the same shape. */
const API_KEY = /\b[sr]k_(?:live|test)_[A-Za-z0-9_]{4,}/

export function looksLikeApiKey(text: string): boolean {
  return API_KEY.test(text)
}
