export interface EmbeddedOptions {
  readonly file: string
  /** Who writes, for the record. */
  readonly actor: string | null
  /** A folder whose installed packages may give the store's driver, where this program came without one. */
  readonly driverFrom?: string
  /** Unix seconds. */
  readonly now?: () => number
}

/** Who a deployment into the embedded store is recorded for: whoever uses this machine. */
export function actorOf(env: Readonly<Record<string, string | undefined>>): string {
  return env.USER || env.USERNAME || 'local'
}
