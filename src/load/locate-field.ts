import { fromPointer, toPointer } from '../model/json-pointer.js'
import type { SourceMap } from './source-map.js'

/** Where a definition sets a field for an environment: in the overlay, else in the body; null if a default does. */
export function locateField(
  source: SourceMap,
  environment: string,
  pointer: string,
): { readonly line: number; readonly column: number } | null {
  const overlay = toPointer(['environments', environment])
  const path = fromPointer(pointer)
  for (let length = path.length; length > 0; length--) {
    const inOverlay = overlay + toPointer(path.slice(0, length))
    const place = source.key(inOverlay)
    if (place === undefined) continue
    // Null in an overlay removes the whole member; a mapping only adds to the body's.
    if (length === path.length || source.isNull(inOverlay)) return place
    break
  }
  return source.key(pointer) ?? null
}
