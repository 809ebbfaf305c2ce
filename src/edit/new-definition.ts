import { formatDefinition } from '../load/format.js'
import { canonicalJson } from '../model/canonical.js'
import { BODY_FIELDS, type FlowConfig, normalise } from '../model/flow.js'
import { isObject } from '../model/json.js'
import { memberLines } from './write-value.js'

interface Options {
  /** What the modeline names; undefined for none. */
  readonly schema?: string | undefined
  /** The environment in whose overlay an active static link is written; undefined for the body, and so for all. */
  readonly linkOnlyIn?: string | undefined
}

/** The text of a new definition in standard layout, without what is a default. */
export function newDefinition(file: string, config: FlowConfig, { schema, linkOnlyIn }: Options = {}): string {
  const { static_link: link, ...rest } = withoutDefaults(config, normalise({ name: config.name, type: config.type }))
  const body = {
    ...rest,
    ...(link !== undefined && linkOnlyIn === undefined && { static_link: link }),
    ...(link !== undefined && linkOnlyIn !== undefined && { environments: { [linkOnlyIn]: { static_link: link } } }),
  }
  const members = ['name', 'type', ...Object.keys(body)]
  const ordered = [...BODY_FIELDS, 'environments'].filter((name) => members.includes(name))
  const values: Record<string, unknown> = { ...body, name: config.name, type: config.type }
  const text = ordered.flatMap((name) => memberLines([name], values[name], '')).join('\n')
  const formatted = formatDefinition(file, `${text}\n`, { schema })
  if ('diagnostics' in formatted) throw new Error(`${file}: the new definition would not be valid`)
  return formatted.text
}

/** What differs from the defaults, member by member. */
function withoutDefaults(value: object, defaults: object): Record<string, unknown> {
  const rest = defaults as Record<string, unknown>
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]): [string, unknown][] => {
      const fallback = rest[name]
      if (canonicalJson(member) === canonicalJson(fallback ?? null)) return []
      return [[name, isObject(member) ? withoutDefaults(member, isObject(fallback) ? fallback : {}) : member]]
    }),
  )
}
