/** Below, at or above zero as the first is older, the same or newer; what stands behind a "-" comes before its release. */
export function compareVersions(a: string, b: string): number {
  const [one, other] = [parts(a), parts(b)]
  for (const place of [0, 1, 2]) {
    const difference = (one.numbers[place] ?? 0) - (other.numbers[place] ?? 0)
    if (difference !== 0) return difference
  }
  if (one.pre === other.pre) return 0
  if (one.pre === '' || other.pre === '') return one.pre === '' ? 1 : -1
  return one.pre < other.pre ? -1 : 1
}

function parts(version: string) {
  const [release = '', ...pre] = version.split('+')[0]?.split('-') ?? []
  return { numbers: release.split('.').map(Number), pre: pre.join('-') }
}
