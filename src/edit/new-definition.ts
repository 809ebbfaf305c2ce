import { formatDefinition } from '../load/format.js'
import { BODY_FIELDS, type FlowConfig } from '../model/flow.js'
import { withoutDefaults } from '../model/without-defaults.js'
import { memberLines } from './write-value.js'

/** The text of a new definition in standard layout, without what is a default. `schema` is what the modeline names. */
export function newDefinition(
  file: string,
  config: FlowConfig,
  { schema, renamedFrom }: { readonly schema?: string; readonly renamedFrom?: string } = {},
): string {
  const values: Record<string, unknown> = {
    ...withoutDefaults(config),
    ...(renamedFrom !== undefined && { renamed_from: renamedFrom }),
  }
  const ordered = [...BODY_FIELDS, 'renamed_from'].filter((name) => Object.hasOwn(values, name))
  const text = ordered.flatMap((name) => memberLines([name], values[name], '')).join('\n')
  const formatted = formatDefinition(file, `${text}\n`, schema === undefined ? {} : { schema })
  if ('diagnostics' in formatted) throw new Error(`${file}: the new definition would not be valid`)
  return formatted.text
}
