import { KEY_PATTERN } from '../model/flow.js'

/** The key that the author of `name` may have meant; undefined if no part of it is usable. */
export function usableKey(name: string): string | undefined {
  const usable = name
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/[^a-z0-9_-]+/g, '-')
    .replaceAll(/^[-_]+|-+$/g, '')
    .slice(0, 63)
  return KEY_PATTERN.test(usable) ? usable : undefined
}
