import type { Issue } from '../../../model/diagnostic.js'
import { type FlowBody, type FlowConfig, normalise } from '../../../model/flow.js'
import { toBrackets } from '../../../model/json-pointer.js'
import type { Mode } from '../../../model/mode.js'
import { checkFlowBody } from '../../../validate/flow-body.js'
import { ApiError, type ApiErrorCode, invalid } from '../../api-error.js'

/** A flow's body in full, checked by the rules that hold for definitions too, with every default filled in. */
export function checkedConfig(body: unknown, mode: Mode, inside = ''): FlowConfig {
  const bare = withoutNulls(body)
  refuse(checkFlowBody(bare, mode), inside)
  return normalise(bare as FlowBody)
}

/**
 * Some members of a flow's body that other requests take too. What they lack is filled in with valid values, so that
 * the limits are those of flows and stand nowhere twice. What they are asked for is the same in both modes.
 */
export function checkMembers(members: Partial<Record<'type' | 'options' | 'metadata', unknown>>): FlowConfig {
  return checkedConfig({ name: 'x', type: 'document', ...members }, 'test')
}

/** A FlowConfig says null where a definition says nothing. */
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
