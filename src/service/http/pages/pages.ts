import fastifyCookie from '@fastify/cookie'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Service } from '../../operations/calls/call.js'
import type { Limiter } from '../../operations/calls/limiter.js'
import { LinkGone } from '../../operations/sessions/hosted/link-gone.js'
import { errorCodesPage } from '../../pages/error-codes-page.js'
import { errorPage } from '../../pages/error-page.js'
import { toErrorAnswer } from '../answers/answer-error.js'
import { sendPage } from '../answers/send-page.js'
import { decodeForm, decodeUtf8 } from '../requests/form.js'
import { linkRoutes } from './link-routes.js'
import { looks, type PageOptions } from './looks.js'
import { fileRoutes } from './page-files.js'
import { verificationRoutes } from './verification-routes.js'

/** The page that explains every error code; `doc_url` leads there. */
export const ERRORS_PATH = '/docs/errors'

/** More than the longest reference with every character percent-encoded. */
const BODY_LIMIT = 128 * 1024

/** The pages for the people who are verified. They need no script. Opening one notes at most when that was. */
export function pageRoutes(
  app: FastifyInstance,
  service: Service,
  { limiter, publicUrl, pages }: { limiter: Limiter; publicUrl: () => string; pages: PageOptions },
): void {
  const lookOf = looks(pages)
  app.register(fastifyCookie)
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'buffer', bodyLimit: BODY_LIMIT },
    async ({ headers }: FastifyRequest, body: Buffer) => decodeForm(decodeUtf8(body, headers['content-type'])),
  )
  app.setErrorHandler(async (error, request, reply) => {
    request.failure = error
    const { status, headers, body, isOwn } = toErrorAnswer(error)
    const failure = {
      status,
      gone: error instanceof LinkGone ? error : undefined,
      // What the verifier says is for whoever runs this service.
      message: isOwn ? body.error.message : undefined,
    }
    return sendPage(reply.headers(headers), errorPage(lookOf(request, { livemode: true }), failure))
  })

  app.get(ERRORS_PATH, async (_request, reply) => sendPage(reply, errorCodesPage()))
  fileRoutes(app, pages)
  linkRoutes(app, service, limiter, lookOf)
  verificationRoutes(app, service, publicUrl, lookOf)
}
