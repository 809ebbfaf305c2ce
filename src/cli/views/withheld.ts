import type { Withheld } from '../../edit/without-api-keys.js'
import { toDotted } from '../../model/json-pointer.js'
import { printable } from '../../text/text.js'

/** What was not written because it contains an API key, without the key itself. */
export function withheldLines(withheld: readonly Withheld[]): string {
  return withheld
    .map(({ key, paths, isWhole }) => {
      const fields = paths.map((path) => printable(toDotted(path))).join(', ')
      const what = isWhole ? `${printable(key)}, all of it` : `${fields} of ${printable(key)}`
      const where = isWhole ? `in ${fields}` : 'there'
      return `Not written: ${what}, since an API key stands ${where}. Revoke the key, and take it out of the flow.\n`
    })
    .join('')
}

/** The same for programs. */
export function withheldJson(withheld: readonly Withheld[]) {
  return withheld.map(({ key, paths }) => ({ key, paths }))
}
