import type { PostgresPoolClient } from 'kysely'
import type pg from 'pg'
import { toParameter } from '../queries/rows/parameter.js'
import { endsTheConnection, isRefusedWrite, markLoss, toLostCommit, toStatementError } from './failure.js'

export interface ClientOptions {
  /** For people. */
  readonly label: string
  /** Whether another connection may lead to another server. */
  readonly hasOthers: boolean
}

/** One connection for one transaction. A connection that broke, or whose transaction is not over, is never used again. */
export function checkedClient(client: pg.PoolClient, { label, hasOthers }: ClientOptions): PostgresPoolClient {
  let isBroken = false
  let isInTransaction = false
  let isReadOnly = false
  // It may break between two statements as well; the next one then fails.
  const onError = () => {
    isBroken = true
  }
  client.on('error', onError)

  const send = async (text: string, values: readonly unknown[], more = {}): Promise<pg.QueryResult> => {
    try {
      return await client.query({ text, values: values.map(toParameter), ...more })
    } catch (error) {
      const isRefused = isRefusedWrite(error) && !isReadOnly
      // The server may have become one that takes no writes. The one that does may be found by connecting again.
      if (endsTheConnection(error) || isRefused) isBroken = true
      const failure = toStatementError(error, label)
      // The server drops what was begun: the same work may be done again. What it was asked to keep it may have kept.
      if (isBroken && isInTransaction && (!isRefused || hasOthers)) markLoss(failure, 'undone')
      throw failure
    }
  }
  const query = async (text: string, values: readonly unknown[]) => {
    if (text === 'rollback') return rollBack()
    if (text === 'commit') return commit()
    if (BEGIN.test(text)) return begin(text)
    return send(text, values)
  }
  const begin = async (text: string): Promise<pg.QueryResult> => {
    isInTransaction = true
    isReadOnly = text.endsWith('read only')
    try {
      return await send(text, [], { query_timeout: BEGIN_PATIENCE })
    } catch (error) {
      // The server was restarted, or closed the connection while it was idle.
      isBroken = true
      markLoss(error, 'never begun')
      throw error
    }
  }
  const commit = async (): Promise<pg.QueryResult> => {
    // A connection that broke before took the transaction with it: then the server is not even asked.
    const isAsked = !isBroken
    let result: pg.QueryResult
    try {
      result = await send('commit', [])
    } catch (error) {
      throw isAsked && isBroken && !isReadOnly ? toLostCommit(error, label) : error
    }
    // The server says so when it rolled back instead, because a statement had failed whose error nobody passed on.
    if (result.command !== 'COMMIT') throw new Error('the transaction was not kept: one of its statements failed')
    isInTransaction = false
    return result
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

/** What Kysely says, with or without settings. */
const BEGIN = /^(?:begin|start transaction)\b/

/** How long a server may take to begin a transaction, which waits for nobody, before it is taken for gone; in milliseconds. */
const BEGIN_PATIENCE = 5_000

const NOTHING: pg.QueryResult = { command: 'ROLLBACK', rowCount: 0, oid: 0, fields: [], rows: [] }
