/** Whether a text is the address of a PostgreSQL database: postgres://user:password@host:port/database?sslmode=... */
export function isPostgresUrl(url: string): boolean {
  const parsed = parse(url)
  return parsed !== undefined && /^postgres(?:ql)?:$/.test(parsed.protocol) && databaseOf(parsed) !== ''
}

/** For people, without user and password: "PostgreSQL store db.example.com/flows". */
export function labelOf(url: string): string {
  const parsed = parse(url)
  if (parsed === undefined) return 'PostgreSQL store'
  // A socket is named by its folder, in the query.
  const host = parsed.host || parsed.searchParams.get('host') || 'localhost'
  return `PostgreSQL store ${decoded(host)}/${decoded(databaseOf(parsed))}`
}

function parse(url: string): URL | undefined {
  return URL.canParse(url) ? new URL(url) : undefined
}

function databaseOf({ pathname }: URL): string {
  return pathname.replace(/^\//, '')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
