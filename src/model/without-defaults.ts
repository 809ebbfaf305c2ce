import { canonicalJson } from './canonical.js'
import { type FlowBody, type FlowConfig, normalise } from './flow.js'
import { isObject } from './json.js'

/** The shortest body that says the same: name, type, and what differs from the defaults. `normalise` brings all back. */
export function withoutDefaults(config: FlowConfig): FlowBody {
  const { name, type } = config
  return { name, type, ...differing(config, normalise({ name, type })) }
}

function differing(value: object, defaults: object): Record<string, unknown> {
  const rest = defaults as Record<string, unknown>
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]): [string, unknown][] => {
      const fallback = rest[name]
      if (canonicalJson(member) === canonicalJson(fallback ?? null)) return []
      return [[name, isObject(member) ? differing(member, isObject(fallback) ? fallback : {}) : member]]
    }),
  )
}
