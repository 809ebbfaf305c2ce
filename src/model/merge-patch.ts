import { isObject } from './json.js'
/**
 * JSON Merge Patch (RFC 7396): objects merge member by member, null removes a member, anything else replaces.
 * Neither argument is changed. `__proto__` is an ordinary member here.
 */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const merged: Record<string, unknown> = isObject(target) ? { ...target } : {}
  for (const name of Object.keys(patch)) {
    const value = patch[name]
    if (value === null) delete merged[name]
    else set(merged, name, mergePatch(Object.hasOwn(merged, name) ? merged[name] : undefined, value))
  }
  return merged
}

/** A plain assignment to `__proto__` would change what the object inherits. */
function set(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') object[name] = value
  else Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true })
}
