import type { LookupFunction } from 'node:net'
import type { Address } from './lookup.js'

/** Connects only to the addresses that were checked: a second lookup could lead elsewhere. */
export function pinned(addresses: readonly Address[]): LookupFunction {
  return (_hostname, { all }, callback) => {
    const [first = { address: '', family: 0 }] = addresses
    if (all) callback(null, [...addresses])
    else callback(null, first.address, first.family)
  }
}
