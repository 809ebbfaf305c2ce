import { ApiError } from '../../api-error.js'
import type { Caller, Service } from '../../operations/calls/call.js'
import { VISITOR } from '../../operations/calls/principal.js'
import { checkApiKey, type ValidKey } from '../../operations/keys/keys.js'

const NOBODY: Caller = { livemode: false, principal: VISITOR }

/** Finds the sender of a request: Bearer, or Basic with the key as user name and an empty password. Throws 401. */
export async function authenticate(service: Service, authorization: string | undefined): Promise<ValidKey> {
  const key = keyIn(authorization)
  if (key === undefined) {
    throw unauthorised(
      'You did not provide an API key. Send it in the Authorization header, as Bearer token (Authorization: Bearer YOUR_SECRET_KEY) or as user name of Basic auth with an empty password (curl -u YOUR_SECRET_KEY:).',
    )
  }
  const check = await service.read(NOBODY, (call) => checkApiKey(call, key))
  if (check.status === 'valid') return check
  if (check.status === 'revoked') throw unauthorised('Expired API Key provided: it was revoked.', 'api_key_expired')
  if (check.status === 'expired') throw unauthorised('Expired API Key provided: its time is over.', 'api_key_expired')
  throw unauthorised('Invalid API Key provided.')
}

function keyIn(authorization = ''): string | undefined {
  const [, scheme = '', credentials = ''] = /^(bearer|basic) +(\S+)$/i.exec(authorization) ?? []
  if (scheme.toLowerCase() === 'bearer') return credentials
  if (scheme === '') return undefined
  const [user = ''] = Buffer.from(credentials, 'base64').toString('latin1').split(':')
  return user === '' ? undefined : user
}

function unauthorised(message: string, code?: 'api_key_expired'): ApiError {
  return new ApiError(401, { message, ...(code !== undefined && { code }) })
}
