import type { FastifyInstance, FastifyRequest } from 'fastify'
import { firstCharacters } from '../../validate/text-length.js'
import type { Caller, Service } from '../operations/calls/call.js'
import type { Limiter } from '../operations/calls/limiter.js'
import { VISITOR } from '../operations/calls/principal.js'
import { countVisit, enterLink, LONGEST_EMAIL, visitLink } from '../operations/flows/static-links.js'
import { openHostedSession, submitHostedSession } from '../operations/sessions/hosted-sessions.js'
import { LONGEST_TEXT } from '../operations/sessions/session-params.js'
import { errorCodesPage } from '../pages/error-codes-page.js'
import { errorPage } from '../pages/error-page.js'
import { type LinkForm, linkPage } from '../pages/link-page.js'
import { donePage, leadOnPage, sessionPage, verifierPage } from '../pages/session-page.js'
import { toErrorAnswer } from './answers/answer-error.js'
import { sendPage } from './answers/send-page.js'
import { decodeForm, decodeUtf8 } from './requests/form.js'
import { queryOf } from './requests/query.js'

/** The page that explains every error code; `doc_url` leads there. */
export const ERRORS_PATH = '/docs/errors'

/** More than the longest reference with every character percent-encoded. */
const BODY_LIMIT = 128 * 1024

/** Visitors of a page are anonymous; the flow or session in its address decides the mode. */
const NOBODY: Caller = { livemode: false, principal: VISITOR }

/** The pages for the people who are verified. They need no script. Opening one notes at most when that was. */
export function pageRoutes(app: FastifyInstance, service: Service, limiter: Limiter): void {
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'buffer', bodyLimit: BODY_LIMIT },
    async ({ headers }: FastifyRequest, body: Buffer) => decodeForm(decodeUtf8(body, headers['content-type'])),
  )
  app.setErrorHandler(async (error, request, reply) => {
    request.failure = error
    const { status, headers, body, isOwn } = toErrorAnswer(error)
    // What the verifier says is for whoever runs this service.
    return sendPage(reply.headers(headers), errorPage(status, isOwn ? body.error.message : undefined))
  })

  app.get('/l/:token', async (request, reply) => {
    const link = await service.read(NOBODY, (call) => visitLink(call, tokenOf(request)))
    const { prefilled_email, client_reference_id } = queryOf(request)
    return sendPage(reply, linkPage(200, link, { email: textOf(prefilled_email), ...referenceIn(client_reference_id) }))
  })

  app.post('/l/:token', async (request, reply) => {
    const token = tokenOf(request)
    const form = formOf(request)
    const visit = { email: form.email, client_reference_id: form.client_reference_id }
    await countVisit(service, limiter, request.ip)
    try {
      const way = await service.write(visitorOf(request), (call) => enterLink(call, token, visit))
      // A relative redirect stays on the host that the visitor used. The way to a verifier goes through a page of its
      // own: browsers apply the policy of the form's page to redirects after the form.
      return 'url' in way ? sendPage(reply, verifierPage(way.url)) : reply.redirect(`../verify/${way.token}`, 303)
    } catch (error) {
      const { status, body } = toErrorAnswer(error)
      if (status !== 400) throw error
      const link = await service.read(NOBODY, (call) => visitLink(call, token))
      return sendPage(reply, linkPage(400, link, form, body.error.message))
    }
  })

  app.get(ERRORS_PATH, async (_request, reply) => sendPage(reply, errorCodesPage()))

  app.get('/verify/done', async (_request, reply) => sendPage(reply, donePage()))

  app.get('/verify/:token', async (request, reply) => {
    const session = await service.read(NOBODY, (call) => openHostedSession(call, tokenOf(request)))
    return sendPage(reply, sessionPage(session))
  })

  app.post('/verify/:token', async (request, reply) => {
    const { outcome } = (request.body ?? {}) as Record<string, unknown>
    const target = await service.write(visitorOf(request), (call) =>
      submitHostedSession(call, tokenOf(request), textOf(outcome)),
    )
    return target === null ? reply.redirect('done', 303) : sendPage(reply, leadOnPage(target))
  })
}

function visitorOf({ id }: FastifyRequest): Caller {
  return { ...NOBODY, request: { id, idempotency_key: null } }
}

function tokenOf({ params }: FastifyRequest): string {
  return (params as { token: string }).token
}

function formOf({ body }: FastifyRequest): LinkForm {
  const { email, client_reference_id } = (body ?? {}) as Record<string, unknown>
  return { email: textOf(email), ...referenceIn(client_reference_id) }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? firstCharacters(value, LONGEST_EMAIL + 1) : ''
}

/** A reference that is too long passes here and is refused when the form is sent. */
function referenceIn(value: unknown): { readonly client_reference_id: string } {
  return { client_reference_id: typeof value === 'string' ? firstCharacters(value, LONGEST_TEXT + 1) : '' }
}
