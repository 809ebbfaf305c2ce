import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { JSON_TYPE, toText } from '../answers/answer.js'

export interface ConnectionRefusal {
  readonly status: string
  readonly message: string
}

export const NO_PROXY: ConnectionRefusal = { status: '405 Method Not Allowed', message: 'This server is not a proxy.' }

/** Answers input that is not HTTP, a head that is too large, or a request that does not end in time. */
export function refuseUnreadable(socket: Duplex, error: Error & { code?: string }, requestId: string): void {
  // A client that sent nothing gets no answer: it would take it as the answer to its next request.
  if (error.code === TOO_LATE && socket instanceof Socket && socket.bytesRead === 0) socket.destroy()
  else refuseConnection(socket, refusalOf(error), requestId)
}

const TOO_LATE = 'ERR_HTTP_REQUEST_TIMEOUT'

function refusalOf({ code }: { code?: string }): ConnectionRefusal {
  if (code === TOO_LATE)
    return { status: '408 Request Timeout', message: 'The request did not come to its end in time.' }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return { status: '431 Request Header Fields Too Large', message: 'The head of the request is too large.' }
  }
  return { status: '400 Bad Request', message: 'The request cannot be read as HTTP.' }
}

/** Answers without the framework's reply, and closes the connection. */
export function refuseConnection(socket: Duplex, { status, message }: ConnectionRefusal, requestId: string): void {
  const body = toText({ error: { type: 'invalid_request_error', message } })
  const head = [`HTTP/1.1 ${status}`, `Content-Type: ${JSON_TYPE}`, `Request-Id: ${requestId}`, 'Connection: close']
  socket.on('error', () => {})
  socket.end(`${head.join('\r\n')}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`, () =>
    socket.destroy(),
  )
}
