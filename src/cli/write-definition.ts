import { existsSync, linkSync, readdirSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
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

/** Where a text is written before it gets its name; a process that is killed leaves it there. */
function temporaryFor(path: string): string {
  return `${path}.flows-${process.pid}.tmp`
}

/** Removes what processes left behind, in this folder and those below, that no longer run. */
export function removeLeftovers(folder: string): void {
  if (!existsSync(folder)) return
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const pid = /\.ya?ml\.flows-(\d+)\.tmp$/.exec(entry.name)?.[1]
    if (pid === undefined || !entry.isFile() || isRunning(Number(pid))) continue
    rmSync(join(entry.parentPath, entry.name), { force: true })
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

/** The old text or the new one, never half of it. */
export function replaceFile(path: string, text: string): void {
  const target = realpathSync(path)
  const temporary = temporaryFor(target)
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
  const temporary = temporaryFor(path)
  try {
    writeFileSync(temporary, text, { flag: 'wx' })
    // Unlike a rename, a link fails where something has the name.
    linkSync(temporary, path)
  } finally {
    rmSync(temporary, { force: true })
  }
}
