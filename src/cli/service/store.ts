import { dirname } from 'node:path'
import { Failure } from '../../app/failure.js'
import type { Store } from '../../store/store.js'
import { MigrationsPending, StoreError } from '../../store/store-error.js'
import { openProject } from '../options/project.js'
import { storeFile } from '../options/target.js'
import type { Cli } from '../program/command.js'
import { variable } from './variables.js'

const VARIABLE = 'DATABASE_URL'

interface ServiceStoreOptions {
  readonly readOnly?: boolean
  /** For work on everything in the store: no time limit, and a long wait for work that others have begun. */
  readonly isLongWork?: boolean
  /** What to do with a store that needs migrations; by default, they are run. */
  readonly whenPending?: 'run' | 'refuse'
  /** Receives the names of the migrations that were run. */
  readonly ran?: (migrations: readonly string[]) => void
  /** Called, once each, with messages that operators of a service on this store should know. */
  readonly tell?: (message: string) => void
}

/** Longer than any work of others can last, even if their process hangs. */
const LONG_PATIENCE = 2 * 60_000

/**
 * Opens the store that the service works on: the PostgreSQL database in DATABASE_URL, else the embedded store of the
 * project. Each driver is loaded only when needed.
 */
export async function openServiceStore(cli: Cli, options: ServiceStoreOptions = {}): Promise<Store> {
  try {
    return await open(cli, options)
  } catch (error) {
    throw toFailure(error)
  }
}

/** A check of DATABASE_URL before anything is opened, which throws Failure. The driver is loaded only where it is set. */
export async function storeCheck({ terminal: { env } }: Cli): Promise<() => void> {
  const isSet = [VARIABLE, `${VARIABLE}_FILE`].some((name) => env[name]?.trim())
  const check = isSet ? await databaseCheck() : undefined
  return () => {
    const url = variable(env, VARIABLE)
    if (url !== undefined) check?.(url)
  }
}

async function databaseCheck(): Promise<(url: string) => void> {
  const { isFault, parseDatabaseAddress } = await import('../../store/postgres/address.js')
  return (url) => {
    const address = parseDatabaseAddress(url)
    if (!isFault(address)) return
    // Never show the value: it may contain a password even if it is not an address.
    const message = `${VARIABLE} is not the address of a PostgreSQL database: ${address.message}`
    const hint = `${address.hint}; or unset ${VARIABLE} for the embedded store`
    throw new Failure('database_url_invalid', message, { hint })
  }
}

/** Does one thing with that store, and closes it. Errors that people can mend become Failures. */
export async function withServiceStore<T>(
  cli: Cli,
  options: ServiceStoreOptions,
  use: (store: Store) => Promise<T>,
): Promise<T> {
  const store = await openServiceStore(cli, options)
  try {
    return await use(store).finally(() => store.close())
  } catch (error) {
    throw toFailure(error)
  }
}

/** The folder of the embedded store; undefined if the service works on a database. */
export function folderOfStore(cli: Cli): string | undefined {
  return variable(cli.terminal.env, VARIABLE) !== undefined
    ? undefined
    : dirname(storeFile(openProject(cli), cli.terminal))
}

/** What `flows migrate` did to the store, or would do. */
export async function migrationsOf(
  cli: Cli,
  { check, tell }: { readonly check: boolean; readonly tell: (message: string) => void },
): Promise<{ readonly store: string; readonly ran: readonly string[]; readonly pending: readonly string[] }> {
  const ran: string[] = []
  const options: ServiceStoreOptions = check
    ? { whenPending: 'refuse' }
    : { tell, isLongWork: true, ran: (migrations) => void ran.push(...migrations) }
  try {
    const store = await open(cli, options)
    await store.close()
    return { store: store.label, ran, pending: [] }
  } catch (error) {
    if (error instanceof MigrationsPending) return { store: error.label, ran, pending: error.pending }
    throw toFailure(error)
  }
}

function toFailure(error: unknown): unknown {
  if (error instanceof MigrationsPending) {
    return new Failure(error.code, error.message, { hint: 'flows migrate runs them', cause: error })
  }
  return error instanceof StoreError ? new Failure(error.code, error.message, { cause: error }) : error
}

async function open(cli: Cli, options: ServiceStoreOptions): Promise<Store> {
  const { readOnly = false, isLongWork = false, tell, whenPending, ran } = options
  const migrating = { whenPending, ran, tell }
  const long = isLongWork ? { patience: LONG_PATIENCE } : {}
  const url = variable(cli.terminal.env, VARIABLE)
  if (url === undefined) {
    const { openSqliteStore } = await import('../../store/sqlite/open.js')
    const file = storeFile(openProject(cli), cli.terminal)
    return openSqliteStore({ file, readOnly, isLongWork, ...migrating, ...long })
  }
  ;(await databaseCheck())(url)
  const { openPostgresStore } = await import('../../store/postgres/open.js')
  return openPostgresStore({ url, readOnly, ...migrating, ...long, ...(isLongWork && { statementTimeout: 0 }) })
}
