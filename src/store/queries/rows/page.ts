import type { Page, PageOf } from '../../page.js'

/** A page as a query: records on one side of a cursor, nearest first. */
export interface Slice<Cursor = string> {
  readonly order: 'asc' | 'desc'
  readonly comparison: '<' | '>'
  readonly cursor: Cursor | undefined
  /** One more than the page size, to see whether there is more. */
  readonly limit: number
}

/** Ids grow with time, so a page is a range of ids: new records do not shift pages. */
export async function readPage<Row, Cursor = string>(
  page: { readonly [Name in keyof Page]: Name extends 'limit' ? number : Cursor | undefined },
  fetch: (slice: Slice<Cursor>) => Promise<Row[]>,
): Promise<PageOf<Row>> {
  const isBackwards = page.ending_before !== undefined
  const rows = await fetch({
    order: isBackwards ? 'asc' : 'desc',
    comparison: isBackwards ? '>' : '<',
    cursor: isBackwards ? page.ending_before : page.starting_after,
    limit: page.limit + 1,
  })
  const data = rows.slice(0, page.limit)
  return { data: isBackwards ? data.reverse() : data, has_more: rows.length > page.limit }
}
