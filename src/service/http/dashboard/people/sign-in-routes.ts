import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type IdentityProvider, type Pending, SignInFault } from '../../../../oidc/identity-provider.js'
import { rateLimited } from '../../../api-error.js'
import { deadLinkPage, refusedPage, signedOutPage, unreachablePage } from '../../../dashboard/sign-in-pages.js'
import { networkOf } from '../../../network.js'
import type { Service } from '../../../operations/calls/call.js'
import type { Limiter } from '../../../operations/calls/limiter.js'
import { auditRefusal, signIn, signInByLink, signOut } from '../../../operations/people/sign-in.js'
import { signOutEverywhere } from '../../../operations/people/sign-ins.js'
import { sendPage } from '../../answers/send-page.js'
import { queryOf } from '../../requests/query.js'
import { fieldsOf } from '../rows/form-row.js'
import type { Cookies } from './cookies.js'
import { placeIn } from './place.js'
import { callerAt, nobodyAt, personAt, refuseForeign } from './who.js'

export interface SignInOptions {
  readonly service: Service
  readonly limiter: Limiter
  readonly publicUrl: () => string
  readonly cookies: Cookies
  /** Where the style sheets are. */
  readonly assets: string
  /** Who signs people in; without one, links are the only way. */
  readonly provider: IdentityProvider | undefined
}

/** Ways to sign in that one address may try in a minute: whole teams share an address. */
const MOST_TRIES = 60
const WINDOW = 60

const CALLBACK = '/sign-in/oidc/callback'

/** Signing in and out. */
export function signInRoutes(app: FastifyInstance, options: SignInOptions): void {
  const { service, limiter, publicUrl, cookies, assets, provider } = options

  const countTry = async ({ ip }: FastifyRequest) => {
    const permit = await limiter.take(`sign-in:${networkOf(ip)}`, WINDOW, MOST_TRIES)
    if (permit.ok) return
    const message = 'Too many sign-ins were tried from this address. Wait a minute.'
    throw rateLimited(message, { scope: 'address', retryAfter: permit.retryAfter, isWorthRetry: false })
  }
  /** A new secret in the cookie, and the page that the person asked for. */
  const enter = (request: FastifyRequest, reply: FastifyReply, secret: string) => {
    const place = placeIn(cookies.place.read(request)) ?? '/dashboard'
    cookies.signIn.set(reply, secret)
    cookies.place.clear(request, reply)
    return reply.redirect(place, 303)
  }
  const refuse = (request: FastifyRequest, reason: string, by: Parameters<typeof auditRefusal>[1] = null) =>
    service.write(nobodyAt(request), (call) => auditRefusal(call, by, reason))

  // Whoever only looks at a link, such as a program that shows previews, does not use it up.
  app.head('/sign-in', async (_request, reply) => reply.type('text/html; charset=utf-8').send())
  app.get('/sign-in', { exposeHeadRoute: false }, async (request, reply) => {
    await countTry(request)
    const { token = '' } = queryOf(request)
    const replaced = cookies.signIn.read(request)
    const secret = await service.write(nobodyAt(request), (call) => signInByLink(call, token, replaced))
    return secret === undefined ? sendPage(reply, deadLinkPage(assets)) : enter(request, reply, secret)
  })

  app.post('/sign-out', async (request, reply) => {
    const person = await personAt(request, service, cookies)
    const fields = fieldsOf(request)
    refuseForeign(person, fields)
    const caller = callerAt(request, person, false)
    await service.write(caller, (call) =>
      fields.everywhere === 'yes' ? signOutEverywhere(call) : signOut(call, cookies.signIn.read(request)),
    )
    cookies.signIn.clear(request, reply)
    const elsewhere =
      person.method === 'oidc' ? await provider?.signOutAddress(`${publicUrl()}/dashboard/signed-out`) : null
    return sendPage(reply, signedOutPage(assets, provider?.name ?? null, elsewhere ?? null))
  })
  app.get('/signed-out', async (_request, reply) => {
    return sendPage(reply, signedOutPage(assets, provider?.name ?? null, null))
  })

  if (provider === undefined) return
  const callback = () => `${publicUrl()}/dashboard${CALLBACK}`

  app.get('/sign-in/oidc', { exposeHeadRoute: false }, async (request, reply) => {
    await countTry(request)
    const again = queryOf(request).again !== undefined
    const begun = await provider.begin({ callback: callback(), again }).catch((error) => {
      if (!(error instanceof SignInFault)) throw error
      request.failure = error
    })
    if (begun === undefined) return sendPage(reply, unreachablePage(assets, provider.name))
    cookies.pending.set(reply, Buffer.from(JSON.stringify(begun.pending)).toString('base64url'))
    return reply.redirect(begun.address, 303)
  })

  app.get(CALLBACK, { exposeHeadRoute: false }, async (request, reply) => {
    await countTry(request)
    const pending = pendingIn(cookies.pending.read(request))
    // Whatever comes of it, this way back is used up.
    cookies.pending.clear(request, reply)
    if (pending === undefined) {
      await refuse(request, 'oidc: not_begun_here')
      return sendPage(reply, refusedPage(assets, 'not_begun_here'))
    }
    try {
      const address = new URL(callback())
      address.search = request.url.slice(request.url.indexOf('?'))
      const { subject, name, roles, authenticated } = await provider.finish(address, pending)
      const person = `oidc:${subject}`
      if (roles.length === 0) {
        await refuse(request, 'oidc: no_group', { id: person, name })
        return sendPage(reply, refusedPage(assets, 'no_group'))
      }
      const replaced = cookies.signIn.read(request)
      const who = { person, name, role: roles.join(' '), method: 'oidc', authenticated } as const
      return enter(request, reply, await service.write(nobodyAt(request), (call) => signIn(call, who, replaced)))
    } catch (error) {
      if (!(error instanceof SignInFault)) throw error
      request.failure = error
      await refuse(request, `oidc: ${error.reason}`)
      const page = error.kind === 'unreachable' ? unreachablePage(assets, provider.name) : refusedPage(assets, 'failed')
      return sendPage(reply, page)
    }
  })
}

/** What the browser kept; undefined for anything else. */
function pendingIn(text: string): Pending | undefined {
  try {
    const { state, nonce, verifier, again } = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    if (![state, nonce, verifier].every((one) => typeof one === 'string' && one !== '')) return undefined
    return { state, nonce, verifier, again: again === true }
  } catch {
    return undefined
  }
}
