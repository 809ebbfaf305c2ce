import { formatDefinition } from '../load/format.js'
import { canonicalJson } from '../model/canonical.js'
import { BODY_FIELDS, type FlowConfig, normalise } from '../model/flow.js'
import { isObject } from '../model/json.js'
import { memberLines } from './write-value.js'

/** The text of a new definition in standard layout, without what is a default. `schema` is what the modeline names. */
export function newDefinition(
  file: string,
  config: FlowConfig,
  { schema, renamedFrom }: { readonly schema?: string; readonly renamedFrom?: string } = {},
): string {
  const body = {
    ...withoutDefaults(config, normalise({ name: config.name, type: config.type })),
    ...(renamedFrom !== undefined && { renamed_from: renamedFrom }),
  }
  const members = ['name', 'type', ...Object.keys(body)]
  const ordered = [...BODY_FIELDS, 'renamed_from'].filter((name) => members.includes(name))
  const values: Record<string, unknown> = { ...body, name: config.name, type: config.type }
  const text = ordered.flatMap((name) => memberLines([name], values[name], '')).join('\n')
  const formatted = formatDefinition(file, `${text}\n`, schema === undefined ? {} : { schema })
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
