import type { SignInRecord } from '../../../store/people/sign-ins.js'
import { notFound } from '../../api-error.js'
import type { ReadCall, WriteCall } from '../calls/call.js'
import { idOfPrincipal, may } from '../calls/principal.js'
import { audit } from './audit.js'
import { IDLE, signInId } from './sign-in.js'

/** The sign-ins that a page shows, the last seen first: more than a team has. */
const MOST_SIGN_INS = 200

/** Who is signed in now, for admins; for others, where they themselves are. */
export async function currentSignIns(call: ReadCall): Promise<readonly SignInRecord[]> {
  const { tx, now, principal } = call
  const person = seesAll(call) ? undefined : (idOfPrincipal(principal) ?? '')
  return tx.signIns.current({ now, seenSince: now - IDLE }, person, MOST_SIGN_INS)
}

/** Ends one's own sign-in or, as an admin, anybody's. `hash` is the digest of its secret. */
export async function revokeSignIn(call: WriteCall, hash: string): Promise<void> {
  const found = await call.tx.signIns.byHash(hash)
  const isOwn = found?.person === idOfPrincipal(call.principal)
  if (found === undefined || !(isOwn || seesAll(call))) throw notFound('sign-in', hash.slice(0, 64), 'sign_in')
  await call.tx.signIns.delete(hash)
  await audit(call, { action: 'sign_in.revoked', object: found.person, detail: signInId(hash), livemode: null })
}

/** Ends every sign-in of whoever asks. */
export async function signOutEverywhere(call: WriteCall): Promise<void> {
  const person = idOfPrincipal(call.principal)
  if (person === null) return
  await call.tx.signIns.deleteOf(person)
  await audit(call, { action: 'sign_in.revoked', object: person, detail: 'everywhere', livemode: null })
}

/** Who makes keys can do everything, so that is who may see and end what others do. */
function seesAll({ principal }: Pick<ReadCall, 'principal'>): boolean {
  return may(principal, 'keys:admin')
}
