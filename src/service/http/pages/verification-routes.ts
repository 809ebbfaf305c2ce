import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Service } from '../../operations/calls/call.js'
import {
  type Bringing,
  type HostedSession,
  openHostedSession,
  submitHostedSession,
  takeHostedStep,
} from '../../operations/sessions/hosted/hosted-sessions.js'
import type { Look } from '../../pages/look.js'
import type { Page } from '../../pages/page.js'
import { faultsInWords } from '../../pages/verification/fields.js'
import { resultPage } from '../../pages/verification/result-page.js'
import { stepPage } from '../../pages/verification/step-page.js'
import { donePage, leadOnPage, stuckPage } from '../../pages/way-pages.js'
import { sendPage } from '../answers/send-page.js'
import { queryOf } from '../requests/query.js'
import type { LookOf } from './looks.js'
import { fieldsOf, NOBODY, tokenOf, visitorOf } from './requests.js'

/** What the browser keeps of a session's pages; see sealed.ts. Each session has its own path, and so its own cookie. */
const COOKIE = 'verification'

/** For how long, in seconds: longer than a person takes, and not for the next person at this device. */
const KEPT = 60 * 60

/**
 * The pages of a session, a step each. A step is sent as a form, and the browser is then led to the next page: so a
 * reload, the way back and a second tab only show pages. A form with an `outcome` ends the attempt at once; programs send
 * that without any step, and are led to a page that is the same for everybody.
 */
export function verificationRoutes(
  app: FastifyInstance,
  service: Service,
  publicUrl: () => string,
  lookOf: LookOf,
): void {
  const keep = (reply: FastifyReply, token: string, value: string) => {
    const { protocol, pathname } = new URL(publicUrl())
    return reply.setCookie(COOKIE, value, {
      path: `${pathname.replace(/\/$/, '')}/verify/${token}`,
      maxAge: KEPT,
      httpOnly: true,
      sameSite: 'lax',
      secure: protocol === 'https:',
    })
  }

  app.get('/verify/done', async (request, reply) => sendPage(reply, donePage(lookOf(request, { livemode: true }))))

  app.get('/verify/:token', async (request, reply) => {
    const { step = '' } = queryOf(request)
    const bringing = bringingOf(request)
    const session = await service.read(NOBODY, (call) => openHostedSession(call, bringing, step))
    const forgets = bringing.kept === '' && step !== ''
    return sendPage(reply, pageOf(lookOf(request, session), session, forgets))
  })

  app.post('/verify/:token', async (request, reply) => {
    const fields = fieldsOf(request)
    const bringing = bringingOf(request)
    const { step, outcome } = fields
    const after =
      step !== undefined && outcome === undefined
        ? await service.read(NOBODY, (call) => takeHostedStep(call, bringing, { step, fields }))
        : { outcome: outcome ?? '' }
    if ('outcome' in after || 'submitted' in after) {
      const submitted =
        'submitted' in after
          ? after.submitted
          : await service.write(visitorOf(request), (call) => submitHostedSession(call, bringing, after.outcome))
      const look = lookOf(request, submitted)
      keep(reply, bringing.token, submitted.keep)
      const { return_url, gaveUp } = submitted
      if (return_url !== null) return sendPage(reply, leadOnPage(look, return_url, { gaveUp }))
      return reply.redirect(step === undefined ? 'done' : `${bringing.token}${look.here({})}`, 303)
    }
    keep(reply, bringing.token, after.keep)
    if ('to' in after) {
      return reply.redirect(lookOf(request, { livemode: true }).here({ step: after.to.name }), 303)
    }
    const look = lookOf(request, after.again)
    const faults = faultsInWords(look.language, after.again.step.name, after.faults)
    return sendPage(reply, stepPage(look, after.again, { faults, typed: fields, forgets: false }))
  })
}

function pageOf(look: Look, session: HostedSession, forgets: boolean): Page {
  switch (session.is) {
    case 'open':
      return stepPage(look, session, { faults: [], typed: {}, forgets })
    case 'submitted':
      return resultPage(look, session)
    case 'stuck':
      return stuckPage(look, session)
  }
}

function bringingOf(request: FastifyRequest): Bringing {
  return { token: tokenOf(request), kept: request.cookies[COOKIE] ?? '' }
}
