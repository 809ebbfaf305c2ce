import type { FastifyReply, FastifyRequest } from 'fastify'

/** One cookie of the dashboard. */
interface Cookie {
  /** Empty if there is none. */
  read(request: FastifyRequest): string
  set(reply: FastifyReply, value: string): void
  /** Says nothing to a browser that does not have it. */
  clear(request: FastifyRequest, reply: FastifyReply): void
}

export interface Cookies {
  /** The secret of a sign-in. */
  readonly signIn: Cookie
  /** The page that somebody asked for before signing in. */
  readonly place: Cookie
  /** What belongs to the one way to the identity provider and back that is open. */
  readonly pending: Cookie
  /** The theme that somebody chose. */
  readonly theme: Cookie
}

/** How long somebody may take to sign in, in seconds. */
const SIGNING_IN = 10 * 60
const YEAR = 365 * 24 * 60 * 60

/**
 * With https, cookies that no other host and no unencrypted page can set or read. Browsers refuse them without. They come
 * along when the identity provider sends somebody back, but not with forms of other sites.
 */
export function cookiesOf(publicUrl: () => string): Cookies {
  const isSecure = () => publicUrl().startsWith('https:')
  const cookie = (ending: string, maxAge?: number): Cookie => {
    const name = () => `${isSecure() ? '__Host-' : ''}flows${ending}`
    const options = () => ({ path: '/', httpOnly: true, secure: isSecure(), sameSite: 'lax' }) as const
    return {
      read: (request) => request.cookies[name()] ?? '',
      set(reply, value) {
        reply.setCookie(name(), value, { ...options(), ...(maxAge !== undefined && { maxAge }) })
      },
      clear(request, reply) {
        if (request.cookies[name()] !== undefined) reply.clearCookie(name(), options())
      },
    }
  }
  return {
    signIn: cookie(''),
    place: cookie('-place', SIGNING_IN),
    pending: cookie('-pending', SIGNING_IN),
    theme: cookie('-theme', YEAR),
  }
}
