import type { LookupFunction } from 'node:net'
import type { Address } from './lookup.js'

/** Connects to the addresses that were looked at: asking again could lead elsewhere. */
export function pinned(addresses: readonly Address[]): LookupFunction {
  return (_hostname, { all }, callback) => {
    const [first = { address: '', family: 0 }] = addresses
    if (all) callback(null, [...addresses])
    else callback(null, first.address, first.family)
  }
}
