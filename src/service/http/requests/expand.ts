import { ApiError } from '../../api-error.js'
import type { Expand } from '../../operations/calls/expand.js'

/** What a route lets `expand[]` name, and whether its answer is a list, where the names stand below "data". */
export interface Expandable {
  readonly expandable: readonly string[]
  readonly isList: boolean
}

/** The paths that were named, each with the paths on its way. Throws 400 naming the first that cannot be expanded. */
export function expandOf(paths: readonly string[] | null | undefined, { expandable, isList }: Expandable): Expand {
  const expand = new Set<string>()
  for (const [index, path] of (paths ?? []).entries()) {
    const inner = isList ? path.replace(/^data\./, '') : path
    const isInside = !isList || inner !== path
    if (!isInside || !expandable.includes(inner)) {
      const message = `This property cannot be expanded (${path.slice(0, 100)}).`
      throw new ApiError(400, { param: `expand[${index}]`, message })
    }
    const segments = inner.split('.')
    for (const end of segments.keys()) expand.add(segments.slice(0, end + 1).join('.'))
  }
  return expand
}
