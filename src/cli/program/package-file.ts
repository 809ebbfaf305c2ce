import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A file that comes with this package, wherever the running code was bundled to. */
export function packageFile(name: string): string {
  return join(packageFolder(), name)
}

/** The text of a file that comes with this package. */
export function packageText(name: string): string {
  return readFileSync(packageFile(name), 'utf8')
}

/** The folder that this package was installed into. */
export function packageFolder(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder
    if (folder === dirname(folder)) throw new Error('there is no package.json where this package was installed')
  }
}
