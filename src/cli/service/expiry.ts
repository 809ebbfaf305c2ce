import { InvalidArgumentError } from '@commander-js/extra-typings'
import { ENDS_SOON } from '../../model/api-key.js'
import type { ApiKey } from '../../model/resources.js'
import { systemClock } from '../../service/operations/calls/call.js'

const DAY = 24 * 60 * 60

/** In how many days a key ends, if that is soon; undefined if it is not, or if the key is no longer good. */
export function daysLeft(
  { expires, revoked }: Partial<Pick<ApiKey, 'expires' | 'revoked'>>,
  now: number,
): number | undefined {
  const left = (expires ?? Number.POSITIVE_INFINITY) - now
  return revoked || left <= 0 || left >= ENDS_SOON ? undefined : Math.floor(left / DAY)
}

/** The end of an API key as people write it: 90d, or 2027-01-31. Returns unix seconds. */
export function parseExpiry(value: string): number {
  const [, days] = /^(\d{1,5})d$/.exec(value) ?? []
  if (days !== undefined && Number(days) === 0) throw new InvalidArgumentError('It ends in one day at the soonest: 1d.')
  if (days !== undefined) return systemClock() + Number(days) * DAY
  const time = /^\d{4}-\d\d-\d\d$/.test(value) ? Date.parse(`${value}T00:00:00Z`) : Number.NaN
  // Date parsing turns the 30th of February into a day in March.
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== value) {
    throw new InvalidArgumentError('Write it as 90d or as a day, 2027-01-31.')
  }
  if (time / 1000 <= systemClock()) throw new InvalidArgumentError('That day has begun already, at 00:00 UTC.')
  return time / 1000
}
