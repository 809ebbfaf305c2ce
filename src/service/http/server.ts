import type { Server as NodeServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Store } from '../../store/store.js'
import { background } from '../background/background.js'
import { type IdMaker, idMaker } from '../ids.js'
import { service } from '../operations/call.js'
import { webhookTargets } from '../operations/webhook-targets.js'
import { createApp } from './app.js'
import { type LogLine, logJobFault } from './log.js'

export { logToStderr } from './log.js'

export interface ServerOptions {
  /** Stays open when the server closes. */
  readonly store: Store
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  /** Where people reach the service when that is not the address it listens on, such as "https://flows.example.com". */
  readonly publicUrl?: string
  /** Called once per request. By default only faults of the service itself are told, on stderr. See `logToStderr`. */
  readonly log?: (line: LogLine) => void
  /** Unix seconds. */
  readonly now?: () => number
  readonly id?: IdMaker
  /** How long verifying and redacting take, in seconds; 0 does it at once. */
  readonly processing?: number
  /** Ranges of addresses ("127.0.0.0/8") that webhooks may be sent to although they are not public. */
  readonly webhookAllow?: readonly string[]
}

export interface Server {
  /** The address it listens on, without a slash at the end. */
  readonly url: string
  /** Takes no more requests, and resolves when those under way are answered, or after ten seconds. */
  close(): Promise<void>
}

/** How long the server waits, when it is closed, for requests that are being answered; in milliseconds. */
const PATIENCE = 10_000

/** Serves the flows API. Rejects with the system's error (EADDRINUSE, EACCES) when it cannot listen. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { store, host, port, log, now, id = idMaker(), processing } = options
  let url = ''
  const publicUrl = () => options.publicUrl?.replace(/\/+$/, '') ?? url
  const { webhookAllow } = options
  const operations = service({
    store,
    now,
    id,
    publicUrl,
    processing,
    webhookAllow,
    onWake: () => atWork.wake(),
  })
  const sending = { targets: webhookTargets(webhookAllow) }
  const atWork = background({ service: operations, sending, onFault: logJobFault })
  const app = createApp({ service: operations, id, log })
  const quiet = requestsUnderWay(app.server)
  await app.listen({ host, port })
  url = urlOf(app.server.address() as AddressInfo)
  atWork.start()
  return {
    url,
    async close() {
      const closed = app.close()
      const rested = atWork.close()
      await Promise.race([quiet(), sleep(PATIENCE, undefined, { ref: false })])
      // Clients that keep a connection open, or never finish what they began to send, do not hold up the end.
      app.server.closeAllConnections()
      await closed
      await rested
    },
  }
}

/** Resolves, when asked, once no request is being answered. */
function requestsUnderWay(server: NodeServer): () => Promise<void> {
  let underWay = 0
  let tell = () => {}
  server.on('request', (_request, response) => {
    underWay += 1
    response.once('close', () => {
      underWay -= 1
      if (underWay === 0) tell()
    })
  })
  return () =>
    new Promise((resolve) => {
      tell = resolve
      if (underWay === 0) resolve()
    })
}

function urlOf({ address, family, port }: AddressInfo): string {
  const host = family === 'IPv6' ? `[${address}]` : address
  return `http://${host}:${port}`
}
