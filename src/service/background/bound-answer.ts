import type { ClientRequest } from 'node:http'
import type { Socket } from 'node:net'
import { interimCounter } from '../../outbound/interim-answers.js'
import { SendError } from './send-error.js'

/** The most bytes of a whole answer: interim answers, head, body and anything between. A head has at most 16 KiB. */
const LONGEST_ANSWER = 64 * 1024

/**
 * Counts bytes as they arrive, before anything parses them: the parts outside the body could be endless too. Returns a
 * function that stops the counting, for a connection that is used for something else afterwards.
 */
export function boundAnswer(request: ClientRequest): () => void {
  let length = 0
  let connection: Socket | undefined
  const count = (chunk: Buffer) => {
    length += chunk.length
    if (length > LONGEST_ANSWER) request.destroy(new SendError('answer_too_long'))
  }
  request.on('socket', (socket) => {
    connection = socket
    socket.on('data', count)
  })
  const countInterim = interimCounter(() => request.destroy(new SendError('too_many_interim_answers')))
  request.on('information', countInterim)
  return () => connection?.off('data', count)
}
