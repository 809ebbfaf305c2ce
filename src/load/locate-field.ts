import { fromPointer, toPointer } from '../model/json-pointer.js'
import type { SourceMap } from './source-map.js'

interface Place {
  readonly line: number
  readonly column: number
}

/**
 * Which of several layers, the farthest base first, sets a field for an environment, and where; null if a default sets
 * it. Every overlay counts more than every body, and the nearer layer more than the one that it extends.
 */
export function locateInLayers(
  layers: number,
  sourceOf: (layer: number) => SourceMap | undefined,
  environment: string,
  pointer: string,
): { readonly layer: number; readonly at: Place } | null {
  for (const prefix of [toPointer(['environments', environment]), '']) {
    for (let layer = layers - 1; layer >= 0; layer -= 1) {
      const at = setterIn(sourceOf(layer), prefix, pointer)
      if (at !== null) return { layer, at }
    }
  }
  return null
}

/** Where one patch sets a field: by a value, or by null at it or above it. A mapping only adds to what is below. */
function setterIn(source: SourceMap | undefined, prefix: string, pointer: string): Place | null {
  const path = fromPointer(pointer)
  for (let length = path.length; source !== undefined && length > 0; length -= 1) {
    const inPatch = prefix + toPointer(path.slice(0, length))
    const place = source.key(inPatch)
    if (place !== undefined) return length === path.length || source.isNull(inPatch) ? place : null
  }
  return null
}

/** Where a definition sets a field for an environment: in the overlay, else in the body; null if a default does. */
export function locateField(source: SourceMap, environment: string, pointer: string): Place | null {
  return locateInLayers(1, () => source, environment, pointer)?.at ?? null
}
