/** Whether a key of a flow fits a pattern, in which * stands for any characters. */
export function fitsPattern(pattern: string, key: string): boolean {
  // Not a regular expression, whose worst case is slow.
  const [first = '', ...others] = pattern.split('*')
  const last = others.pop()
  if (last === undefined) return key === pattern
  if (!key.startsWith(first) || !key.endsWith(last)) return false
  let from = first.length
  for (const part of others) {
    const found = key.indexOf(part, from)
    if (found === -1) return false
    from = found + part.length
  }
  return from <= key.length - last.length
}
