import { SESSION_STATUSES } from '../../../../model/resources.js'
import { DAY, dayIn } from './days.js'
import type { Asked } from './page-row.js'
import { versionIn } from './version-at.js'

/** What verifications of a flow are narrowed by, as the address of the page says it. */
export function sessionFilterIn({ query: { status = '', version = '', since = '', until = '' } }: Asked) {
  return { status, version, since, until }
}

/** The same for the operation. What is no status, version or day narrows nothing. */
export function sessionParams({ status, version, since, until }: ReturnType<typeof sessionFilterIn>) {
  const known = SESSION_STATUSES.find((one) => one === status)
  const number = versionIn(version)
  return {
    ...(known !== undefined && { status: known }),
    ...(number !== undefined && { verification_flow_version: number }),
    created: { ...dayIn(since, 'gte', 0), ...dayIn(until, 'lt', DAY) },
  }
}
