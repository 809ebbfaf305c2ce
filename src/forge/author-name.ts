/** Of somebody whose name may not be written into git. */
const SOMEBODY = 'somebody'

/**
 * What a person is called in git, for everybody who reads the repository: never an email address, and nothing that a
 * forge takes for a mention, a link, an address or an action.
 */
export function authorName(name: string): string {
  if (name.normalize('NFKC').includes('@')) return SOMEBODY
  const line = name.replace(/[^\p{L}\p{M}\p{N} .'-]+/gu, ' ').replace(/ +/g, ' ')
  // "www.example.com" is a link without any other sign; the dot of an initial has a space behind it.
  const named = line.replace(/\.(?=\S)/g, ' ').trim()
  return /[\p{L}\p{N}]/u.test(named) ? named : SOMEBODY
}
