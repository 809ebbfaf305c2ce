import { readFileSync, writeFileSync } from 'node:fs'
import { type Table, toMarkdown } from './table.js'

const PAGE = 'docs/performance.md'

/** Puts results into the page, each between the comments that name its part. The rest of the page is left alone. */
export function writePage(results: ReadonlyMap<string, readonly Table[]>, machine: string): void {
  let page = readFileSync(PAGE, 'utf8')
  page = between(page, 'machine', `${machine}\n`)
  for (const [name, tables] of results) page = between(page, name, tables.map(toMarkdown).join('\n'))
  writeFileSync(PAGE, page)
}

function between(page: string, name: string, text: string): string {
  const [start, end] = [`<!-- bench ${name} -->`, `<!-- end of ${name} -->`]
  const [from, to] = [page.indexOf(start), page.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`${PAGE} has no place for "${name}": ${start} ... ${end}`)
  return `${page.slice(0, from + start.length)}\n\n${text}\n${page.slice(to)}`
}
