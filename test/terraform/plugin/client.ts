import { type ChildProcess, spawn } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Client, credentials, type ServiceError } from '@grpc/grpc-js'
import { onTestFinished } from 'vitest'
import { makeCertificate } from '../../../src/terraform/plugin/certificate.js'
import type { Message, ReadAs, WrittenAs } from '../../../src/terraform/wire/message.js'
import { CONTROLLER_CALLS, PROVIDER_CALLS } from '../../../src/terraform/wire/messages.js'

/** What Terraform would be: it starts a plugin, shakes hands and calls. */
export interface StartedPlugin {
  readonly process: ChildProcess
  /** The fields of the line that the plugin said. */
  readonly handshake: readonly string[]
  /** Everything on stderr so far. */
  log(): string
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>
}

export interface Caller {
  call<Name extends keyof Calls>(
    name: Name,
    request: WrittenAs<Calls[Name]['request']>,
  ): Promise<ReadAs<Calls[Name]['response']>>
  /** How a call fails, by its path and with these bytes. */
  failure(path: string, request?: Uint8Array): Promise<ServiceError>
}

type Calls = typeof PROVIDER_CALLS & typeof CONTROLLER_CALLS

const COOKIE = 'd602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2'
/** One that lasts for all tests of a file. */
const CLIENT = makeCertificate(new Date())

export function environmentOf(more: Readonly<Record<string, string | undefined>> = {}): NodeJS.ProcessEnv {
  const { PATH, TMPDIR } = process.env
  return {
    PATH,
    TMPDIR,
    TF_PLUGIN_MAGIC_COOKIE: COOKIE,
    PLUGIN_PROTOCOL_VERSIONS: '6,5',
    PLUGIN_CLIENT_CERT: CLIENT.certificate,
    ...more,
  }
}

/** Starts what lies in a built folder; ended at the end of the test. */
export async function startPlugin(
  built: string,
  more: Readonly<Record<string, string | undefined>> = {},
): Promise<StartedPlugin> {
  const child = spawn(join(built, 'terraform-provider-flows'), { env: environmentOf(more) })
  let log = ''
  child.stderr.on('data', (chunk) => (log += chunk))
  const ended = new Promise<{ code: number | null; signal: string | null }>((done) => {
    child.once('close', (code, signal) => done({ code, signal }))
  })
  onTestFinished(async () => {
    child.kill('SIGTERM')
    await ended
  })
  const lines = createInterface({ input: child.stdout })
  const line = await Promise.race([
    new Promise<string>((done) => lines.once('line', done)),
    ended.then(({ code }) => {
      throw new Error(`the plugin ended with ${code}: ${log}`)
    }),
  ])
  return { process: child, handshake: line.split('|'), log: () => log, ended }
}

/** Calls a plugin as Terraform does, by default with the certificate that it was told of. */
export function callerOf({ handshake }: StartedPlugin, own = CLIENT): Caller {
  const [, , network, address, , der = ''] = handshake
  const secure =
    der === ''
      ? credentials.createInsecure()
      : credentials.createSsl(
          Buffer.from(new X509Certificate(Buffer.from(der, 'base64')).toString()),
          Buffer.from(own.key),
          Buffer.from(own.certificate),
        )
  const client = new Client(`${network}:${address}`, secure, {
    'grpc.ssl_target_name_override': 'localhost',
    'grpc.default_authority': 'localhost',
    'grpc.max_receive_message_length': -1,
  })
  onTestFinished(() => client.close())
  const raw = (path: string, request: Uint8Array) =>
    new Promise<Buffer>((done, fail) => {
      client.makeUnaryRequest(
        path,
        (bytes: Buffer) => bytes,
        (bytes: Buffer) => bytes,
        Buffer.from(request),
        (error, answer) => (error === null && answer !== undefined ? done(answer) : fail(error)),
      )
    })
  return {
    async call(name, request) {
      const { [name]: messages } = { ...PROVIDER_CALLS, ...CONTROLLER_CALLS } as Record<string, Messages>
      if (messages === undefined) throw new Error(`no call ${name}`)
      const service = name in CONTROLLER_CALLS ? 'plugin.GRPCController' : 'tfplugin6.Provider'
      const answer = await raw(`/${service}/${name}`, messages.request.encode(request as never))
      return messages.response.decode(answer) as never
    },
    failure: (path, request = new Uint8Array()) =>
      raw(path, request).then(
        () => {
          throw new Error(`${path} was answered`)
        },
        (error: ServiceError) => error,
      ),
  }
}

interface Messages {
  readonly request: Message<never, unknown>
  readonly response: Message<never, unknown>
}
