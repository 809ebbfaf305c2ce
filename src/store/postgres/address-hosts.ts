import { type AddressFault, fault } from './address-fault.js'

/**
 * Splits an address with several hosts into one per host. libpq writes several hosts as `postgres://a:5432,b:5433/db`,
 * or `postgres:///db?host=a,b&port=5432,5433`; a single port applies to all. The parser accepts only one host.
 */
export function addressesOfHosts(address: string): readonly string[] | AddressFault {
  const [, scheme, authority = '', path = '', query] =
    /^(postgres(?:ql)?:\/\/)([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#.*)?$/is.exec(address) ?? []
  if (scheme === undefined) return [address]
  const at = authority.lastIndexOf('@') + 1
  const named = authority.slice(at).split(',')
  const parameters = new URLSearchParams(query)
  const lists = LISTS.map((name) => parameters.get(name)?.split(','))
  const count = Math.max(named.length, ...lists.map((list) => list?.length ?? 0))
  if (count === 1) return [address]
  const wrong = [named, ...lists].find((list, index) => list && list.length !== count && !isForAll(list, index))
  if (wrong !== undefined) {
    return fault('it names another number of ports than of hosts', 'give each host a port, or all of them one')
  }
  return Array.from({ length: count }, (_, index) => {
    const one = new URLSearchParams(query)
    for (const [place, name] of LISTS.entries()) {
      const list = lists[place]
      if (list) one.set(name, (list.length === 1 ? list[0] : list[index]) ?? '')
    }
    const host = named.length === 1 ? named[0] : named[index]
    const rest = query === undefined ? '' : `?${one}`
    return `${scheme}${authority.slice(0, at)}${host}${path}${rest}`
  })
}

/** Parameters that take a list with one value per host. */
const LISTS = ['host', 'hostaddr', 'port'] as const

/** An empty host (the hosts are in the query), or one port for every host. */
function isForAll(list: readonly string[], index: number): boolean {
  return list.length === 1 && (index === 0 ? list[0] === '' : LISTS[index - 1] === 'port')
}
