/**
 * Output without what is another in every run. What stands in for it is as long, so that lines break where they did.
 */
export function sameEverywhere(text: string): string {
  return (
    text
      // Ids, secrets and the tokens of addresses.
      .replaceAll(/(?<=\b|\[\d*m)((?:vf|vs|vr|ak|req|evt|we|dep|vfd|fd|signin)_)\w{12,}/g, (found, kind: string) =>
        filled(kind, found),
      )
      .replaceAll(/(?<=\b|\[\d*m)([sr]k_(?:test|live)_)[\w.…*]+/g, (found, kind: string) => filled(kind, found))
      .replaceAll(/(?<=\/)[\w-]{22,}\b/g, (found) => filled('', found))
      .replaceAll(/\b\d{4}-\d\d-\d\d \d\d:\d\d\b/g, '2026-01-01 00:00')
      .replaceAll(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/g, '2026-01-01T00:00:00')
      .replaceAll(/"(created|time|at)":\d{10}\b/g, '"$1":1767225600')
      .replaceAll(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, (found) => filled('', found))
      .replaceAll(/\(\d+ ms\)/g, '(0 ms)')
      .replaceAll(/"duration":\d+/g, '"duration":0')
      .replaceAll(/(?<=took(?:\s|.\[\d*m)+)[\d.]+ m?s\b/g, '0 ms')
      // Digests, whole and short.
      .replaceAll(/\b(?!c0ffee)[0-9a-f]{64}\b/g, (found) => filled('', found))
      .replaceAll(/(?<=(?:\b|\[\d*m)plan(?:.\[\d*m|\s|<code>)+)[0-9a-f]{12}\b/g, (found) => filled('', found))
      // Where it runs, and what runs it.
      .replaceAll(/\/[^\s"']*\/flows-outputs-\w{6}/g, '/tmp/flows-outputs-xxxxxx')
      .replaceAll(/(flows is |flows )\d+\.\d+\.\d+(?=[,;\n])/g, '$10.0.0')
      .replaceAll(/"flows":"\d+\.\d+\.\d+"/g, '"flows":"0.0.0"')
      .replaceAll(/flows \d+\.\d+\.\d+, Node \d+\.\d+\.\d+/g, 'flows 0.0.0, Node 0.0.0')
      .replaceAll(/127\.0\.0\.1:\d{5}/g, '127.0.0.1:44444')
  )
}

function filled(kind: string, found: string): string {
  return kind + 'x'.repeat(found.length - kind.length)
}
