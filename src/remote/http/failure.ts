import type { StaleFlow } from '../../model/deployment.js'
import { RemoteError } from '../remote.js'

/** What an answer says under `error`. Nothing of it is trusted to be there. */
interface ErrorFields {
  readonly message?: unknown
  readonly code?: unknown
  readonly param?: unknown
  readonly stale?: unknown
}

/** What a refused request means for the caller. */
export function refused(
  origin: string,
  status: number,
  error: ErrorFields,
  requestId: string | undefined,
): RemoteError {
  const { code, param, stale } = error
  const message = typeof error.message === 'string' ? error.message : `${origin} answered ${status}`
  return new RemoteError(kindOf(status, code), message, {
    ...(typeof code === 'string' && { code }),
    ...(typeof param === 'string' && { param }),
    ...(requestId !== undefined && { requestId }),
    ...(Array.isArray(stale) && { stale: stale as readonly StaleFlow[] }),
  })
}

/** No answer, or none that a flows API would give. `why` goes on after the address. */
export function unreachable(origin: string, why: string, requestId?: string): RemoteError {
  return new RemoteError('unreachable', `${origin} ${why}`, requestId === undefined ? {} : { requestId })
}

function kindOf(status: number, code: unknown): RemoteError['kind'] {
  if (status === 401 || status === 403) return 'not_authorised'
  if (status === 404) return 'not_found'
  if (status === 412 || code === 'flow_version_conflict') return 'stale'
  return status >= 500 || status === 429 ? 'unreachable' : 'invalid'
}
