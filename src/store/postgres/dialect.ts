import {
  type ColumnDefinitionNode,
  DataTypeNode,
  type Dialect,
  PostgresAdapter,
  PostgresDriver,
  PostgresIntrospector,
  type PostgresPool,
  PostgresQueryCompiler,
  RawNode,
} from 'kysely'

/** Kysely's own dialect, with text that is ordered by its bytes. */
export function postgresDialect(pool: PostgresPool): Dialect {
  return {
    createDriver: () => new PostgresDriver({ pool }),
    createQueryCompiler: () => new ByteOrderCompiler(),
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (db) => new PostgresIntrospector(db),
  }
}

/**
 * Pages are ranges of ids. Left to the database's locale, "vs_a" could come before "vs_B" here and after it there, and
 * an index would be wrong after an upgrade of the system's locales. So every column of text is made to compare bytes.
 */
class ByteOrderCompiler extends PostgresQueryCompiler {
  protected override visitColumnDefinition(node: ColumnDefinitionNode): void {
    const isText = DataTypeNode.is(node.dataType) && node.dataType.dataType === 'text'
    super.visitColumnDefinition(
      isText ? { ...node, frontModifiers: [COLLATION, ...(node.frontModifiers ?? [])] } : node,
    )
  }
}

const COLLATION = RawNode.createWithSql('collate "C"')
