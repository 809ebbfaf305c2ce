import { letters, type Random } from './random.js'
import { Refusal } from './refusal.js'

/** What a restricted key may do, by resource; writing includes reading. */
export interface Permissions {
  readonly sessions?: 'read' | 'write'
  readonly reports?: 'read'
  /** Dates of birth, numbers of people and documents, and when documents end. */
  readonly sensitive?: 'read'
  readonly events?: 'read'
  readonly webhook_endpoints?: 'read'
}

export type Resource = keyof Permissions

export interface Key {
  readonly secret: string
  readonly livemode: boolean
  /** Undefined for a secret key, which may do everything but see what is sensitive. */
  readonly permissions?: Permissions
  /** Restricted to addresses: only then does it see what is sensitive beyond 48 hours. */
  readonly ofAddresses: boolean
  /** Of an ephemeral key, by which it is deleted. */
  readonly id?: string
  /** The only session that it reads: an ephemeral key. */
  readonly session?: string
  readonly expires?: number
}

/** The keys of an account. One of each mode is there from the start. */
export class Keys {
  readonly #keys = new Map<string, Key>()
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
    this.secret('test')
    this.secret('live')
  }

  /** The account's secret key of a mode. */
  get test(): string {
    return this.#first(false)
  }

  get live(): string {
    return this.#first(true)
  }

  secret(mode: 'test' | 'live'): string {
    return this.add({
      secret: `sk_${mode}_${letters(this.#random, 24)}`,
      livemode: mode === 'live',
      ofAddresses: false,
    })
  }

  restricted(mode: 'test' | 'live', permissions: Permissions, { ofAddresses = false } = {}): string {
    const secret = `rk_${mode}_${letters(this.#random, 24)}`
    return this.add({ secret, livemode: mode === 'live', permissions, ofAddresses })
  }

  add(key: Key): string {
    this.#keys.set(key.secret, key)
    return key.secret
  }

  /** Deletes an ephemeral key, and answers it. */
  delete(id: string, livemode: boolean): Key | undefined {
    const key = [...this.#keys.values()].find((one) => one.id === id && one.livemode === livemode)
    if (key !== undefined) this.#keys.delete(key.secret)
    return key
  }

  revoke(secret: string): void {
    this.#keys.delete(secret)
  }

  /** Bearer, or basic with the key as the user's name. */
  ofHeader(header: string | undefined, now: number): Key {
    const secret = secretIn(header)
    if (secret === undefined) throw new Refusal(401, { message: 'You did not provide an API key.' })
    const key = this.#keys.get(secret)
    if (key === undefined) throw new Refusal(401, { message: `Invalid API Key provided: ${masked(secret)}` })
    if (key.expires !== undefined && key.expires <= now) {
      throw new Refusal(401, { code: 'api_key_expired', message: `Expired API Key provided: ${masked(secret)}` })
    }
    return key
  }

  #first(livemode: boolean): string {
    return [...this.#keys.values()].find((key) => key.livemode === livemode)?.secret ?? ''
  }
}

/** Unverified against the live API: the message, and whether it has a code. */
export function checkPermission(key: Key, resource: Resource, access: 'read' | 'write'): void {
  if (permits(key, resource, access)) return
  throw new Refusal(403, {
    message: `The provided key '${masked(key.secret)}' does not have the required permissions for this endpoint: ${resource} (${access}).`,
  })
}

/** A secret key may do everything, but see what is sensitive. */
export function permits({ permissions }: Key, resource: Resource, access: 'read' | 'write'): boolean {
  if (permissions === undefined) return resource !== 'sensitive'
  const has = permissions[resource]
  return has === 'write' || has === access
}

function masked(secret: string): string {
  return `${secret.slice(0, 8)}${'*'.repeat(Math.max(0, secret.length - 12))}${secret.slice(-4)}`
}

function secretIn(header: string | undefined): string | undefined {
  const [scheme = '', value = ''] = header?.split(' ') ?? []
  if (scheme.toLowerCase() === 'bearer') return value
  if (scheme.toLowerCase() === 'basic') return Buffer.from(value, 'base64').toString().split(':')[0]
  return undefined
}
