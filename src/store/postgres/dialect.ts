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

/** Kysely's own dialect, but text is ordered by bytes. */
export function postgresDialect(pool: PostgresPool): Dialect {
  return {
    createDriver: () => new PostgresDriver({ pool }),
    createQueryCompiler: () => new ByteOrderCompiler(),
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (db) => new PostgresIntrospector(db),
  }
}

/**
 * Pages are ranges of ids. With the database's locale, "vs_a" may come before or after "vs_B" depending on the server,
 * and an upgrade of the system's locales can break an index. So every text column compares bytes.
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
