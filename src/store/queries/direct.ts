import { type CompiledQuery, DefaultQueryExecutor, type QueryResult, Transaction } from 'kysely'
import type { Db, Tables } from './tables.js'

/** Runs one statement. */
export type Run = <Row>(query: CompiledQuery) => Promise<QueryResult<Row>>

/**
 * A transaction of `db` whose statements are given to `run` as they come. Kysely's own way to a connection is longer than
 * most statements take, and has them wait for each other, also where the database takes several at once.
 */
export function directly(db: Db, run: Run): Db {
  const executor = db.getExecutor()
  const compiler = { compileQuery: executor.compileQuery.bind(executor) } as Compiler
  return new Transaction<Tables>({ ...UNUSED, executor: new DirectExecutor(compiler, executor.adapter, run) })
}

type Compiler = ConstructorParameters<typeof DefaultQueryExecutor>[0]
type Adapter = ConstructorParameters<typeof DefaultQueryExecutor>[1]

/** Only what begins and ends transactions asks for these. */
const UNUSED = { config: {}, dialect: {}, driver: {} } as never as Omit<
  ConstructorParameters<typeof Transaction<Tables>>[0],
  'executor'
>

class DirectExecutor extends DefaultQueryExecutor {
  readonly #run: Run

  constructor(compiler: Compiler, adapter: Adapter, run: Run) {
    super(compiler, adapter, {
      provideConnection: async () => {
        throw new Error('statements of a transaction go their own way')
      },
    })
    this.#run = run
  }

  override executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    return this.#run(query)
  }
}
