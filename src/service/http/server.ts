import type { AddressInfo } from 'node:net'
import type { Store } from '../../store/store.js'
import { type IdMaker, idMaker } from '../ids.js'
import { service } from '../operations/call.js'
import { createApp } from './app.js'
import type { LogLine } from './log.js'

export interface ServerOptions {
  /** Stays open when the server closes. */
  readonly store: Store
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  /** Where people reach the service when that is not the address it listens on, such as "https://flows.example.com". */
  readonly publicUrl?: string
  /** Called once per request; by default nothing is logged. See `logToStderr`. */
  readonly log?: (line: LogLine) => void
  /** Unix seconds. */
  readonly now?: () => number
  readonly id?: IdMaker
}

export interface Server {
  /** The address it listens on, without a slash at the end. */
  readonly url: string
  /** Takes no more requests, and resolves when those under way are answered. */
  close(): Promise<void>
}

/** Serves the flows API. Rejects with the system's error (EADDRINUSE, EACCES) when it cannot listen. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { store, host, port, log, now, id = idMaker() } = options
  let url = ''
  const publicUrl = () => options.publicUrl?.replace(/\/+$/, '') ?? url
  const app = createApp({ service: service({ store, now, id, publicUrl }), id, log })
  await app.listen({ host, port })
  url = urlOf(app.server.address() as AddressInfo)
  return { url, close: () => app.close() }
}

/** One line of JSON per request. */
export function logToStderr(line: LogLine): void {
  process.stderr.write(`${JSON.stringify(line)}\n`)
}

function urlOf({ address, family, port }: AddressInfo): string {
  const host = family === 'IPv6' ? `[${address}]` : address
  return `http://${host}:${port}`
}
