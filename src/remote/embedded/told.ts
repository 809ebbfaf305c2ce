import { ApiError } from '../../service/api-error.js'
import { StoreError } from '../../store/store-error.js'
import { RemoteError } from '../remote.js'

/** Turns failures into RemoteErrors. Anything else is a fault of this program and is thrown unchanged. */
export async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof StoreError) {
      throw new RemoteError('unreachable', error.message, { code: error.code, cause: error })
    }
    if (error instanceof ApiError) throw toRemoteError(error)
    throw error
  }
}

function toRemoteError(error: ApiError): RemoteError {
  const { message, status, body } = error
  const { code, param, stale } = body
  const kind = code === 'flow_version_conflict' ? 'stale' : status === 404 ? 'not_found' : 'invalid'
  return new RemoteError(kind, message, {
    cause: error,
    ...(code !== undefined && { code }),
    ...(param !== undefined && { param }),
    ...(stale !== undefined && { stale }),
  })
}
