import fastifyCookie from '@fastify/cookie'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ApiError } from '../../api-error.js'
import { at, type DashboardMode, type Frame } from '../../dashboard/frame.js'
import { deadLinkPage, faultPage, signedOutPage, signInPage } from '../../dashboard/sign-in-pages.js'
import { authorise } from '../../operations/calls/authorise.js'
import type { Caller, LookupCall, Service, WriteCall } from '../../operations/calls/call.js'
import { may, SERVICE } from '../../operations/calls/principal.js'
import { isOwnForm, noteSeen, type SignedIn, signedIn, signInByLink, signOut } from '../../operations/people/sign-in.js'
import type { Page } from '../../pages/page.js'
import { toErrorAnswer } from '../answers/answer-error.js'
import { sendPage } from '../answers/send-page.js'
import { decodeForm, decodeUtf8 } from '../requests/form.js'
import { queryOf } from '../requests/query.js'
import { assetRoutes } from './assets.js'
import { type Fields, noticeText } from './rows/form-row.js'
import type { Asked, Download } from './rows/page-row.js'
import { FORMS, PAGES } from './sections/sections.js'

export interface DashboardOptions {
  /** The folder with the style sheets. */
  readonly assets: string
  /** The version of the program: the address of the style sheets changes with it. */
  readonly version: string
  /** Whether people may edit flows that a project manages. By default they get the definition to put into git. */
  readonly editsManaged?: boolean | undefined
}

/** More than the longest reference with every character percent-encoded. */
const BODY_LIMIT = 128 * 1024

/**
 * The dashboard, for people. Each page and form is a row (sections/) that says what it requires, and goes
 * through the same gate as a key. Nothing needs a script.
 */
export function dashboardRoutes(
  app: FastifyInstance,
  service: Service,
  publicUrl: () => string,
  { assets: folder, version, editsManaged = false }: DashboardOptions,
): void {
  const assets = `/dashboard/assets/${encodeURIComponent(version)}`
  app.register(fastifyCookie)
  assetRoutes(app, `/assets/${encodeURIComponent(version)}`, folder)
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'buffer', bodyLimit: BODY_LIMIT },
    async ({ headers }: FastifyRequest, body: Buffer) => decodeForm(decodeUtf8(body, headers['content-type'])),
  )
  app.setErrorHandler(async (error, request, reply) => {
    request.failure = error
    if (error instanceof NotSignedIn) return sendPage(reply, signInPage(assets))
    const { status, headers, body } = toErrorAnswer(error)
    return sendPage(reply.headers(headers), faultPage(status, assets, body.error.message))
  })

  app.setNotFoundHandler(async (_request, reply) => sendPage(reply, faultPage(404, assets, NO_PAGE)))

  const cookie = cookieOf(publicUrl)

  const personOf = async (request: FastifyRequest): Promise<SignedIn> => {
    const secret = request.cookies[cookie.name()] ?? ''
    const found = await service.read(NOBODY, (call) => signedIn(call, secret))
    if (found === undefined) throw new NotSignedIn()
    if (found.isStale) await service.write(NOBODY, (call) => noteSeen(call, secret))
    return found
  }
  const callerOf = (request: FastifyRequest, { principal }: SignedIn): Caller => ({
    livemode: modeOf(request) === 'live',
    principal,
    address: request.ip,
    request: { id: request.id, idempotency_key: null },
  })
  const frameOf = (request: FastifyRequest, person: SignedIn): Frame => ({
    mode: modeOf(request),
    person: { name: person.principal.name, role: person.role },
    formToken: person.formToken,
    notice: noticeText(queryOf(request).done),
    may: (scope) => may(person.principal, scope),
    editsManaged,
    assets,
  })

  app.get('/', async (request, reply) => {
    await personOf(request)
    return reply.redirect(at('test', 'flows'), 303)
  })

  // Whoever only looks at a link, such as a program that shows previews, does not use it up.
  app.head('/sign-in', async (_request, reply) => reply.type('text/html; charset=utf-8').send())
  app.get('/sign-in', { exposeHeadRoute: false }, async (request, reply) => {
    const { token = '' } = queryOf(request)
    const secret = await service.write(NOBODY, (call) => signInByLink(call, token))
    if (secret === undefined) return sendPage(reply, deadLinkPage(assets))
    return reply.setCookie(cookie.name(), secret, cookie.options()).redirect('/dashboard', 303)
  })

  app.post('/sign-out', async (request, reply) => {
    const person = await personOf(request)
    refuseForeign(person, fieldsOf(request))
    await service.write(NOBODY, (call) => signOut(call, request.cookies[cookie.name()] ?? ''))
    return sendPage(reply.clearCookie(cookie.name(), cookie.options()), signedOutPage(assets))
  })

  for (const { path, needs, show } of PAGES) {
    app.get(`/:mode${path}`, async (request, reply) => {
      const person = await personOf(request)
      const caller = callerOf(request, person)
      authorise(caller, needs, '')
      const read = <T>(operation: (call: LookupCall) => Promise<T>) => service.read(caller, operation)
      return sendShown(reply, await show(read, askedOf(request), frameOf(request, person)))
    })
  }

  for (const { path, needs, act, again } of FORMS) {
    app.post(`/:mode${path}`, async (request, reply) => {
      const person = await personOf(request)
      const fields = fieldsOf(request)
      refuseForeign(person, fields)
      const caller = callerOf(request, person)
      authorise(caller, needs, '')
      const { names } = askedOf(request)
      try {
        const write = <T>(operation: (call: WriteCall) => Promise<T>) => service.write(caller, operation)
        const read = <T>(operation: (call: LookupCall) => Promise<T>) => service.read(caller, operation)
        const answer = await act(write, names, fields, { read, frame: frameOf(request, person) })
        if (!('notice' in answer)) return sendShown(reply, answer)
        return reply.redirect(`${at(modeOf(request), ...answer.to)}?done=${answer.notice}`, 303)
      } catch (error) {
        const { status, body } = toErrorAnswer(error)
        if (again === undefined || status !== 400) throw error
        const { message } = body.error
        const page = await service.read(caller, (call) => again(call, names, fields, frameOf(request, person), message))
        return sendPage(reply, page)
      }
    })
  }
}

const NOBODY: Caller = { livemode: false, principal: SERVICE }

const NO_PAGE = 'There is no such page.'

function sendShown(reply: FastifyReply, shown: Page | Download): FastifyReply {
  if (!('file' in shown)) return sendPage(reply, shown)
  const { file, type, content } = shown
  return reply
    .headers({ 'content-disposition': `attachment; filename="${file}"`, 'x-content-type-options': 'nosniff' })
    .type(typeof content === 'string' ? `${type}; charset=utf-8` : type)
    .send(content)
}

class NotSignedIn extends Error {
  override readonly name = 'NotSignedIn'
}

/** With https, a cookie that no other host and no unencrypted page can set or read. Browsers refuse it without. */
function cookieOf(publicUrl: () => string) {
  const isSecure = () => publicUrl().startsWith('https:')
  return {
    name: () => (isSecure() ? '__Host-flows' : 'flows'),
    options: () => ({ path: '/', httpOnly: true, secure: isSecure(), sameSite: 'lax' }) as const,
  }
}

/** Another site can make a browser send a form, and cannot know what the person's own forms carry. */
function refuseForeign(person: SignedIn, fields: Fields): void {
  if (isOwnForm(person, fields.form_token)) return
  const message =
    'This form is not from a page that you have open, or you have signed in again since. Nothing was done.'
  throw new ApiError(403, { message })
}

function modeOf({ params }: FastifyRequest): DashboardMode {
  const { mode } = params as { readonly mode?: string }
  if (mode === 'test' || mode === 'live') return mode
  throw new ApiError(404, { message: NO_PAGE })
}

function askedOf(request: FastifyRequest): Asked {
  const { mode: _, ...names } = request.params as Record<string, string>
  return { names, query: queryOf(request), path: request.url.split('?')[0] ?? '' }
}

function fieldsOf({ body }: FastifyRequest): Fields {
  return (body ?? {}) as Fields
}
