import type { PostgresPool, PostgresPoolClient } from 'kysely'
import pg from 'pg'
import { toParameter } from '../queries/parameter.js'
import { markNeverBegun, toConnectError, toStatementError } from './failure.js'

export interface PoolOptions {
  readonly url: string
  /** For people. */
  readonly label: string
  /** How many connections there are at most. */
  readonly size: number
  /** How long to wait for a connection, in milliseconds. */
  readonly connectTimeout: number
  /** How long to wait for a lock that somebody else holds, in milliseconds. */
  readonly lockTimeout: number
  /** How long one statement may take, in milliseconds; 0 is for ever. */
  readonly statementTimeout: number
}

/** How much longer than the server this side waits for an answer before it takes the server for gone. */
const GRACE = 5_000
/** How long a transaction may be idle: longer means that its process hangs, while others wait for its locks. */
const IDLE_IN_TRANSACTION = 60_000
/** When to ask whether the other side still lives; else a cable that is pulled is noticed after hours. */
const KEEP_ALIVE_AFTER = 10_000

/** Connections to one database, in the shape that Kysely asks for. Failures are told as StoreError. */
export function openPool(options: PoolOptions): PostgresPool {
  const { url, label, size, connectTimeout, lockTimeout, statementTimeout } = options
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'verification-flows',
    max: size,
    connectionTimeoutMillis: connectTimeout,
    lock_timeout: lockTimeout,
    statement_timeout: statementTimeout,
    ...(statementTimeout > 0 && { query_timeout: statementTimeout + GRACE }),
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER,
    types: { getTypeParser },
  })
  // A connection that breaks while nobody uses it is replaced when somebody needs one. Unheard, it would end the process.
  pool.on('error', () => {})
  return {
    connect: async () => {
      try {
        return checkedClient(await pool.connect(), label)
      } catch (error) {
        throw toConnectError(error, label)
      }
    },
    end: () => pool.end(),
  }
}

/** One connection for one transaction. A connection that broke, or whose transaction is not over, is never used again. */
function checkedClient(client: pg.PoolClient, label: string): PostgresPoolClient {
  let isBroken = false
  let isInTransaction = false
  // It may break between two statements as well; the next one then fails.
  const onError = () => {
    isBroken = true
  }
  client.on('error', onError)

  const send = async (text: string, values: readonly unknown[]): Promise<pg.QueryResult> => {
    try {
      return await client.query(text, values.map(toParameter))
    } catch (error) {
      // Whatever does not come from the server comes from the connection.
      if (!(error instanceof pg.DatabaseError) && !(error instanceof TypeError)) isBroken = true
      throw toStatementError(error, label)
    }
  }
  const query = async (text: string, values: readonly unknown[]) => {
    if (text === 'rollback') return rollBack()
    if (text.startsWith('start transaction')) return begin(text)
    const result = await send(text, values)
    if (text === 'commit') {
      // The server says so when it rolled back instead, because a statement had failed whose error nobody passed on.
      if (result.command !== 'COMMIT') throw new Error('the transaction was not kept: one of its statements failed')
      isInTransaction = false
    }
    return result
  }
  const begin = async (text: string): Promise<pg.QueryResult> => {
    isInTransaction = true
    try {
      return await send(text, [])
    } catch (error) {
      // The server was restarted, or closed the connection while it was idle.
      isBroken = true
      markNeverBegun(error)
      throw error
    }
  }
  /** Never throws: what matters is the first error. */
  const rollBack = async (): Promise<pg.QueryResult> => {
    // The server rolls back by itself when the connection is closed.
    if (isBroken) return NOTHING
    try {
      const result = await send('rollback', [])
      isInTransaction = false
      return result
    } catch {
      isBroken = true
      return NOTHING
    }
  }
  return {
    query: query as unknown as PostgresPoolClient['query'],
    release: () => {
      client.removeListener('error', onError)
      client.release(isBroken || isInTransaction)
    },
  }
}

const NOTHING: pg.QueryResult = { command: 'ROLLBACK', rowCount: 0, oid: 0, fields: [], rows: [] }

/** Whole numbers of 64 bits as numbers: here they are times and counts. For our connections only: others may share the driver. */
const getTypeParser: typeof pg.types.getTypeParser = ((oid: number, format?: 'text' | 'binary') =>
  oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format)) as never
