import type { FastifyInstance, FastifyRequest } from 'fastify'
import { V1_LIMIT } from '../api/limits.js'
import type { Service } from '../operations/calls/call.js'
import { receiveFromVerifier } from '../operations/sessions/receive.js'
import { sendError } from './answers/answer.js'

/** The address for webhooks of remote verifiers. They send no key: the verifier's own signature is checked. */
export function verifierWebhooks(app: FastifyInstance, service: Service): void {
  // The signature covers the raw bytes.
  app.addContentTypeParser(
    '*',
    { parseAs: 'buffer', bodyLimit: V1_LIMIT },
    async (_request: FastifyRequest, body: Buffer) => body,
  )
  app.setErrorHandler(async (error, request, reply) => {
    request.failure = error
    return sendError(reply, error)
  })
  app.post('/verifiers/:verifier/webhook', async (request, reply) => {
    const { verifier } = request.params as { readonly verifier: string }
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
    )
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
    await receiveFromVerifier(service, verifier, { body, headers })
    // Not a part of the JSON API: the verifier only looks at the status.
    return reply.type('text/plain; charset=utf-8').send('received\n')
  })
}
