import { ApiError } from '../../api-error.js'
import type { Expand } from '../../operations/calls/expand.js'

/** What `expand[]` may name on a route, and whether the answer is a list, whose names stand below "data". */
export interface Expandable {
  readonly expandable: readonly string[]
  readonly isList: boolean
}

/** The named paths and all their parents. Throws 400 and names the first path that cannot be expanded. */
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
