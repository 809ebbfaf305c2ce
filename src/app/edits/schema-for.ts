import { existsSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import type { Project } from '../project/project.js'

/** The modeline names the project's own copy of the schema, if it keeps one. */
export function schemaFor(
  { root }: Project,
  file: string,
  name: 'flow' | 'base' | 'policy' | 'test' = 'flow',
): string | undefined {
  const schema = join(root, 'schemas', `${name}.schema.json`)
  if (!existsSync(schema)) return undefined
  return relative(dirname(join(root, file)), schema)
    .split(sep)
    .join('/')
}
