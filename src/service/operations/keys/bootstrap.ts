import type { WriteCall } from '../calls/call.js'
import { isAtTheStore } from '../calls/principal.js'
import { type ApiKey, type CreatedApiKey, createKey, revokeKey, validKeysOf } from './keys.js'
import { allows, type Scope } from './scopes.js'

/** The keys that a service begins with, by name, and their scopes; null for everything. */
const FIRST_KEYS = {
  /** A key gives no more than it has, so the one that makes all others has everything. */
  admin: null,
  'ci-plan': ['flows:read'],
  'ci-apply': ['flows:read', 'deployments:write'],
  app: ['sessions:write'],
} as const satisfies Readonly<Record<string, readonly Scope[] | null>>

type FirstKey = keyof typeof FIRST_KEYS

const NAMES = Object.keys(FIRST_KEYS) as readonly FirstKey[]

export interface BootstrapParams {
  readonly mode: 'test' | 'live'
  /** Whether the admin key of an earlier run was lost, or never shown. */
  readonly again?: boolean
  /** When the keys end that jobs and applications get, in unix seconds. */
  readonly expires?: number | undefined
}

interface FirstKeys {
  /** With their secrets, in a fixed order. */
  readonly made: readonly CreatedApiKey[]
  /** Keys of earlier runs that somebody uses, and that stay. */
  readonly kept: readonly ApiKey[]
  /** Keys of earlier runs that nobody ever used: their secrets may have been lost. */
  readonly revoked: readonly ApiKey[]
}

/** What was made, or the key that stands in the way. */
export type Bootstrapped = FirstKeys | { readonly admin: ApiKey }

/**
 * Makes the first keys of a mode, all of them or none. Only for a caller with direct access to the store. Makes nothing
 * if a key of the mode may make keys already, unless told to make one again. Then keys of an earlier run that were used
 * stay, and those that never were are replaced: the program may have been killed before it showed them. Keys that were made
 * in any other way are left alone.
 */
export async function bootstrap(
  call: WriteCall,
  { mode, again = false, expires }: BootstrapParams,
): Promise<Bootstrapped> {
  if (!isAtTheStore(call.principal)) throw new Error('the first keys are made by those who can reach the store')
  // Of two at once the second one sees the keys of the first.
  await call.tx.lock('bootstrap')
  const { valid, first } = await validKeysOf(call, mode === 'live')
  const admin = valid.find(({ scopes }) => allows(scopes, 'keys:admin'))
  if (admin !== undefined && !again) return { admin }

  // Not by their names: somebody may have made other keys of these names since.
  const revoked: ApiKey[] = []
  for (const { id, last_used } of first) if (last_used === null) revoked.push(await revokeKey(call, id))
  const kept = first.filter(({ last_used }) => last_used !== null)
  const isMade = (name: FirstKey) => name === 'admin' || !kept.some((key) => key.name === name)
  const made: CreatedApiKey[] = []
  for (const name of NAMES.filter(isMade)) {
    const ends = name === 'admin' ? undefined : expires
    made.push(await createKey(call, { name, mode, scopes: FIRST_KEYS[name], expires: ends }, 'bootstrap'))
  }
  return { made, kept, revoked }
}
