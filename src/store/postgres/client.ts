import type { PostgresPoolClient } from 'kysely'
import type pg from 'pg'
import { toParameter } from '../queries/rows/parameter.js'
import { endsTheConnection, isRefusedWrite, markLoss, toLostCommit, toStatementError } from './failure.js'

export interface ClientOptions {
  /** For people. */
  readonly label: string
  /** Whether a new connection may lead to another server. */
  readonly hasOthers: boolean
}

/** One connection for one transaction. A connection that broke, or whose transaction did not end, is not used again. */
export function checkedClient(client: pg.PoolClient, { label, hasOthers }: ClientOptions): PostgresPoolClient {
  let isBroken = false
  let isInTransaction = false
  let isReadOnly = false
  // It may also break between two statements; the next one then fails.
  const onError = () => {
    isBroken = true
  }
  client.on('error', onError)

  const send = async (text: string, values: readonly unknown[], more = {}): Promise<pg.QueryResult> => {
    try {
      return await client.query({ text, values: values.map(toParameter), ...more })
    } catch (error) {
      const isRefused = isRefusedWrite(error) && !isReadOnly
      // The server may have become read-only. A new connection may find the one that takes writes.
      if (endsTheConnection(error) || isRefused) isBroken = true
      const failure = toStatementError(error, label)
      // The server drops an unfinished transaction, so the work may be repeated. A lost commit may have succeeded.
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
    // If the connection broke before, the transaction is lost and no commit reaches the server.
    const isAsked = !isBroken
    let result: pg.QueryResult
    try {
      result = await send('commit', [])
    } catch (error) {
      throw isAsked && isBroken && !isReadOnly ? toLostCommit(error, label) : error
    }
    // The server reports a rollback here if a statement failed and its error was swallowed.
    if (result.command !== 'COMMIT') throw new Error('the transaction was not kept: one of its statements failed')
    isInTransaction = false
    return result
  }
  /** Never throws: the first error is the one that matters. */
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

/** Kysely's statements, with or without settings. */
const BEGIN = /^(?:begin|start transaction)\b/

/** How long BEGIN may take, in milliseconds. It waits for nothing, so a slower server counts as gone. */
const BEGIN_PATIENCE = 5_000

const NOTHING: pg.QueryResult = { command: 'ROLLBACK', rowCount: 0, oid: 0, fields: [], rows: [] }
