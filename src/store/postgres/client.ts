import type { PostgresPoolClient } from 'kysely'
import type pg from 'pg'
import { toParameter } from '../queries/rows/parameter.js'
import {
  endsTheConnection,
  isConsequence,
  isOutdatedStatement,
  isRefusedWrite,
  markLoss,
  toLostCommit,
  toStatementError,
} from './failure.js'
import { Inserts, isInsert, isLookup, type Sent, statementOf } from './statement.js'
import { endStatement, inOnePiece } from './wire.js'

export interface ClientOptions {
  /** For people. */
  readonly label: string
  /** Whether a new connection may lead to another server. */
  readonly hasOthers: boolean
  /** What connections that were given back still wait for. */
  readonly unanswered: Set<Promise<unknown>>
}

/** One connection for one transaction. A connection that broke, or whose transaction did not end, is not used again. */
export function checkedClient(
  client: pg.PoolClient,
  { label, hasOthers, unanswered }: ClientOptions,
): PostgresPoolClient {
  let isBroken = false
  let isInTransaction = false
  let isReadOnly = false
  /** The answer to BEGIN. */
  let begun: Promise<unknown> | undefined
  /** Inserts that go with the next statement. */
  const inserts = new Inserts()
  /** The first failure of a transaction: the server refuses whatever comes behind it. */
  let failure: unknown
  // It may also break between two statements; the next one then fails.
  const onError = () => {
    isBroken = true
  }
  client.on('error', onError)

  const send = async (text: string, values: readonly unknown[], more = {}): Promise<pg.QueryResult> => {
    try {
      inOnePiece(client)
      return await client.query({ text, values: values.map(toParameter), ...more })
    } catch (error) {
      const isRefused = isRefusedWrite(error) && !isReadOnly
      const isOutdated = isOutdatedStatement(error)
      // The server may have become read-only. A new connection may find the one that takes writes.
      if (endsTheConnection(error) || isRefused || isOutdated) isBroken = true
      const cause = isConsequence(error) && failure !== undefined ? failure : toStatementError(error, label)
      // The server drops an unfinished transaction, so the work may be repeated. A lost commit may have succeeded.
      if (isOutdated && isInTransaction) markLoss(cause, 'never begun')
      else if (isBroken && isInTransaction && (!isRefused || hasOthers)) markLoss(cause, 'undone')
      failure ??= cause
      throw cause
    }
  }
  const query = async (text: string, values: readonly unknown[]) => {
    if (text === 'rollback') return rollBack()
    if (text === 'commit') return commit()
    if (BEGIN.test(text)) return begin(text)
    const statement = statementOf(text)
    const isLater = isInTransaction && statement.isLater
    if (isLater && isInsert(statement)) {
      if (inserts.has(statement)) sendInserts()
      inserts.add({ statement, values })
      return NOTHING
    }
    if (!isInTransaction && isLookup(statement)) return lookUp({ statement, values })
    sendInserts()
    const answer = ask({ statement, values })
    if (isLater) return NOTHING
    // If the transaction never began, that is why the statement failed.
    await begun
    return answer
  }
  /** Whoever does not wait for the answer gets its failure with the next statement. */
  const ask = ({ statement: { text, name }, values }: Sent, more = {}) => {
    const answer = send(text, values, { name, ...more })
    answer.catch(() => {})
    return answer
  }
  /** If the server is there and others hold the statement up, a transaction finds out: its BEGIN is answered. */
  const lookUp = async (sent: Sent) => {
    try {
      return await ask(sent, { query_timeout: BEGIN_PATIENCE })
    } catch (error) {
      if (isBroken) {
        endStatement(client)
        markLoss(error, 'never begun')
      }
      throw error
    }
  }
  const sendInserts = () => {
    const sent = inserts.take()
    if (sent !== undefined) void ask(sent)
  }
  const begin = (text: string): pg.QueryResult => {
    isInTransaction = true
    isReadOnly = text.endsWith('read only')
    failure = undefined
    // Those of a transaction that was rolled back.
    inserts.take()
    // Does not wait for the server: the first statements are on their way with it, and wait for both.
    begun = send(text, [], { query_timeout: BEGIN_PATIENCE }).catch((error) => {
      // The server was restarted, or closed the connection while it was idle.
      isBroken = true
      markLoss(error, 'never begun')
      throw error
    })
    begun.catch(() => {})
    return NOTHING
  }
  const commit = async (): Promise<pg.QueryResult> => {
    sendInserts()
    // Also of a statement that was never sent, of which the server knows nothing.
    if (failure !== undefined) throw failure
    if (isReadOnly) {
      await begun
      // All has been read. The next transaction queues behind the answer, and nobody else needs it.
      isInTransaction = false
      const answer = send('commit', [])
        .catch(() => {})
        .finally(() => unanswered.delete(answer))
      unanswered.add(answer)
      return NOTHING
    }
    const answer = send('commit', [])
    answer.catch(() => {})
    await begun
    let result: pg.QueryResult
    try {
      result = await answer
    } catch (error) {
      throw isBroken ? toLostCommit(error, label) : error
    }
    isInTransaction = false
    // The server reports a rollback here if a statement failed.
    if (result.command !== 'COMMIT') throw failure ?? new Error('the transaction was not kept')
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

const NOTHING: pg.QueryResult = { command: '', rowCount: 0, oid: 0, fields: [], rows: [] }
