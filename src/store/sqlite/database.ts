import { StoreError } from '../store-error.js'

/** What is used of the `node:sqlite` interface, which both drivers have. */
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

/** The driver inside Node (22.13 and newer), else the package with the same interface. */
export async function loadDriver(): Promise<DatabaseConstructor> {
  return builtinDriver() ?? (await packagedDriver())
}

function builtinDriver(): DatabaseConstructor | undefined {
  const load: ((name: string) => unknown) | undefined = process.getBuiltinModule
  const builtin = withoutExperimentalWarning(() => load?.('node:sqlite'))
  return (builtin as { DatabaseSync: DatabaseConstructor } | undefined)?.DatabaseSync
}

async function packagedDriver(): Promise<DatabaseConstructor> {
  const name = '@photostructure/sqlite'
  try {
    const driver = (await import('@photostructure/sqlite' as string)) as { DatabaseSync: DatabaseConstructor }
    return driver.DatabaseSync
  } catch (cause) {
    throw new StoreError(
      'no_driver',
      `this Node (${process.version}) has no SQLite of its own: use Node 22.13 or newer, or install ${name}`,
      { cause },
    )
  }
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
