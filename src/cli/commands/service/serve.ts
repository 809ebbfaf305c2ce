import { setTimeout as sleep } from 'node:timers/promises'
import { InvalidArgumentError, Option } from '@commander-js/extra-typings'
import { badUsage } from '../../../app/failure.js'
import type { Definitions } from '../../../forge/definitions.js'
import type { IdentityProvider } from '../../../oidc/identity-provider.js'
import { API_VERSION, isApiVersion } from '../../../service/api-version.js'
import { DEFAULT_CHANGES_EVERY, DEFAULT_RATE_LIMIT, logToStderr, startServer } from '../../../service/http/server.js'
import type { MetricsServer } from '../../../service/metrics/serve.js'
import { parseWebhookProxy, type WebhookProxy } from '../../../service/operations/webhooks/webhook-proxy.js'
import { parseRange } from '../../../service/operations/webhooks/webhook-targets.js'
import { printable } from '../../../text/text.js'
import { type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'
import { allOf } from '../../service/all-of.js'
import { pageOptions, parseBrandColor, parseBrandName, plainPages } from '../../service/branding.js'
import { dashboardOptions } from '../../service/dashboard.js'
import { definitionsAt, FORGES, parseBranch, parseFolders, parseForgeUrl, USUAL_BRANCH } from '../../service/forge.js'
import { cannotListen, parseAddress, parsePort, stopSignal, wholeNumber } from '../../service/listening.js'
import { identityProvider, parseGroupRoles, parseIssuer, parseScopes } from '../../service/oidc.js'
import { proxyFault } from '../../service/proxies.js'
import { settle } from '../../service/settings.js'
import { openServiceStore, storeCheck } from '../../service/store.js'
import { NO_STRIPE, type StripeSettings, stripeSettings } from '../../service/stripe.js'
import { forgottenKeys, verifiersFor, whoVerifies } from '../../service/who-verifies.js'

export const serve: Define = (command, run) => {
  command
    .option('-p, --port <port>', 'port to listen on; 0 takes a free one', parsePort, 4010)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--public-url <url>', 'where people reach the service (default: its own address)', parseAddress)
    .option(
      '--rate-limit <n>',
      'requests that each API key may make in a second; 0 for any number',
      parseLimit,
      DEFAULT_RATE_LIMIT,
    )
    .option(
      '--trust-proxy <addresses>',
      'proxies whose X-Forwarded-For is believed: addresses, ranges, loopback, uniquelocal; with commas between',
      parseProxies,
    )
    .option(
      '--drain-delay <seconds>',
      'how long to go on after SIGTERM while /readyz says no, for load balancers',
      parseSeconds,
      0,
    )
    .option('--metrics-port <port>', 'serve figures for Prometheus at /metrics on this port', parsePort)
    .option('--metrics-host <address>', 'address to serve them on', '127.0.0.1')
    .option(
      '--webhook-allow <range>',
      'addresses that webhooks may go to although they are not public (127.0.0.0/8); commas between, or repeated',
      parseRanges,
    )
    .option(
      '--webhook-proxy <url>',
      'HTTP proxy that webhooks to public addresses go through (http://proxy.example.com:3128)',
    )
    .option(
      '--api-version <version>',
      "version of Stripe's API that events name; a webhook endpoint may have its own",
      parseApiVersion,
      API_VERSION,
    )
    .option(
      '--stripe-rate-limit <n>',
      "requests to Stripe in a second, for each mode (default: Stripe's own limits)",
      parseStripeRate,
    )
    .option(
      '--stripe-changes-every <seconds>',
      'seconds between two looks for changes at Stripe of which no webhook came',
      parseChangesEvery,
      DEFAULT_CHANGES_EVERY,
    )
    .option(
      '--oidc-issuer <url>',
      'identity provider that signs people in to the dashboard (OpenID Connect)',
      parseIssuer,
    )
    .option('--oidc-client-id <id>', 'id of this service at the identity provider')
    .option('--oidc-scopes <scopes>', 'scopes that it is asked for, with spaces between', parseScopes, 'openid profile')
    .option('--oidc-groups-claim <claim>', 'claim that names the groups of a person', 'groups')
    .option(
      '--oidc-roles <group=role>',
      'role that each group has: viewer, analyst, editor or admin; commas between, or repeated',
      parseGroupRoles,
    )
    .option('--audit-days <n>', 'how long the audit log keeps what people and keys did, in days', parseAuditDays, 365)
    .option('--brand-name <name>', 'who asks people to be verified, on the pages that they see', parseBrandName)
    .option('--brand-logo <file>', 'picture in the place of the name: PNG, JPEG, WebP or SVG, at most 100 kB')
    .option('--brand-color <color>', 'colour of buttons and links on those pages ("#0b5bd3")', parseBrandColor)
    .option('--brand-color-test <color>', 'the same in test mode (default: as in live mode)', parseBrandColor)
    .addOption(
      new Option('--migrations <what>', 'what to do where the store needs migrations: run them, or refuse to start')
        .choices(['run', 'refuse'] as const)
        .default('run' as const),
    )
    .option('--edit-managed-flows', 'let people edit flows in the dashboard that a project manages; git then differs')
    .addOption(new Option('--forge <kind>', 'where the dashboard opens pull requests for definitions').choices(FORGES))
    .option(
      '--forge-url <url>',
      'address of the forge (default: https://github.com, https://gitlab.com)',
      parseForgeUrl,
    )
    .option('--forge-repository <name>', 'repository with the definitions (acme/kyc); a project at GitLab')
    .option('--forge-branch <name>', 'branch that pull requests are merged into', parseBranch, USUAL_BRANCH)
    .option(
      '--forge-folders <project=folder>',
      'folder of the definitions of each project (acme-kyc=flows); commas between, or repeated',
      parseFolders,
    )
    .option('--settings <file>', 'file that says what neither the command line nor a variable says')
    .option('--log', 'one line of JSON per request on stderr; never bodies or query strings')
    .addHelpText(
      'after',
      examples(
        ['On this machine', 'flows serve'],
        ['Over PostgreSQL, on several machines', 'DATABASE_URL=postgres://flows:...@db.example.com/flows flows serve'],
        ['Behind a proxy', 'flows serve --host 0.0.0.0 --public-url https://flows.example.com --log'],
        [
          'Behind a load balancer, with figures for Prometheus',
          'flows serve --host 0.0.0.0 --trust-proxy 10.0.0.0/8 --metrics-port 9464',
        ],
        ['With real people verified by Stripe', 'STRIPE_LIVE_KEY=rk_live_... flows serve'],
        ['In a container: each option has a variable', 'FLOWS_SERVE_HOST=0.0.0.0 FLOWS_SERVE_LOG=true flows serve'],
      ),
    )
    .action((given, command) =>
      run(async (cli) => {
        const checkStore = await storeCheck(cli)
        let webhookProxy: WebhookProxy | undefined
        let stripe: StripeSettings = NO_STRIPE
        let provider: IdentityProvider | undefined
        let definitions: Definitions | undefined
        let pages = plainPages()
        allOf([
          () => settle(command, cli.terminal, given.settings),
          () => {
            webhookProxy = webhookProxyOf(command.opts())
          },
          () => {
            pages = pageOptions(command.opts(), cli.terminal.cwd)
          },
          () => {
            stripe = stripeSettings(cli.terminal)
          },
          () => {
            provider = identityProvider(command.opts(), cli.terminal)
          },
          () => {
            definitions = definitionsAt(command.opts(), cli.terminal)
          },
          checkStore,
        ])
        const options = command.opts()
        const verifiers = await verifiersFor(stripe, options.stripeRateLimit)
        const store = await openServiceStore(cli, {
          whenPending: options.migrations,
          tell: (message) => cli.terminal.talk(`${printable(message)}\n`),
        })
        let figures: MetricsServer | undefined
        try {
          figures = await metricsOf(options)
          const { host, port, publicUrl, rateLimit, trustProxy, webhookAllow, apiVersion, log } = options
          const server = await startServer({
            store,
            host,
            port,
            rateLimit,
            apiVersion,
            verifiers,
            dashboard: dashboardOptions({ provider, editsManaged: options.editManagedFlows, definitions }),
            auditDays: options.auditDays,
            pages,
            changesEvery: options.stripeChangesEvery,
            ...(publicUrl !== undefined && { publicUrl }),
            ...(trustProxy !== undefined && { trustProxy }),
            ...(figures !== undefined && { metrics: figures.metrics }),
            ...(webhookAllow !== undefined && { webhookAllow }),
            ...(webhookProxy !== undefined && { webhookProxy }),
            ...(log && { log: logToStderr }),
          }).catch((error) => {
            throw cannotListen(error, { host, port, options: LISTENS })
          })
          // Listen before telling the user that it can be stopped.
          const stopped = stopSignal()
          cli.terminal.talk(`Serving the flows API at ${server.url}, over ${printable(store.label)}\n`)
          cli.terminal.talk(`${printable(whoVerifies(stripe, publicUrl?.replace(/\/+$/, '') ?? server.url))}\n`)
          const forgotten = await forgottenKeys(stripe, store)
          if (forgotten !== null) cli.terminal.talk(`${forgotten}\n`)
          cli.terminal.talk(`Dashboard: flows dashboard --at ${server.url}\n`)
          if (provider !== undefined) cli.terminal.talk(`People sign in to it at ${printable(provider.name)}, too\n`)
          if (definitions !== undefined) {
            const where = `${definitions.label}, ${options.forgeRepository}`
            cli.terminal.talk(`Edits of managed flows can become pull requests at ${printable(where)}\n`)
          }
          if (figures !== undefined) cli.terminal.talk(`Figures for Prometheus at ${figures.url}\n`)
          cli.terminal.talk('Keys: flows keys create --name app. Stop with Ctrl-C.\n')
          const signal = await stopped
          server.drain()
          cli.terminal.talk('Stopping ...\n')
          await sleep(options.drainDelay * 1000)
          await server.close()
          return signal === 'SIGINT' ? ExitCode.interrupted : ExitCode.ok
        } finally {
          await figures?.close()
          await store.close()
        }
      }),
    )
}

/** The options that say where the service listens, and where its figures are. */
const LISTENS = { port: '--port', host: '--host' }
const METRICS = { port: '--metrics-port', host: '--metrics-host' }

/** Metrics cost memory and start-up time, so they are loaded only on request. */
async function metricsOf(options: { metricsHost: string; metricsPort?: number }): Promise<MetricsServer | undefined> {
  const { metricsHost: host, metricsPort: port } = options
  if (port === undefined) return undefined
  const { serveMetrics } = await import('../../../service/metrics/serve.js')
  return serveMetrics(host, port).catch((error) => {
    throw cannotListen(error, { host, port, options: METRICS })
  })
}

function parseLimit(value: string): number {
  return wholeNumber(value, 1_000_000, 'It is a whole number of requests a second, up to a million.')
}

function parseStripeRate(value: string): number {
  const rate = wholeNumber(value, 10_000, 'It is a whole number of requests a second, up to 10000.')
  if (rate === 0) throw new InvalidArgumentError('It is at least 1.')
  return rate
}

function parseChangesEvery(value: string): number {
  const seconds = wholeNumber(value, 86_400, 'It is a whole number of seconds, up to 86400: a day.')
  // Each look is a request of Stripe's limit, in each mode.
  if (seconds < 10) throw new InvalidArgumentError('It is at least 10.')
  return seconds
}

function parseAuditDays(value: string): number {
  const days = wholeNumber(value, 3660, 'It is a whole number of days, up to 3660.')
  if (days === 0) throw new InvalidArgumentError('It is at least 1.')
  return days
}

function parseSeconds(value: string): number {
  return wholeNumber(value, 3600, 'It is a whole number of seconds, up to 3600.')
}

function parseRanges(value: string, before: readonly string[] = []): readonly string[] {
  const ranges = value.split(',').map((range) => range.trim())
  if (ranges.some((range) => parseRange(range) === undefined)) {
    throw new InvalidArgumentError('It is not a range of addresses: write it as 127.0.0.0/8.')
  }
  return [...before, ...ranges]
}

/** Read here, not by the option parser: the parser prints the value it refuses, which may contain a password. */
function webhookProxyOf({ webhookProxy: text }: { readonly webhookProxy?: string }): WebhookProxy | undefined {
  if (text === undefined) return undefined
  const proxy = parseWebhookProxy(text)
  if (proxy !== undefined) return proxy
  throw badUsage(
    "the value of '--webhook-proxy <url>' is not the address of a proxy",
    'write it as http://proxy.example.com:3128, with user:password@ before the host if it asks for them, percent-encoded',
  )
}

function parseApiVersion(value: string): string {
  if (isApiVersion(value)) return value
  throw new InvalidArgumentError(`It is not a version of Stripe's API: write it as ${API_VERSION}.`)
}

function parseProxies(value: string): string {
  const fault = proxyFault(value)
  if (fault !== undefined) throw new InvalidArgumentError(fault)
  return value
}
