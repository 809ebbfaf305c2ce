/** JSON Pointer, RFC 6901: "" is the whole document, "/a~1b/0" is member "a/b", item 0. */

export function toPointer(segments: readonly (string | number)[]): string {
  let pointer = ''
  for (const segment of segments) pointer += `/${escaped(String(segment))}`
  return pointer
}

/** Few names need it, and a plan of many flows asks for each of their fields. */
function escaped(segment: string): string {
  return /[~/]/.test(segment) ? segment.replaceAll('~', '~0').replaceAll('/', '~1') : segment
}

export function fromPointer(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** "/options/document/allowed_types" as people write it: "options.document.allowed_types". */
export function toDotted(pointer: string): string {
  return fromPointer(pointer).join('.')
}

/** "/options/document" as Stripe writes it in `param`: "options[document]". */
export function toBrackets(pointer: string): string {
  const [first = '', ...rest] = fromPointer(pointer)
  return first + rest.map((segment) => `[${segment}]`).join('')
}
