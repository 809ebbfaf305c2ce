import { SESSION_STATUSES } from '../../../../model/resources.js'
import { choiceAsked, daysAsked, faultOf, filterIn } from './filters.js'
import type { Asked } from './page-row.js'
import { versionIn } from './version-at.js'

/** What verifications of a flow are narrowed by, as the address of the page says it. */
export function sessionFilterIn(asked: Asked) {
  return filterIn(asked, 'status', 'version', 'since', 'until')
}

/** The same for the operation, and what of it is not understood. */
export function sessionParams({ status, version, since, until }: ReturnType<typeof sessionFilterIn>) {
  const { choice, faults: ofStatus } = choiceAsked(status, SESSION_STATUSES, 'a status')
  const number = versionIn(version)
  const { created, faults: ofDays } = daysAsked({ since, until })
  const params = {
    ...(choice !== undefined && { status: choice }),
    ...(number !== undefined && { verification_flow_version: number }),
    created,
  }
  const ofVersion = number === undefined ? faultOf(version, 'a version: write its number, such as 2') : []
  return { params, faults: [...ofStatus, ...ofVersion, ...ofDays] }
}
