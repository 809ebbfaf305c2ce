import type { FastifyRequest } from 'fastify'
import { ApiError } from '../../../api-error.js'
import type { Caller, Service } from '../../../operations/calls/call.js'
import { SERVICE } from '../../../operations/calls/principal.js'
import { isOwnForm, noteSeen, type SignedIn, signedIn } from '../../../operations/people/sign-in.js'
import type { Fields } from '../rows/form-row.js'
import type { Cookies } from './cookies.js'

/** Nobody is signed in who asks for what takes that. */
export class NotSignedIn extends Error {
  override readonly name = 'NotSignedIn'
}

/** What is asked for takes a fresh sign-in. */
export class NotFresh extends Error {
  override readonly name = 'NotFresh'
  readonly person: SignedIn

  constructor(person: SignedIn) {
    super('the sign-in is not fresh')
    this.person = person
  }
}

/** Whoever is signing in is not known yet. */
export function nobodyAt(request: FastifyRequest): Caller {
  return { livemode: false, principal: SERVICE, ...whereFrom(request) }
}

/** A signed-in person, in a mode. */
export function callerAt(request: FastifyRequest, { principal }: SignedIn, livemode: boolean): Caller {
  return { livemode, principal, ...whereFrom(request) }
}

function whereFrom(request: FastifyRequest): Pick<Caller, 'address' | 'agent' | 'request'> {
  const { ip: address, headers, id } = request
  return { address, agent: headers['user-agent'], request: { id, idempotency_key: null } }
}

/** The person whose browser asks; whether that counts as being there is for the caller to say. Throws NotSignedIn. */
export async function personAt(
  request: FastifyRequest,
  service: Service,
  { signIn }: Cookies,
  isThere = true,
): Promise<SignedIn> {
  const secret = signIn.read(request)
  const nobody = nobodyAt(request)
  const found = await service.read(nobody, (call) => signedIn(call, secret))
  if (found === undefined) throw new NotSignedIn()
  if (found.isStale && isThere) await service.write(nobody, (call) => noteSeen(call, secret))
  return found
}

/** Another site can make a browser send a form, and cannot know what the person's own forms carry. */
export function refuseForeign(person: SignedIn, fields: Fields): void {
  if (isOwnForm(person, fields.form_token)) return
  const message =
    'This form is not from a page that you have open, or you have signed in again since. Nothing was done.'
  throw new ApiError(403, { message })
}
