import { parse } from 'qs'
import { ApiError } from '../api-error.js'

const MOST_PARAMETERS = 10_000

/**
 * Decodes a form or query string with brackets: "options[document][require_live_capture]=true", "expand[]=x" or
 * "expand[0]=x". Refuses what the decoder would drop or bend silently. The objects inherit nothing.
 */
export function decodeForm(text: string): Record<string, unknown> {
  try {
    return parse(text, {
      depth: 32,
      strictDepth: true,
      arrayLimit: 1000,
      parameterLimit: MOST_PARAMETERS,
      throwOnLimitExceeded: true,
      plainObjects: true,
      decoder: (part, _default, _charset, type) => decodePart(part, type),
    })
  } catch (error) {
    if (error instanceof RangeError) {
      throw new ApiError(400, {
        code: 'parameter_invalid',
        message: `Invalid form: it holds too many parameters (more than ${MOST_PARAMETERS}), or brackets too deep.`,
      })
    }
    throw error
  }
}

function decodePart(part: string, type: 'key' | 'value'): string {
  let decoded: string
  try {
    decoded = decodeURIComponent(part.replaceAll('+', ' '))
  } catch {
    throw new ApiError(400, { code: 'parameter_invalid', message: 'Invalid form: a percent-encoding is broken.' })
  }
  if (decoded.includes('\0')) {
    throw new ApiError(400, { code: 'parameter_invalid', message: 'Invalid form: it holds a NUL character.' })
  }
  // The decoder drops it, and a parameter that vanishes is worse than one that is refused.
  if (type === 'key' && decoded.split(/[[\]]/).includes('__proto__')) {
    throw new ApiError(400, {
      code: 'parameter_unknown',
      param: decoded,
      message: `Received unknown parameter: ${decoded}`,
    })
  }
  return decoded
}
