import { createRequire } from 'node:module'
import { join } from 'node:path'
import { StoreError } from '../store-error.js'

/** The used part of the `node:sqlite` interface, which both drivers have. */
export interface Database {
  exec(sql: string): void
  prepare(sql: string): Statement
  close(): void
}

export interface Statement {
  all(...parameters: unknown[]): unknown[]
  get(...parameters: unknown[]): unknown
  run(...parameters: unknown[]): { changes: number | bigint }
}

export type DatabaseConstructor = new (file: string, options?: { readOnly?: boolean }) => Database

/**
 * The driver inside Node (22.13 and newer), else the package with the same interface: the one installed with this
 * program, else one in `folder`.
 */
export async function loadDriver(folder?: string): Promise<DatabaseConstructor> {
  return builtinDriver() ?? (await packagedDriver(folder))
}

function builtinDriver(): DatabaseConstructor | undefined {
  const load: ((name: string) => unknown) | undefined = process.getBuiltinModule
  const builtin = withoutExperimentalWarning(() => load?.('node:sqlite'))
  return (builtin as { DatabaseSync: DatabaseConstructor } | undefined)?.DatabaseSync
}

const SELF = 'verification-flows'
const PACKAGE = '@photostructure/sqlite'

async function packagedDriver(folder: string | undefined): Promise<DatabaseConstructor> {
  try {
    const driver = (await import(PACKAGE as string).catch((cause) => {
      const found = folder === undefined ? undefined : driverIn(folder)
      if (found === undefined) throw cause
      return found
    })) as { DatabaseSync: DatabaseConstructor }
    return driver.DatabaseSync
  } catch (cause) {
    throw new StoreError(
      'no_driver',
      `this Node (${process.version}) has no SQLite of its own: use Node 22.13 or newer, or install ${PACKAGE}`,
      { cause },
    )
  }
}

/** The driver as a package of the folder, or as one installed with this program's own package there. */
function driverIn(folder: string): unknown {
  const places = [
    () => join(folder, 'package.json'),
    () => createRequire(join(folder, 'package.json')).resolve(`${SELF}/package.json`),
  ]
  for (const place of places) {
    try {
      return createRequire(place())(PACKAGE)
    } catch {
      // Not there: the next place may have it.
    }
  }
  return undefined
}

/** Node 22 warns that its SQLite may change. All other warnings go through. */
function withoutExperimentalWarning<T>(load: () => T): T {
  const emitWarning = process.emitWarning
  process.emitWarning = (...args: unknown[]) => {
    const [warning, type] = args
    const name = typeof type === 'string' ? type : (type as { type?: string } | undefined)?.type
    if (name === 'ExperimentalWarning' && /sqlite/i.test(String(warning))) return
    Reflect.apply(emitWarning, process, args)
  }
  try {
    return load()
  } finally {
    process.emitWarning = emitWarning
  }
}
