import { toDotted } from '../../model/json-pointer.js'
import { type BoundFlow, outstanding } from '../../plan/bound.js'
import { formatValue, printable } from '../../text/text.js'

/** A line of a definition that the flow at Stripe does not follow. */
export interface BoundPlace {
  readonly file: string
  readonly line: number
  readonly title: string
  readonly lines: readonly string[]
}

/** The lines of definitions that flows at Stripe do not follow; a flow's first line for what a default sets. */
export function boundPlaces(bound: readonly BoundFlow[] = []): BoundPlace[] {
  return outstanding({ bound }).flatMap(({ key, file: own, stripe_flow, session, fields }) => {
    const places = new Map<string, BoundPlace & { readonly lines: string[] }>()
    for (const { path, observed, defined, file = own, line } of fields) {
      const text = `${toDotted(path)}: ${formatValue(observed)} → ${formatValue(defined)}`
      const at = line === null ? { file: own, line: 1 } : { file, line }
      const name = `${at.file}:${at.line}`
      const title = `edit ${key} at Stripe`
      const first = `${printable(stripe_flow)}, as ${printable(session ?? '')} showed it:`
      const place = places.get(name) ?? { ...at, title, lines: [first] }
      place.lines.push(text)
      places.set(name, place)
    }
    return [...places.values()]
  })
}
