import { KEY_PATTERN } from '../../model/flow.js'
import { invalid } from '../api-error.js'

/** For keys of flows and names of projects, which have one pattern. */
export function checkKey(key: string, param: string): void {
  if (KEY_PATTERN.test(key)) return
  const rule = 'lower-case letters, digits, - and _, beginning with a letter or digit, at most 63 characters'
  throw invalid('parameter_invalid', param, `Invalid ${param}: must be ${rule}.`)
}
