import packageJson from '../../../package.json' with { type: 'json' }
import type { Package } from '../../app/setup/ci-jobs.js'
import { packageText } from './package-file.js'
import { version } from './version.js'

/** This package, as what it writes is made from it. */
export const ownPackage: Package = { version, file: packageText }

/** The package that this Node needs for the embedded store, if it has no SQLite of its own. */
export function sqlite(): Readonly<Record<string, string>> {
  const name = '@photostructure/sqlite'
  const load: ((name: string) => unknown) | undefined = process.getBuiltinModule
  return load?.('node:sqlite') === undefined ? { [name]: packageJson.peerDependencies[name] } : {}
}
