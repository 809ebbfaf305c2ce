import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Who installs the packages of a repository, by the lock file that it keeps. */
export interface PackageManager {
  readonly name: 'npm' | 'pnpm' | 'yarn'
  readonly lockFiles: readonly string[]
  /** Installs, and writes the lock file. */
  readonly install: string
  /** Runs a program of an installed package; never downloads one. */
  readonly run: string
  /** Runs a script of package.json. */
  readonly script: string
}

const NPM: PackageManager = {
  name: 'npm',
  lockFiles: ['package-lock.json', 'npm-shrinkwrap.json'],
  install: 'npm install',
  run: 'npx --no --',
  script: 'npm run',
}

/** Each by a lock file of its own; npm where there is none yet. */
const MANAGERS: readonly PackageManager[] = [
  NPM,
  { name: 'pnpm', lockFiles: ['pnpm-lock.yaml'], install: 'pnpm install', run: 'pnpm exec', script: 'pnpm run' },
  { name: 'yarn', lockFiles: ['yarn.lock'], install: 'yarn install', run: 'yarn run', script: 'yarn run' },
]

/** The manager that package.json names, such as "pnpm@10.4.0". */
export function managerNamed(packageManager: unknown): PackageManager | undefined {
  const [name] = typeof packageManager === 'string' ? packageManager.split('@') : []
  return MANAGERS.find((manager) => manager.name === name)
}

/** The manager whose lock file is in a folder. */
export function managerIn(folder: string): PackageManager | undefined {
  return MANAGERS.find(({ lockFiles }) => lockFiles.some((file) => existsSync(join(folder, file))))
}

export { NPM as usualManager }
