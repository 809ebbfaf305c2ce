import { KEY_PATTERN } from '../model/flow.js'

/** The key that somebody who wrote `name` may have meant; undefined where nothing of it can be kept. */
export function usableKey(name: string): string | undefined {
  const usable = name
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/[^a-z0-9_-]+/g, '-')
    .replaceAll(/^[-_]+|-+$/g, '')
    .slice(0, 63)
  return KEY_PATTERN.test(usable) ? usable : undefined
}
