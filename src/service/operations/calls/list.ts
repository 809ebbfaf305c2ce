import type { ListObject } from '../../../model/resources.js'
import type { CreatedRange, Page, PageOf } from '../../../store/page.js'
import { invalid, notFound } from '../../api-error.js'

export interface ListParams {
  readonly limit?: number | undefined
  readonly starting_after?: string | undefined
  readonly ending_before?: string | undefined
  readonly created?: number | CreatedRange | undefined
}

export const DEFAULT_LIMIT = 10
export const MOST = 100

/** Checks the paging parameters. `exists` says whether the list has an object with this id. */
export async function pageOf(
  { limit = DEFAULT_LIMIT, starting_after, ending_before }: ListParams,
  what: string,
  exists: (id: string) => Promise<boolean>,
): Promise<Page> {
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST) {
    throw invalid('parameter_invalid_integer', 'limit', `Invalid limit: must be between 1 and ${MOST}.`)
  }
  if (starting_after !== undefined && ending_before !== undefined) {
    throw invalid('parameters_exclusive', 'ending_before', 'You may give only one of starting_after and ending_before.')
  }
  for (const [param, id] of Object.entries({ starting_after, ending_before })) {
    if (id !== undefined && !(await exists(id))) throw notFound(what, id, param)
  }
  return { limit, starting_after, ending_before }
}

/** As at Stripe, `created` is one time or a range. */
export function rangeOf(created: ListParams['created']): CreatedRange | undefined {
  return typeof created === 'number' ? { gte: created, lte: created } : created
}

export function listObject<Row, T>(
  url: string,
  { data, has_more }: PageOf<Row>,
  toResource: (row: Row) => T,
): ListObject<T> {
  return { object: 'list', url, has_more, data: data.map(toResource) }
}
