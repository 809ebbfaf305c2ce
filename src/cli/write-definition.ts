import { existsSync, linkSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import type { Project } from '../project.js'

/** The modeline names the project's own copy of the schema, where it keeps one. */
export function schemaFor({ root }: Project, file: string, name: 'flow' | 'policy' = 'flow'): string | undefined {
  const schema = join(root, 'schemas', `${name}.schema.json`)
  if (!existsSync(schema)) return undefined
  return relative(dirname(join(root, file)), schema)
    .split(sep)
    .join('/')
}

/** The old text or the new one, never half of it. */
export function replaceFile(path: string, text: string): void {
  const target = realpathSync(path)
  const temporary = `${target}.${process.pid}.tmp`
  try {
    writeFileSync(temporary, text, { flag: 'wx', mode: statSync(target).mode })
    renameSync(temporary, target)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

/** The whole file or none, and never over one that is there. */
export function createFile(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`
  try {
    writeFileSync(temporary, text, { flag: 'wx' })
    // Unlike a rename, a link fails where something has the name.
    linkSync(temporary, path)
  } finally {
    rmSync(temporary, { force: true })
  }
}
