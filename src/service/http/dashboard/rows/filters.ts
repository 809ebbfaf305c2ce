import type { ListObject } from '../../../../model/resources.js'
import { ApiError } from '../../../api-error.js'
import { DAY, dayNumber } from './days.js'
import type { Asked } from './page-row.js'

/** What a list is narrowed by, as the address of the page says it, without blanks around; empty for nothing. */
export function filterIn<Name extends string>(
  { query }: Pick<Asked, 'query'>,
  ...names: readonly Name[]
): Record<Name, string> {
  const values = names.map((name) => [name, (query[name] ?? '').trim()])
  return Object.fromEntries(values) as Record<Name, string>
}

/** Days in UTC, both included; empty for no bound. And what of them is not understood. */
export function daysAsked({ since, until }: { readonly since: string; readonly until: string }) {
  const [first, last] = [dayNumber(since), dayNumber(until)]
  const created = {
    ...(first !== undefined && { gte: first * DAY }),
    ...(last !== undefined && { lt: (last + 1) * DAY }),
  }
  const faults = [
    ...(first === undefined ? faultOf(since, 'a day: write it like 2026-11-29') : []),
    ...(last === undefined ? faultOf(until, 'a day: write it like 2026-11-29') : []),
  ]
  return { first, last, created, faults: [...new Set(faults)] }
}

/** One of some values; undefined for none. And whether it is not understood. */
export function choiceAsked<Choice extends string>(text: string, choices: readonly Choice[], what: string) {
  const choice = choices.find((one) => one === text)
  return { choice, faults: choice === undefined ? faultOf(text, what) : [] }
}

/** Why a text is not what it should be; nothing where there is none. */
export function faultOf(text: string, what: string): readonly string[] {
  return text === '' ? [] : [`${shown(text)} is not ${what}.`]
}

/** Why a list is empty that is of something which does not exist. */
export function thereIsNo(what: string, name: string): string {
  return `There is no ${what} ${shown(name)}.`
}

function shown(text: string): string {
  return `'${text.length > 100 ? `${text.slice(0, 100)}...` : text}'`
}

/** In place of a file, which could not say what of its filter is not understood. */
export function refusalOf(faults: readonly string[]): ApiError {
  return new ApiError(400, { message: faults.join(' ') })
}

/**
 * A list; or what stands in its place, with the reasons, if its filter is not understood or names what does not exist.
 * `missing` are the reasons for that, by the parameter which the 404 is about.
 */
export async function narrowed<List, Empty>(
  faults: readonly string[],
  missing: Readonly<Record<string, string>>,
  { list, empty }: { readonly list: () => Promise<List>; readonly empty: Empty },
): Promise<{ readonly list: List | Empty; readonly faults: readonly string[] }> {
  if (faults.length > 0) return { list: empty, faults }
  try {
    return { list: await list(), faults }
  } catch (error) {
    const reason = error instanceof ApiError && error.status === 404 ? missing[error.body.param ?? ''] : undefined
    if (reason === undefined) throw error
    return { list: empty, faults: [reason] }
  }
}

/** No items, for a list that is not read. */
export const NONE: Pick<ListObject<never>, 'data' | 'has_more'> = { data: [], has_more: false }
