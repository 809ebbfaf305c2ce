/**
 * The part of an address that identifies one visitor, for counting. An IPv6 visitor has the whole /64 (RFC 6177). An
 * IPv4 address stands for itself, also when written ::ffff:192.0.2.1.
 */
export function networkOf(address: string): string {
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1]
  if (mapped !== undefined || !address.includes(':')) return mapped ?? address
  const [head = '', rest] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  const filled = rest === undefined ? groups : [...groups, '0', '0', '0', '0']
  return filled.slice(0, 4).join(':')
}
