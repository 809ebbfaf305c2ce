import type { FastifyInstance } from 'fastify'
import { LONGEST_EMAIL } from '../../../model/email-address.js'
import { firstCharacters } from '../../../validate/text-length.js'
import type { Service } from '../../operations/calls/call.js'
import type { Limiter } from '../../operations/calls/limiter.js'
import { countVisit, enterLink, visitLink } from '../../operations/flows/static-links.js'
import { LONGEST_TEXT } from '../../operations/sessions/session-params.js'
import { type LinkForm, linkPage } from '../../pages/link-page.js'
import { verifierPage } from '../../pages/way-pages.js'
import { toErrorAnswer } from '../answers/answer-error.js'
import { sendPage } from '../answers/send-page.js'
import { queryOf } from '../requests/query.js'
import type { LookOf } from './looks.js'
import { fieldsOf, NOBODY, tokenOf, visitorOf } from './requests.js'

/** The pages behind static links. */
export function linkRoutes(app: FastifyInstance, service: Service, limiter: Limiter, lookOf: LookOf): void {
  app.get('/l/:token', async (request, reply) => {
    const link = await service.read(NOBODY, (call) => visitLink(call, tokenOf(request)))
    const { prefilled_email, client_reference_id } = queryOf(request)
    const form = formOf({ email: prefilled_email, client_reference_id })
    return sendPage(reply, linkPage(lookOf(request, link), link, form))
  })

  app.post('/l/:token', async (request, reply) => {
    const token = tokenOf(request)
    const form = formOf(fieldsOf(request))
    await countVisit(service, limiter, request.ip)
    try {
      const way = await service.write(visitorOf(request), (call) => enterLink(call, token, form))
      const look = lookOf(request, { livemode: true })
      // A relative redirect stays on the host that the visitor used. The way to a verifier goes through a page of its
      // own: browsers apply the policy of the form's page to redirects after the form.
      return 'url' in way
        ? sendPage(reply, verifierPage(look, way.url))
        : reply.redirect(`../verify/${way.token}${look.here({})}`, 303)
    } catch (error) {
      const { status, body } = toErrorAnswer(error)
      if (status !== 400) throw error
      const link = await service.read(NOBODY, (call) => visitLink(call, token))
      const look = lookOf(request, link)
      const { say } = look.language
      const isEmail = body.error.param === 'email'
      const text = say(isEmail ? 'link.fault.email' : 'link.fault.other')
      return sendPage(reply, linkPage(look, link, form, [{ field: 'email', text }]))
    }
  })
}

/** What is too long passes here and is refused when the form is sent. */
function formOf(given: { readonly [Name in keyof LinkForm]?: string | undefined }): LinkForm {
  return {
    email: firstCharacters(given.email ?? '', LONGEST_EMAIL + 1),
    client_reference_id: firstCharacters(given.client_reference_id ?? '', LONGEST_TEXT + 1),
  }
}
