import type { PolicyResult } from '../model/plan.js'
import type { Places } from '../plan/locate.js'
import type { Finding } from './judge.js'

/**
 * The results with their places: the first field that the definition sets for this environment, else the whole flow. A
 * field that a default fills in has no line, but it is still what the reader must set.
 */
export function place(findings: readonly Finding[], environment: string, places: Places): PolicyResult[] {
  return findings.map(({ fields, ...finding }) => {
    const { policy, status, level, key, action, file, message } = finding
    const at = (line: number | null, path: string | undefined): PolicyResult => {
      return { policy, status, level, key, action, file, line, path: path ?? null, message }
    }
    if (file === null) return at(null, fields[0])
    for (const path of fields) {
      const place = places.placeOf(file, environment, path)
      if (place !== null) return { ...at(place.line, path), file: place.file }
    }
    return at(places.bodyLine(file), fields[0])
  })
}
