import type { ListObject } from '../../../../model/resources.js'
import type { Paging } from '../../../dashboard/lists/paging.js'
import type { Asked } from './page-row.js'

export const PER_PAGE = 25

/** Where in a list a page begins. */
export function placeOf({ query: { after, before } }: Asked) {
  return {
    limit: PER_PAGE,
    ...(after !== undefined && { starting_after: after }),
    ...(before !== undefined && after === undefined && { ending_before: before }),
  }
}

/** How many flows come before the part that is asked for, in an order without cursors. */
export function skipOf({ query: { skip = '' } }: Asked): number {
  return /^\d{1,6}$/.test(skip) ? Number(skip) : 0
}

export function partsOf({ query, path }: Asked, skip: number, hasMore: boolean): Paging {
  const link = (place: number) => `${path}?${new URLSearchParams({ ...query, skip: `${place}` })}`
  return {
    newer: skip > 0 ? link(Math.max(0, skip - PER_PAGE)) : null,
    older: hasMore ? link(skip + PER_PAGE) : null,
    words: ['Before', 'Next'],
  }
}

export function pagingOf(
  { query, path }: Asked,
  { data, has_more }: Pick<ListObject<{ readonly id: string }>, 'data' | 'has_more'>,
): Paging {
  const { after, before, ...filter } = query
  const isBackwards = before !== undefined && after === undefined
  const link = (place: Record<string, string>) => `${path}?${new URLSearchParams({ ...filter, ...place })}`
  const [first, last] = [data[0], data.at(-1)]
  const hasNewer = isBackwards ? has_more : after !== undefined
  const hasOlder = isBackwards || has_more
  return {
    newer: hasNewer && first !== undefined ? link({ before: first.id }) : null,
    older: hasOlder && last !== undefined ? link({ after: last.id }) : null,
  }
}
