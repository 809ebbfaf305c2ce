import { randomBytes } from 'node:crypto'

const BYTES = 24

/** A prefix and 192 random bits as 38 characters of 0-9 and a-z: too many to be guessed from a hash. */
export function randomSecret(prefix: string): string {
  const number = BigInt(`0x${randomBytes(BYTES).toString('hex')}`)
  return prefix + number.toString(36).padStart(38, '0')
}
