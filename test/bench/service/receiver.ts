import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Receiver {
  readonly url: string
  /** Whether it answers. While it does not, deliveries wait and cost their sender nothing. */
  answers: boolean
  readonly count: () => number
  readonly close: () => void
}

/** An endpoint for webhooks in this process. */
export async function aReceiver(): Promise<Receiver> {
  let count = 0
  const waiting = new Set<() => void>()
  const receiver = { answers: false }
  const server = createServer((request, response) => {
    request.resume().once('end', () => {
      count += 1
      if (receiver.answers) response.end('ok')
      else waiting.add(() => response.end('ok'))
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    get answers() {
      return receiver.answers
    },
    set answers(answers) {
      receiver.answers = answers
      if (!answers) return
      for (const answer of waiting) answer()
      waiting.clear()
    },
    count: () => count,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
