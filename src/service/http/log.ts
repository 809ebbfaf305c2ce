import type { FastifyReply, FastifyRequest } from 'fastify'

/** One request in the log. No body, no query string, no id out of a path: those can hold personal data and secrets. */
export interface LogLine {
  readonly time: string
  readonly request: string
  readonly method: string
  /** The pattern, such as "/v1/identity/verification_flows/:id"; null for a path that does not exist. */
  readonly route: string | null
  readonly status: number
  readonly ms: number
  /** The last characters of the API key. */
  readonly key: string | null
  /** Where the fault lies when the service itself failed. */
  readonly fault?: string
}

export function logLine(request: FastifyRequest, reply: FastifyReply): LogLine {
  return {
    time: new Date().toISOString(),
    request: request.id,
    method: request.method,
    route: request.routeOptions.url ?? null,
    status: reply.statusCode,
    ms: Math.round(reply.elapsedTime * 10) / 10,
    key: request.keyTail,
    ...(reply.statusCode === 500 && { fault: faultOf(request.failure) }),
  }
}

/** Name and place, never the message: a message may quote what was sent. */
function faultOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  return [error.name, ...frames.slice(0, 3).map((line) => line.trim())].join(' ')
}
