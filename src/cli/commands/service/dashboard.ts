import { actorOf } from '../../../remote/embedded/options.js'
import { startServer } from '../../../service/http/server.js'
import { type Caller, type Service, service } from '../../../service/operations/calls/call.js'
import { localUser } from '../../../service/operations/calls/principal.js'
import { LINK_LIFETIME, makeSignInLink } from '../../../service/operations/people/sign-in.js'
import { printable } from '../../../text/text.js'
import { type Cli, type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'
import { plainPages } from '../../service/branding.js'
import { dashboardOptions } from '../../service/dashboard.js'
import { cannotListen, parseAddress, parsePort, stopSignal } from '../../service/listening.js'
import { atService } from '../../service/service.js'
import { openServiceStore } from '../../service/store.js'
import { stripeSettings } from '../../service/stripe.js'
import { verifiersFor } from '../../service/who-verifies.js'

/** Signs the user of this machine in to the dashboard: whoever can reach the store could read all of it anyway. */
export const dashboard: Define = (command, run) => {
  command
    .option('-p, --port <port>', 'port to serve the dashboard on; by default a free one', parsePort, 0)
    .option(
      '--at <url>',
      'only make a link, for the service that runs at this address over the same store',
      parseAddress,
    )
    .addHelpText(
      'after',
      `\nThe link works once, for ${LINK_LIFETIME} seconds, and signs in as an admin. The store is that
of flows serve: the database in DATABASE_URL, else the embedded store.\n${examples(
        ['Look at the flows of this machine', 'flows dashboard'],
        ['Sign in to a service that runs already', 'flows dashboard --at http://127.0.0.1:4010'],
      )}`,
    )
    .action(({ port, at }) =>
      run(async (cli) => {
        if (at !== undefined) {
          await atService(cli, false, async (operations, caller) =>
            show(cli, at, await linkOf(cli, operations, caller)),
          )
          return ExitCode.ok
        }
        // Who verifies is the same as with flows serve: a session made here must not be another's.
        const verifiers = await verifiersFor(stripeSettings(cli.terminal), undefined)
        const store = await openServiceStore(cli, {
          whenPending: 'run',
          tell: (message) => cli.terminal.talk(`${printable(message)}\n`),
        })
        try {
          const host = '127.0.0.1'
          const server = await startServer({
            store,
            host,
            port,
            verifiers,
            dashboard: dashboardOptions(),
            pages: plainPages(),
          }).catch((error) => {
            throw cannotListen(error, { host, port, options: { port: '--port' } })
          })
          const stopped = stopSignal()
          const caller: Caller = { livemode: false, principal: localUser(actorOf(cli.terminal.env)) }
          show(cli, server.url, await linkOf(cli, service({ store }), caller))
          cli.terminal.talk(`Serving the dashboard over ${printable(store.label)}. Stop with Ctrl-C.\n`)
          const signal = await stopped
          await server.close()
          return signal === 'SIGINT' ? ExitCode.interrupted : ExitCode.ok
        } finally {
          await store.close()
        }
      }),
    )
}

async function linkOf(cli: Cli, operations: Service, caller: Caller): Promise<string> {
  const name = actorOf(cli.terminal.env) ?? 'local user'
  return operations.write(caller, (call) => makeSignInLink(call, { id: `local:${name}`, name, role: 'admin' }))
}

function show(cli: Cli, url: string, secret: string): void {
  cli.terminal.talk(`Open this within ${LINK_LIFETIME} seconds; it works once:\n`)
  cli.terminal.result(`${url.replace(/\/+$/, '')}/dashboard/sign-in?token=${secret}\n`)
}
