import { statSync } from 'node:fs'
import { join } from 'node:path'
import { isElsewhere, PACKAGE, type Source, specFor } from './installed-from.js'
import { type Needs, specOf, withNeeds } from './package-json.js'
import type { Wanted } from './renewal.js'
import { below, packageJsonIn, type Repository } from './repository.js'

/** How this program becomes a package of the project. */
export interface Packaged {
  readonly file: Wanted
  /** Where packages are kept out of git, if no file does that yet: nobody wants to commit node_modules. */
  readonly ignore: readonly Wanted[]
  /** What package.json names now. */
  readonly spec: string
  /** Where that comes from; `named`: it was there. */
  readonly by: Source['by'] | 'named'
  /** Whether the spec is a file outside of the repository, which no CI job has. */
  readonly isElsewhere: boolean
}

/**
 * The package.json of a project with this program as a package for development, and scripts for its commands. One of the
 * same name that is there stays as it is.
 * @param more packages that this Node needs beside it
 */
export function packaged(
  { project, configFile }: { readonly project: string; readonly configFile: string },
  repository: Repository,
  source: Source,
  more: Needs['packages'] = {},
): Packaged {
  const folder = join(repository.root, repository.packages)
  const text = packageJsonIn(folder)
  const named = specOf(text, PACKAGE)
  const spec = named ?? specFor(source.spec, folder)
  const path = below(repository.project, configFile)
  const inside = below(repository.packages, '')
  const config = path.startsWith(inside) ? path.slice(inside.length) : path
  const flows = config === 'flows.config.yaml' ? 'flows' : `flows --config ${config}`
  return {
    file: {
      path: below(repository.packages, 'package.json'),
      otherwise: 'change',
      text: withNeeds(text, {
        name: project,
        packages: { [PACKAGE]: spec, ...more },
        scripts: {
          'flows:validate': `${flows} validate && ${flows} fmt --check`,
          'flows:plan': `${flows} plan`,
          'flows:apply': `${flows} apply`,
          'flows:drift': `${flows} drift`,
        },
      }),
    },
    ignore: ['', repository.packages].some((folder) => hasText(join(repository.root, folder, '.gitignore')))
      ? []
      : [{ path: below(repository.packages, '.gitignore'), text: 'node_modules/\n', otherwise: 'keep' }],
    spec,
    by: named === undefined ? source.by : 'named',
    isElsewhere: isElsewhere(spec, folder, repository.root),
  }
}

function hasText(file: string): boolean {
  return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0
}
