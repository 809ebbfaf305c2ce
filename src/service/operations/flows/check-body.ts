import type { Issue } from '../../../model/diagnostic.js'
import { type FlowBody, type FlowConfig, normalise } from '../../../model/flow.js'
import { toBrackets } from '../../../model/json-pointer.js'
import type { Mode } from '../../../model/mode.js'
import { checkFlowBody } from '../../../validate/flow-body.js'
import { ApiError, type ApiErrorCode, invalid } from '../../api-error.js'

/** A complete flow body, checked by the rules for definitions, with every default filled in. */
export function checkedConfig(body: unknown, mode: Mode, inside = ''): FlowConfig {
  const bare = withoutNulls(body)
  refuse(checkFlowBody(bare, mode), inside)
  return normalise(bare as FlowBody)
}

/**
 * Checks members of a flow body that other requests also take. Missing members get valid values, so that the limits of
 * flows apply and are written only once. These members have the same rules in both modes.
 */
export function checkMembers(members: Partial<Record<'type' | 'options' | 'metadata', unknown>>): FlowConfig {
  return checkedConfig({ name: 'x', type: 'document', ...members }, 'test')
}

/** A FlowConfig has null where a definition leaves the field out. */
function withoutNulls(body: unknown): unknown {
  if (body === null || typeof body !== 'object' || Array.isArray(body)) return body
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null && value !== undefined))
}

function refuse([first]: readonly Issue[], inside: string): void {
  if (first === undefined) return
  const path = toBrackets(inside + first.pointer)
  const code = CODES[first.code]
  if (code === 'parameter_missing') throw invalid(code, path, `Missing required param: ${path}.`)
  if (code === 'parameter_unknown') {
    throw invalid(code, path, `Received unknown parameter: ${path}${first.hint ? `: ${first.hint}` : ''}`)
  }
  const hint = first.hint === undefined ? '' : ` (${first.hint})`
  throw new ApiError(400, {
    ...(code && { code }),
    message: `Invalid ${path || 'body'}: ${first.message}${hint}`,
    ...(path && { param: path }),
  })
}

const CODES: Partial<Record<Issue['code'], ApiErrorCode>> = {
  MISSING_FIELD: 'parameter_missing',
  UNKNOWN_FIELD: 'parameter_unknown',
  RETURN_URL_INVALID: 'url_invalid',
}
