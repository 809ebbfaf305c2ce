import { InvalidArgumentError } from '@commander-js/extra-typings'
import { ExitCode } from '../../model/exit-code.js'
import { printable } from '../../render/text.js'
import { logToStderr, startServer } from '../../service/http/server.js'
import { parseRange } from '../../service/operations/webhook-targets.js'
import { apiAddressFault } from '../../validate/address.js'
import { type Define, examples } from '../command.js'
import { Failure } from '../failure.js'
import { openServiceStore } from '../store.js'

export const serve: Define = (command, run) => {
  command
    .option('-p, --port <port>', 'port to listen on; 0 takes a free one', parsePort, 4010)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--public-url <url>', 'where people reach the service (default: its own address)', parseUrl)
    .option(
      '--webhook-allow <range>',
      'addresses that webhooks may go to although they are not public (127.0.0.0/8); can be repeated',
      parseRanges,
    )
    .option('--log', 'one line of JSON per request on stderr; never bodies or query strings')
    .addHelpText(
      'after',
      examples(
        ['On this machine', 'flows serve'],
        ['Over PostgreSQL, on several machines', 'DATABASE_URL=postgres://flows:...@db.example.com/flows flows serve'],
        ['Behind a proxy', 'flows serve --host 0.0.0.0 --port 8080 --public-url https://flows.example.com --log'],
      ),
    )
    .action((options) =>
      run(async (cli) => {
        const store = await openServiceStore(cli)
        try {
          const { host, port, publicUrl, webhookAllow, log } = options
          const server = await startServer({
            store,
            host,
            port,
            ...(publicUrl !== undefined && { publicUrl }),
            ...(webhookAllow !== undefined && { webhookAllow }),
            ...(log && { log: logToStderr }),
          }).catch((error) => {
            throw cannotListen(error, options)
          })
          cli.terminal.talk(`Serving the flows API at ${server.url}, over ${printable(store.label)}\n`)
          cli.terminal.talk('Keys: flows keys create --name app. Stop with Ctrl-C.\n')
          const signal = await stopSignal()
          cli.terminal.talk('Stopping ...\n')
          await server.close()
          return signal === 'SIGINT' ? ExitCode.interrupted : ExitCode.ok
        } finally {
          await store.close()
        }
      }),
    )
}

function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })
}

function cannotListen(error: NodeJS.ErrnoException, { host, port }: { host: string; port: number }): unknown {
  const reasons: Record<string, string> = {
    EADDRINUSE: 'the port is taken',
    EACCES: 'the port needs more rights',
    EADDRNOTAVAIL: 'this machine has no such address',
    ENOTFOUND: 'this machine has no such address',
  }
  const reason = reasons[error.code ?? '']
  if (reason === undefined) return error
  return new Failure('cannot_listen', `cannot listen on ${host} port ${port}: ${reason}`, {
    hint: 'choose another one with --port; 0 takes any that is free',
    cause: error,
  })
}

function parsePort(value: string): number {
  const port = Number(value)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError('A port is a number up to 65535.')
  return port
}

function parseRanges(value: string, before: readonly string[] = []): readonly string[] {
  if (parseRange(value) === undefined) {
    throw new InvalidArgumentError('It is no range of addresses: write it as 127.0.0.0/8.')
  }
  return [...before, value]
}

function parseUrl(value: string): string {
  const fault = apiAddressFault(value)
  if (fault !== undefined) throw new InvalidArgumentError(`It ${fault.message}: ${fault.hint}.`)
  return value
}
