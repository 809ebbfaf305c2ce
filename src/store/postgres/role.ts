import type pg from 'pg'
import type { Wanted } from './server.js'

interface Role {
  readonly isStandby: boolean
  readonly isReadOnly: boolean
}

/** The role at the start of a connection. A server that changes its role ends its connections or refuses writes. */
const roles = new WeakMap<pg.ClientBase, Role>()

/** Whether a connection leads to a suitable server. */
export async function isWanted(client: pg.PoolClient, wanted: Wanted): Promise<boolean> {
  if (wanted === 'any') return true
  const { isStandby, isReadOnly } = roles.get(client) ?? (await roleOf(client))
  switch (wanted) {
    case 'primary':
      return !isStandby
    case 'standby':
    case 'prefer-standby':
      return isStandby
    case 'read-write':
      return !isReadOnly
    case 'read-only':
      return isReadOnly
  }
}

async function roleOf(client: pg.PoolClient): Promise<Role> {
  try {
    const { rows } = await client.query<Role>(
      `select pg_is_in_recovery() as "isStandby", current_setting('transaction_read_only') = 'on' as "isReadOnly"`,
    )
    const [role] = rows
    if (role === undefined) throw new Error('the server does not say whether it takes writes')
    roles.set(client, role)
    return role
  } catch (error) {
    client.release(true)
    throw error
  }
}
