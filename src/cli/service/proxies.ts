import { isIP } from 'node:net'

/** Ranges that have a name. */
const NAMED = new Set(['loopback', 'linklocal', 'uniquelocal'])

/** What is wrong with a list of proxies: addresses, address ranges and names of ranges, separated by commas. */
export function proxyFault(list: string): string | undefined {
  const wrong = list.split(',').find((one) => !isProxy(one.trim()))
  if (wrong === undefined) return undefined
  if (/\/0+$/.test(wrong.trim())) {
    return `${JSON.stringify(wrong.trim())} would believe everybody: name the proxies, with a range of at least /1.`
  }
  return `${JSON.stringify(wrong.trim())} is not an address, a range such as 10.0.0.0/8, or one of ${[...NAMED].join(', ')}.`
}

function isProxy(text: string): boolean {
  if (NAMED.has(text)) return true
  const [address = '', bits, ...rest] = text.split('/')
  const version = isIP(address)
  if (version === 0 || rest.length > 0) return false
  // Not /0: it would trust a header that anybody can write.
  return (
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= (version === 4 ? 32 : 128))
  )
}
