import { secretIn } from '../../../model/api-key.js'
import { KEY_PATTERN, looksLikeFlowId } from '../../../model/flow.js'
import { invalidValue } from '../../api-error.js'

/** For keys of flows and names of projects, which share one pattern. */
export function checkKey(key: string, param: string): void {
  if (KEY_PATTERN.test(key)) return
  const rule = 'lower-case letters, digits, - and _, beginning with a letter or digit, at most 63 characters'
  throw invalidValue(param, `Invalid ${param}: must be ${rule}.`)
}

/** For new keys of flows: a flow is found by id or by key, so a key must not look like an id. */
export function checkFlowKey(key: string): void {
  checkKey(key, 'key')
  // Keys are shown and stored everywhere, so they must not be secrets.
  const secret = secretIn(key)
  if (secret !== undefined) throw invalidValue('key', `Invalid key: this is ${secret}.`)
  if (looksLikeFlowId(key)) throw invalidValue('key', 'Invalid key: a key must not look like an id.')
}
