import { MiB, V2_LIMIT } from '../../api/limits.js'
import { ApiError } from '../../api-error.js'

/** 413 for a body over a limit in bytes. */
export function tooLarge(limit: number): ApiError {
  const figures = `The request body is too large: the limit is ${limit / MiB} MiB (${limit} bytes).`
  const advice = limit === V2_LIMIT ? 'Deploy fewer flows at once, in several deployments.' : 'Send shorter parameters.'
  return new ApiError(413, { message: `${figures} ${advice}` })
}
