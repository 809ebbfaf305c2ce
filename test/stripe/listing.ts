import type { Params, Values } from './params.js'
import { noSuchNamed } from './refusal.js'

/** What every list takes. */
export const PAGE: Params = {
  limit: { kind: 'integer' },
  starting_after: { kind: 'text' },
  ending_before: { kind: 'text' },
  created: { kind: 'range' },
}

/** Things in the order of their making: each has a place, and none is made before the one in front of it. */
export interface Row<T> {
  readonly length: number
  at(place: number): T
  placeOf(id: string): number | undefined
}

export interface Page<T> {
  readonly data: readonly T[]
  readonly has_more: boolean
}

interface Range {
  readonly from: number
  readonly to: number
}

/** One page, newest first. Unverified against the live API: that lists are newest first. */
export function pageOf<T extends { readonly created: number }>(
  row: Row<T>,
  values: Values,
  what: string,
  matches: (one: T) => boolean,
): Page<T> {
  const limit = (values.limit as number | undefined) ?? 10
  const range = rangeOf(values.created)
  const found: T[] = []
  const after = placeNamed(row, values.starting_after, what, 'starting_after')
  const before = placeNamed(row, values.ending_before, what, 'ending_before')
  if (before !== undefined) {
    for (let place = Math.max(before + 1, firstFrom(row, range.from)); place < row.length; place += 1) {
      const one = row.at(place)
      if (one.created > range.to || found.length > limit) break
      if (matches(one)) found.unshift(one)
    }
    return { data: found.slice(-limit), has_more: found.length > limit }
  }
  const newest = firstFrom(row, range.to + 1) - 1
  for (let place = Math.min(newest, after === undefined ? row.length - 1 : after - 1); place >= 0; place -= 1) {
    const one = row.at(place)
    if (one.created < range.from || found.length > limit) break
    if (matches(one)) found.push(one)
  }
  return { data: found.slice(0, limit), has_more: found.length > limit }
}

/** The times that a filter names, both ends included. */
function rangeOf(created: unknown): Range {
  if (typeof created === 'number') return { from: created, to: created }
  const { gt, gte, lt, lte } = (created ?? {}) as { gt?: number; gte?: number; lt?: number; lte?: number }
  const from = Math.max(gte ?? 0, gt === undefined ? 0 : gt + 1)
  const to = Math.min(lte ?? Number.MAX_SAFE_INTEGER - 1, lt === undefined ? Number.MAX_SAFE_INTEGER - 1 : lt - 1)
  return { from, to }
}

/** The place of the first that was made at this time or later. */
function firstFrom(row: Row<{ readonly created: number }>, time: number): number {
  let [low, high] = [0, row.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (row.at(middle).created < time) low = middle + 1
    else high = middle
  }
  return low
}

function placeNamed(row: Row<unknown>, id: unknown, what: string, param: string): number | undefined {
  if (id === undefined) return undefined
  const place = row.placeOf(String(id))
  if (place === undefined) throw noSuchNamed(what, String(id), param)
  return place
}
