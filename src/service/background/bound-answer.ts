import type { ClientRequest } from 'node:http'
import type { Socket } from 'node:net'
import { interimCounter } from '../../outbound/interim-answers.js'
import { SendError } from './send-error.js'

/** Bytes of all that is answered: interim answers, head, body, and whatever stands between. A head is at most 16 KiB. */
const LONGEST_ANSWER = 64 * 1024

/**
 * Bytes are counted as they come, before anybody reads them: what is no part of a body could go on without end as well.
 * Returns what ends the counting, for a connection that is used for something else afterwards.
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
