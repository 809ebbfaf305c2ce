import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

export interface RequestsUnderWay {
  count(): number
  /** Resolves once no request is being answered. */
  quiet(): Promise<void>
}

/** Counts the requests that a server is answering. */
export function requestsUnderWay(server: Server): RequestsUnderWay {
  let underWay = 0
  let tell = () => {}
  /** Of a connection that breaks, Node closes the first response only: those behind it end with the connection. */
  const ofSockets = new WeakMap<Socket, Set<ServerResponse>>()
  const responsesOf = (socket: Socket) => {
    const known = ofSockets.get(socket)
    if (known !== undefined) return known
    const responses = new Set<ServerResponse>()
    ofSockets.set(socket, responses)
    socket.once('close', () => {
      for (const response of responses) over(responses, response)
    })
    return responses
  }
  const over = (responses: Set<ServerResponse>, response: ServerResponse) => {
    if (!responses.delete(response)) return
    underWay -= 1
    if (underWay === 0) tell()
  }
  server.on('request', ({ socket }, response) => {
    const responses = responsesOf(socket)
    responses.add(response)
    underWay += 1
    response.once('close', () => over(responses, response))
  })
  return {
    count: () => underWay,
    quiet: () =>
      new Promise((resolve) => {
        tell = resolve
        if (underWay === 0) resolve()
      }),
  }
}
