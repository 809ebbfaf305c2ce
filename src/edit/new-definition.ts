import { formatDefinition } from '../load/format.js'
import { asDefinition, BODY_FIELDS, type FlowConfig, withoutDefaults } from '../model/flow.js'
import type { Mode } from '../model/mode.js'
import { memberLines } from './yaml/write-value.js'

interface Options {
  /** The mode of the flow that the definition is of. */
  readonly mode: Mode
  /** The schema that the modeline names; undefined for none. */
  readonly schema?: string | undefined
  /** The environment whose overlay gets an active static link; undefined puts it in the body, and so for all. */
  readonly linkOnlyIn?: string | undefined
}

/** The text of a new definition in standard layout, without defaults. */
export function newDefinition(file: string, config: FlowConfig, options: Options): string {
  const { mode, schema, linkOnlyIn } = options
  const { static_link: link, ...body } = asDefinition(withoutDefaults(config), mode)
  const isOverlaid = link !== undefined && linkOnlyIn !== undefined
  const values: Record<string, unknown> = {
    ...body,
    ...(link !== undefined && !isOverlaid && { static_link: link }),
    ...(isOverlaid && { environments: { [linkOnlyIn]: { static_link: link } } }),
  }
  const ordered = [...BODY_FIELDS, 'environments'].filter((name) => Object.hasOwn(values, name))
  const text = ordered.flatMap((name) => memberLines([name], values[name], '')).join('\n')
  const formatted = formatDefinition(file, `${text}\n`, { schema })
  if ('diagnostics' in formatted) throw new Error(`${file}: the new definition would not be valid`)
  return formatted.text
}
