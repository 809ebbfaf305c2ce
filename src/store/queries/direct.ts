import {
  type CompiledQuery,
  type DatabaseConnection,
  DefaultQueryExecutor,
  type QueryResult,
  Transaction,
} from 'kysely'
import type { Db, Tables } from './tables.js'

/**
 * Runs work with the statements of a transaction given to its connection as they come. Kysely's own way there is longer
 * than most statements take, and has them wait for each other, also where the database takes several at once.
 */
export async function direct<T>(tx: Db, work: (db: Db) => Promise<T>): Promise<T> {
  const executor = tx.getExecutor()
  const connection = await executor.provideConnection(async (one) => one)
  const compiler = { compileQuery: executor.compileQuery.bind(executor) } as Compiler
  const statements = new DirectExecutor(compiler, executor.adapter, { provideConnection: (use) => use(connection) })
  statements.connection = connection
  try {
    return await work(new Transaction<Tables>({ ...UNUSED, executor: statements }))
  } finally {
    statements.connection = undefined
  }
}

type Compiler = ConstructorParameters<typeof DefaultQueryExecutor>[0]

/** Only what begins and ends transactions asks for these. */
const UNUSED = { config: {}, dialect: {}, driver: {} } as never as Omit<
  ConstructorParameters<typeof Transaction<Tables>>[0],
  'executor'
>

class DirectExecutor extends DefaultQueryExecutor {
  /** Undefined once the transaction is over. */
  connection: DatabaseConnection | undefined

  override async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    if (this.connection === undefined) throw new Error('a statement came after its transaction was over')
    return this.connection.executeQuery<Row>(query)
  }
}
