import fastifyCookie from '@fastify/cookie'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Definitions } from '../../../forge/definitions.js'
import type { IdentityProvider } from '../../../oidc/identity-provider.js'
import { ApiError } from '../../api-error.js'
import { at, type DashboardMode, type Frame, THEMES, withQuery } from '../../dashboard/frame.js'
import { faultPage, type ProviderState, signInAgainPage, signInPage } from '../../dashboard/sign-in-pages.js'
import { authorise } from '../../operations/calls/authorise.js'
import type { Caller, LookupCall, WriteCall } from '../../operations/calls/call.js'
import { may } from '../../operations/calls/principal.js'
import { audit } from '../../operations/people/audit.js'
import type { SignedIn } from '../../operations/people/sign-in.js'
import type { Page } from '../../pages/page.js'
import { toErrorAnswer } from '../answers/answer-error.js'
import { sendPage } from '../answers/send-page.js'
import { decodeForm, decodeUtf8 } from '../requests/form.js'
import { queryOf } from '../requests/query.js'
import { assetRoutes } from './assets.js'
import { cookiesOf } from './people/cookies.js'
import { placeIn } from './people/place.js'
import { type SignInOptions, signInRoutes } from './people/sign-in-routes.js'
import { callerAt, NotFresh, NotSignedIn, personAt, refuseForeign } from './people/who.js'
import { isRefresh, sendRefreshed } from './refresh.js'
import { fieldsOf, noticeText, text } from './rows/form-row.js'
import type { Asked, Download } from './rows/page-row.js'
import { FORMS, PAGES } from './sections/sections.js'

export interface DashboardOptions {
  /** The folder with the style sheets. */
  readonly assets: string
  /** The version of the program: the address of the style sheets changes with it. */
  readonly version: string
  /** Who signs people in; without one, links are the only way. */
  readonly provider?: IdentityProvider | undefined
  /** Whether flows that a project manages may be edited here, which a plan then shows as drift. */
  readonly editsManaged?: boolean | undefined
  /** Where projects have their definitions; without it, an edit of a managed flow ends in a text to commit. */
  readonly definitions?: Definitions | undefined
}

/** More than the longest reference with every character percent-encoded. */
const BODY_LIMIT = 128 * 1024

/**
 * The dashboard, for people. Each page and form is a row (sections/) that says what it requires, and goes
 * through the same gate as a key. Nothing needs a script.
 */
export function dashboardRoutes(
  app: FastifyInstance,
  { service, limiter, publicUrl }: Pick<SignInOptions, 'service' | 'limiter' | 'publicUrl'>,
  { assets: folder, version, provider, editsManaged = false, definitions }: DashboardOptions,
): void {
  const assets = `/dashboard/assets/${encodeURIComponent(version)}`
  app.register(fastifyCookie)
  assetRoutes(app, `/assets/${encodeURIComponent(version)}`, folder)
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'buffer', bodyLimit: BODY_LIMIT },
    async ({ headers }: FastifyRequest, body: Buffer) => decodeForm(decodeUtf8(body, headers['content-type'])),
  )
  const cookies = cookiesOf(publicUrl)
  const providerState = async (): Promise<ProviderState | null> =>
    provider === undefined ? null : { name: provider.name, isReachable: await provider.isReachable() }

  app.setErrorHandler(async (error, request, reply) => {
    request.failure = error
    if (error instanceof NotSignedIn || error instanceof NotFresh) {
      // Where the person is afterwards: the page that was asked for, or the one with the form.
      const place = pageAskedFor(request)
      if (place !== undefined) cookies.place.set(reply, place)
      if (isRefresh(request)) reply.header('hx-refresh', 'true')
      if (error instanceof NotSignedIn) return sendPage(reply, signInPage(assets, await providerState()))
      // A link signs in again whoever signed in by one.
      const state = error.person.method === 'link' ? null : await providerState()
      return sendPage(reply, signInAgainPage(assets, state, publicUrl()))
    }
    // What the page shows is better than a fault in its place.
    if (isRefresh(request)) reply.header('hx-reswap', 'none')
    const { status, headers, body } = toErrorAnswer(error)
    return sendPage(reply.headers(headers), faultPage(status, assets, body.error.message))
  })

  app.setNotFoundHandler(async (_request, reply) => sendPage(reply, faultPage(404, assets, NO_PAGE)))

  const personOf = (request: FastifyRequest) => personAt(request, service, cookies, !isRefresh(request))
  const callerOf = (request: FastifyRequest, person: SignedIn) => callerAt(request, person, modeOf(request) === 'live')
  const frameOf = (request: FastifyRequest, person: SignedIn): Frame => ({
    mode: modeOf(request),
    person: { name: person.principal.name, role: person.role },
    formToken: person.formToken,
    notice: noticeText(queryOf(request).done),
    may: (scope) => may(person.principal, scope),
    editsManaged,
    forgeOf: (project) => (definitions?.has(project) ? definitions.label : null),
    assets,
    here: hereOf(request),
    theme: THEMES.find((theme) => theme === cookies.theme.read(request)) ?? null,
  })
  const readFor =
    (caller: Caller) =>
    <T>(operation: (call: LookupCall) => Promise<T>) =>
      service.read(caller, operation)
  const writeFor =
    (caller: Caller) =>
    <T>(operation: (call: WriteCall) => Promise<T>) =>
      service.write(caller, operation)

  app.get('/', async (request, reply) => {
    await personOf(request)
    return reply.redirect(at('test', 'flows'), 303)
  })

  app.post('/theme', async (request, reply) => {
    const { to, theme, ...fields } = fieldsOf(request)
    refuseForeign(await personOf(request), fields)
    if (THEMES.some((one) => one === theme)) cookies.theme.set(reply, text(theme))
    else cookies.theme.clear(request, reply)
    return reply.redirect(placeIn(text(to)) ?? '/dashboard', 303)
  })

  signInRoutes(app, { service, limiter, publicUrl, cookies, assets, provider })

  const sendShown = async (reply: FastifyReply, caller: Caller, shown: Page | Download) => {
    if (!('file' in shown)) return sendPage(reply, shown)
    await service.write(caller, (call) => audit(call, { action: 'file.downloaded', object: shown.file }))
    return sendFile(reply, shown)
  }

  for (const { path, needs, isGrave, show } of PAGES) {
    app.get(`/:mode${path}`, async (request, reply) => {
      const person = await personOf(request)
      const caller = callerOf(request, person)
      authorise(caller, needs, '')
      if (isGrave && !person.isFresh) throw new NotFresh(person)
      const shown = await show(readFor(caller), askedOf(request), frameOf(request, person))
      if ('to' in shown) return leadOn(request, reply, shown.to, shown.query)
      if ('file' in shown || !isRefresh(request)) return sendShown(reply, caller, shown)
      return sendRefreshed(request, reply, shown)
    })
  }

  for (const row of FORMS) {
    app.post(`/:mode${row.path}`, async (request, reply) => {
      const person = await personOf(request)
      const fields = fieldsOf(request)
      refuseForeign(person, fields)
      const caller = callerOf(request, person)
      authorise(caller, row.needs, '')
      if (row.isGrave && !(row.isFilledIn ? person.wasFresh : person.isFresh)) throw new NotFresh(person)
      const { names } = askedOf(request)
      const frame = frameOf(request, person)
      try {
        const around = { read: readFor(caller), frame, definitions: definitions ?? null }
        const done = await row.act(writeFor(caller), names, fields, around)
        if (!('to' in done)) return await sendShown(reply, caller, done)
        return leadOn(request, reply, done.to, 'query' in done ? done.query : { done: done.notice })
      } catch (error) {
        const { status, body } = toErrorAnswer(error)
        const { again } = row
        if (again === undefined || status !== 400) throw error
        const { message } = body.error
        const page = await service.read(caller, (call) => again(call, names, fields, frame, message))
        return sendPage(reply, page)
      }
    })
  }
}

/** To another page of the mode. */
function leadOn(
  request: FastifyRequest,
  reply: FastifyReply,
  to: readonly string[],
  query: Readonly<Record<string, string>>,
): FastifyReply {
  const given = Object.entries(query).filter(([, value]) => value !== '')
  return reply.redirect(withQuery(at(modeOf(request), ...to), Object.fromEntries(given)), 303)
}

/** The page's address without what was just done, which is said once. */
function hereOf({ url }: FastifyRequest): string {
  const { done: _, ...query } = queryOf({ url })
  return withQuery(url.split('?')[0] ?? '', query)
}

const NO_PAGE = 'There is no such page.'

/** The page that was asked for, or that the form was on: browsers say so to the same site, because the pages ask for it. */
function pageAskedFor({ method, url, headers }: FastifyRequest): string | undefined {
  return placeIn(method === 'GET' ? url : (headers.referer ?? ''))
}

function sendFile(reply: FastifyReply, { file, type, content }: Download): FastifyReply {
  return reply
    .headers({ 'content-disposition': `attachment; filename="${file}"`, 'x-content-type-options': 'nosniff' })
    .type(typeof content === 'string' ? `${type}; charset=utf-8` : type)
    .send(content)
}

function modeOf({ params }: FastifyRequest): DashboardMode {
  const { mode } = params as { readonly mode?: string }
  if (mode === 'test' || mode === 'live') return mode
  throw new ApiError(404, { message: NO_PAGE })
}

function askedOf(request: FastifyRequest): Asked {
  const { mode: _, ...names } = request.params as Record<string, string>
  if (Object.values(names).some((name) => name.includes('\0'))) throw new ApiError(404, { message: NO_PAGE })
  return { names, query: queryOf(request), path: request.url.split('?')[0] ?? '' }
}
