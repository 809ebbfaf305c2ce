import { dirname } from 'node:path'
import { Failure } from '../../app/failure.js'
import type { Store } from '../../store/store.js'
import { StoreError } from '../../store/store-error.js'
import { openProject } from '../options/project.js'
import { storeFile } from '../options/target.js'
import type { Cli } from '../program/command.js'

const VARIABLE = 'DATABASE_URL'

interface ServiceStoreOptions {
  readonly readOnly?: boolean
  /** For work on everything in the store: no time limit, and a long wait for work that others have begun. */
  readonly isLongWork?: boolean
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
  return cli.terminal.env[VARIABLE]?.trim() ? undefined : dirname(storeFile(openProject(cli), cli.terminal))
}

function toFailure(error: unknown): unknown {
  return error instanceof StoreError ? new Failure(error.code, error.message, { cause: error }) : error
}

async function open(cli: Cli, options: ServiceStoreOptions): Promise<Store> {
  const { readOnly = false, isLongWork = false, tell } = options
  const patience = isLongWork ? { patience: LONG_PATIENCE } : {}
  const url = cli.terminal.env[VARIABLE]
  if (!url?.trim()) {
    const { openSqliteStore } = await import('../../store/sqlite/open.js')
    return openSqliteStore({ file: storeFile(openProject(cli), cli.terminal), readOnly, tell, ...patience })
  }
  const { isFault, parseDatabaseAddress } = await import('../../store/postgres/address.js')
  const address = parseDatabaseAddress(url)
  if (isFault(address)) {
    // Never show the value: it may contain a password even if it is not an address.
    const message = `${VARIABLE} is not the address of a PostgreSQL database: ${address.message}`
    throw new Failure('database_url_invalid', message, {
      hint: `${address.hint}; or unset ${VARIABLE} for the embedded store`,
    })
  }
  const { openPostgresStore } = await import('../../store/postgres/open.js')
  return openPostgresStore({ url, readOnly, tell, ...patience, ...(isLongWork && { statementTimeout: 0 }) })
}
