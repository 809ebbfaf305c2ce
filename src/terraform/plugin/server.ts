import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type handleUnaryCall,
  type MethodDefinition,
  Server,
  ServerCredentials,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js'
import type { Message } from '../wire/message.js'
import { CONTROLLER_CALLS, PROVIDER_CALLS } from '../wire/messages.js'
import type { Certificate } from './certificate.js'

/** The handlers of two services: the provider's, and the one that ends this process. */
export interface Handlers {
  readonly provider: HandlersOf<typeof PROVIDER_CALLS>
  shutdown(): void
}

type HandlersOf<Calls extends CallTable> = {
  readonly [Name in keyof Calls]: (
    request: Calls[Name] extends { request: Message<infer _, infer Asked> } ? Asked : never,
  ) => Promise<Calls[Name] extends { response: Message<infer Answer, infer _> } ? Answer : never>
}

type CallTable = {
  readonly [name: string]: { readonly request: Message<never, unknown>; readonly response: Message<never, unknown> }
}

/** Only the holder of this certificate's key may call. */
export interface Tls {
  readonly own: Certificate
  /** PEM */
  readonly client: string
}

export interface RunningServer {
  /** Path of its Unix socket. */
  readonly socket: string
  /** Ends running calls after a short wait, and removes the socket. */
  stop(): Promise<void>
}

/** Serves both services on a Unix socket in its own folder, which other users cannot access. */
export async function startServer(handlers: Handlers, tls: Tls | null, folder = tmpdir()): Promise<RunningServer> {
  const server = new Server({
    'grpc.max_receive_message_length': LARGEST_MESSAGE,
    'grpc.max_send_message_length': LARGEST_MESSAGE,
    // Counts calls for a tool that nobody has here.
    'grpc.enable_channelz': 0,
  })
  addService(server, 'tfplugin6.Provider', PROVIDER_CALLS, handlers.provider)
  addService(server, 'plugin.GRPCController', CONTROLLER_CALLS, {
    async Shutdown() {
      handlers.shutdown()
      return {}
    },
  })
  const own = mkdtempSync(join(shortEnough(folder), 'flows-'))
  const socket = join(own, 's')
  const remove = () => rmSync(own, { recursive: true, force: true })
  try {
    await bind(server, socket, tls)
  } catch (error) {
    remove()
    throw error
  }
  return {
    socket,
    async stop() {
      const late = setTimeout(() => server.forceShutdown(), PATIENCE)
      await new Promise<void>((done) => server.tryShutdown(() => done()))
      clearTimeout(late)
      remove()
    },
  }
}

function addService(server: Server, name: string, calls: CallTable, handlers: object): void {
  const definition: { [call: string]: MethodDefinition<unknown, unknown> } = {}
  const implementation: UntypedServiceImplementation = {}
  for (const [call, { request, response }] of Object.entries(calls)) {
    definition[call] = {
      path: `/${name}/${call}`,
      requestStream: false,
      responseStream: false,
      requestSerialize: unused,
      requestDeserialize: request.decode,
      responseSerialize: (answer) => Buffer.from(response.encode(answer as never)),
      responseDeserialize: unused,
    }
    const handler = handlers[call as keyof typeof handlers] as (request: unknown) => Promise<unknown>
    implementation[call] = ((asked, done) => {
      handler(asked.request).then(
        (answer) => done(null, answer),
        (error: unknown) => done({ code: status.INTERNAL, details: String(error) }),
      )
    }) satisfies handleUnaryCall<unknown, unknown>
  }
  server.addService(definition, implementation)
}

/** This side sends no requests. */
function unused(): never {
  throw new Error('a server sends no requests')
}

async function bind(server: Server, socket: string, tls: Tls | null): Promise<void> {
  const credentials =
    tls === null
      ? ServerCredentials.createInsecure()
      : ServerCredentials.createSsl(
          Buffer.from(tls.client),
          [{ private_key: Buffer.from(tls.own.key), cert_chain: Buffer.from(tls.own.certificate) }],
          true,
        )
  await new Promise<void>((done, fail) => {
    server.bindAsync(`unix:${socket}`, credentials, (error) => (error === null ? done() : fail(error)))
  })
}

/** The folder, or one with a short name: a socket's path has room for about 104 bytes. */
function shortEnough(folder: string): string {
  return Buffer.byteLength(join(folder, 'flows-123456', 's')) < 100 ? folder : '/tmp'
}

/** As much as Terraform itself accepts. */
const LARGEST_MESSAGE = 256 * 1024 ** 2
/** The wait for calls still running at the end, in milliseconds. */
const PATIENCE = 300
