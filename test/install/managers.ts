import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { aFolder } from './folders.js'

/** How somebody follows docs/getting-started.md who has another package manager. */
export interface Manager {
  /** What package.json says of it. */
  readonly packageManager?: string
  /** Its programs among the packages of test/install/setup.ts, by the names that corepack gives them. */
  readonly programs: Readonly<Record<string, string>>
  /** What the page says to add where Node has no SQLite of its own. */
  readonly more: readonly string[]
  /** Whether its packages lie in node_modules, where a compiler finds them. */
  readonly hasFolder: boolean
}

const SQLITE = '@photostructure/sqlite@1.2.1'

/** By the rows of the page's table. */
export const MANAGERS: Readonly<Record<string, Manager>> = {
  npm: { programs: {}, more: [SQLITE], hasFolder: true },
  pnpm: {
    packageManager: 'pnpm@10.4.0',
    programs: { pnpm: 'pnpm/bin/pnpm.cjs' },
    // It fails where a package has a script and nobody has said whether it may run.
    more: ['--allow-build=@photostructure/sqlite', SQLITE],
    hasFolder: true,
  },
  'Yarn 1': {
    packageManager: 'yarn@1.22.22',
    programs: { yarn: 'yarn/bin/yarn.js' },
    more: [SQLITE],
    hasFolder: true,
  },
  'Yarn 2 and newer': {
    packageManager: 'yarn@4.6.0',
    programs: { yarn: '@yarnpkg/cli-dist/bin/yarn.js' },
    more: [SQLITE],
    // Plug and Play.
    hasFolder: false,
  },
}

/** A folder with its programs, which is to stand before all others. */
export function shimsOf({ programs }: Manager, packages: string): string {
  const shims = aFolder()
  for (const [program, path] of Object.entries(programs)) {
    writeFileSync(join(shims, program), `#!/bin/sh\nexec "${join(packages, path)}" "$@"\n`, { mode: 0o755 })
  }
  return shims
}
