import type pg from 'pg'

/** One server of a database, as the driver needs it. */
export type Server = Pick<
  pg.ClientConfig,
  | 'user'
  | 'password'
  | 'host'
  | 'port'
  | 'database'
  | 'ssl'
  | 'sslnegotiation'
  | 'application_name'
  | 'options'
  | 'enableChannelBinding'
>

/** Which servers are suitable (libpq's target_session_attrs). */
export const WANTED = ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'] as const

export type Wanted = (typeof WANTED)[number]
