import { DOCUMENT_TYPES, type DocumentType } from '../model/flow.js'
import { isObject } from '../model/json.js'

/** A file as it is edited: plain data. */
export type Members = Record<string, unknown>
export type Path = readonly string[]

/**
 * `options: null` in a patch resets every option below. To change one, the others must be reset by name. `at`: where
 * the patch is.
 */
export function openNull(root: Members, at: Path, path: Path, below: unknown): void {
  for (let length = 1; length < path.length; length += 1) {
    const above = path.slice(0, length)
    if (valueAt(root, [...at, ...above]) !== null) continue
    const inBelow = valueAt(below, above)
    const nulls = isObject(inBelow) ? Object.fromEntries(Object.keys(inBelow).map((name) => [name, null])) : {}
    set(root, [...at, ...above], nulls)
  }
}

/** How an overlay sets a field: by a value, by null at or above the field, or (undefined) not at all. */
export function settingOf(overlay: unknown, path: Path): 'value' | 'null' | undefined {
  let at = overlay
  for (const name of path) {
    if (!isObject(at) || !Object.hasOwn(at, name)) return undefined
    at = at[name]
    if (at === null) return 'null'
  }
  return at === undefined ? undefined : 'value'
}

/** Keeps the author's order of a set and adds new items at its end. */
export function inAuthorsOrder(written: unknown, value: unknown): unknown {
  if (!Array.isArray(value)) return value
  const set = new Set(value as DocumentType[])
  const kept = Array.isArray(written) ? written.filter((type) => set.has(type)) : []
  return [...kept, ...DOCUMENT_TYPES.filter((type) => set.has(type) && !kept.includes(type))]
}

export function valueAt(value: unknown, path: Path): unknown {
  let at = value
  for (const name of path) {
    if (!isObject(at) || !Object.hasOwn(at, name)) return undefined
    at = at[name]
  }
  return at
}

export function set(root: Members, path: Path, value: unknown): void {
  let at = root
  for (const name of path.slice(0, -1)) {
    const inner = Object.hasOwn(at, name) ? at[name] : undefined
    const next: Members = isObject(inner) ? inner : {}
    at[name] = next
    at = next
  }
  at[path.at(-1) ?? ''] = value
}

/** Removes a member and the mappings that this leaves empty. */
export function remove(root: Members, path: Path): void {
  const [name, ...rest] = path
  if (name === undefined || !Object.hasOwn(root, name)) return
  if (rest.length === 0) {
    delete root[name]
    return
  }
  const inner = root[name]
  if (!isObject(inner) || valueAt(inner, rest) === undefined) return
  remove(inner, rest)
  if (Object.keys(inner).length === 0) delete root[name]
}
