import { sha256 } from './canonical.js'

/** In characters; the longest that mail servers accept (RFC 5321, 4.5.3.1). */
export const LONGEST_EMAIL = 254

/** Whether a person has probably typed an email address. What is unlikely is refused while the person can mend it. */
export function isEmailAddress(text: string): boolean {
  return [...text].length <= LONGEST_EMAIL && /^[^\s@\p{Cc}\p{Cs}]+@[^\s@\p{Cc}\p{Cs}]+$/u.test(text)
}

/** What finds an address without holding it: people write the same one in capitals, too. */
export function emailDigest(address: string): string {
  return sha256(address.toLowerCase())
}
