export interface EmbeddedOptions {
  readonly file: string
  /** The name recorded for writes. */
  readonly actor: string | null
  /** A folder whose packages may contain the store's driver, if this program came without one. */
  readonly driverFrom?: string
  /** Unix seconds. */
  readonly now?: () => number
}

/** The name recorded for a deployment into the embedded store: the user of this machine. */
export function actorOf(env: Readonly<Record<string, string | undefined>>): string {
  return env.USER || env.USERNAME || 'local'
}
