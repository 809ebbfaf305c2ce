import type { PostgresPool } from 'kysely'
import pg from 'pg'
import type { DatabaseAddress } from './address.js'
import { checkedClient } from './client.js'
import { isOfTheNextServer, toConnectError } from './failure.js'
import { isWanted } from './role.js'
import type { Server, Wanted } from './server.js'

export interface PoolOptions {
  readonly address: DatabaseAddress
  /** The most connections to each server. */
  readonly size: number
  /** How long to wait for a connection, in milliseconds. */
  readonly connectTimeout: number
  /** How long to wait for another transaction's lock, in milliseconds. */
  readonly lockTimeout: number
  /** How long one statement may take, in milliseconds; 0 for no limit. */
  readonly statementTimeout: number
  /** Whether a read-only server is enough. */
  readonly isForReading: boolean
}

/** How much longer than the server's limit this side waits before it takes the server for gone, in milliseconds. */
const GRACE = 5_000
/** How long a transaction may be idle, in milliseconds: longer means that its process hangs while others wait. */
const IDLE_IN_TRANSACTION = 60_000
/** When to probe an idle connection, in milliseconds; otherwise a pulled cable is noticed after hours. */
const KEEP_ALIVE_AFTER = 10_000

/**
 * Connections to one database, in the shape that Kysely needs. Failures become StoreErrors. With several servers, the
 * first suitable one is used until it fails: two servers with different data never alternate.
 */
export function openPool(options: PoolOptions): PostgresPool {
  const { address, isForReading } = options
  const { label, servers } = address
  const pools = servers.map((server) => ({ server, pool: poolOf(server, options) }))
  const wanted = address.wanted ?? (servers.length === 1 || isForReading ? 'any' : 'read-write')
  const unanswered = new Set<Promise<unknown>>()
  let current = 0

  const connected = async (wish: Wanted, failures: unknown[]): Promise<pg.PoolClient | undefined> => {
    const first = current
    for (let turn = 0; turn < pools.length; turn += 1) {
      const index = (first + turn) % pools.length
      const one = pools[index]
      if (one === undefined) break
      try {
        const client = await one.pool.connect()
        if (await isWanted(client, wish)) {
          current = index
          return client
        }
        client.release(true)
        failures.push(new Error(`it is not ${wish}`))
      } catch (error) {
        failures.push(error)
        if (!isOfTheNextServer(error)) break
      }
    }
    return undefined
  }

  return {
    connect: async () => {
      const failures: unknown[] = []
      const wishes: readonly Wanted[] = wanted === 'prefer-standby' ? ['standby', 'any'] : [wanted]
      for (const wish of wishes) {
        const client = await connected(wish, failures)
        if (client !== undefined) return checkedClient(client, { label, hasOthers: servers.length > 1, unanswered })
      }
      throw toConnectError(failures, label)
    },
    end: async () => {
      await Promise.all(unanswered)
      await Promise.all(pools.map(({ pool }) => pool.end()))
    },
  }
}

function poolOf(server: Server, options: PoolOptions): pg.Pool {
  const { address, size, connectTimeout, lockTimeout, statementTimeout } = options
  const pool = new pg.Pool({
    application_name: 'verification-flows',
    ...server,
    Client: HeardClient,
    max: size,
    connectionTimeoutMillis: Math.min(connectTimeout, address.connectTimeout ?? connectTimeout),
    lock_timeout: lockTimeout,
    statement_timeout: statementTimeout,
    ...(statementTimeout > 0 && { query_timeout: statementTimeout + GRACE }),
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION,
    // Statements do not wait for the answers of those before them.
    pipeline: true,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER,
    types: { getTypeParser },
  })
  // A broken idle connection is replaced when needed. Without a listener, its error would end the process.
  pool.on('error', () => {})
  return pool
}

/**
 * A connection whose errors always have a listener: an error without one ends the process. The pool listens on its idle
 * connections only, and stops before it hands one out.
 */
class HeardClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config)
    // The user of the connection sees the failing statement.
    this.on('error', () => {})
  }
}

/** 64-bit integers as numbers: here they are times and counts. Our connections only: others may share the driver. */
const getTypeParser: typeof pg.types.getTypeParser = ((oid: number, format?: 'text' | 'binary') =>
  oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format)) as never
