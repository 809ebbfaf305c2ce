import {
  type ColumnDefinitionNode,
  DataTypeNode,
  type Dialect,
  type FunctionNode,
  PostgresAdapter,
  PostgresDriver,
  PostgresIntrospector,
  type PostgresPool,
  PostgresQueryCompiler,
  RawNode,
} from 'kysely'

/** Kysely's own dialect, but text is ordered by bytes, and JSON arrays are made by the function of this database. */
export function postgresDialect(pool: PostgresPool): Dialect {
  return {
    createDriver: () => new PostgresDriver({ pool }),
    createQueryCompiler: () => new Compiler(),
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (db) => new PostgresIntrospector(db),
  }
}

class Compiler extends PostgresQueryCompiler {
  /**
   * Pages are ranges of ids. With the database's locale, "vs_a" may come before or after "vs_B" depending on the server,
   * and an upgrade of the system's locales can break an index. So every text column compares bytes.
   */
  protected override visitColumnDefinition(node: ColumnDefinitionNode): void {
    const isText = DataTypeNode.is(node.dataType) && node.dataType.dataType === 'text'
    super.visitColumnDefinition(
      isText ? { ...node, frontModifiers: [COLLATION, ...(node.frontModifiers ?? [])] } : node,
    )
  }

  /** The standard's function of that name leaves out nulls, and older servers lack it. */
  protected override visitFunction(node: FunctionNode): void {
    super.visitFunction(node.func === 'json_array' ? { ...node, func: 'json_build_array' } : node)
  }
}

const COLLATION = RawNode.createWithSql('collate "C"')
