import type Stripe from 'stripe'
import { Failure } from '../../app/failure.js'
import type { Mode } from '../../model/mode.js'
import { EVENT_TYPES } from '../../model/resources.js'
import { stripeClient } from '../../stripe/client.js'
import { stripeFailure } from '../../stripe/errors.js'
import { plural } from '../../text/text.js'
import type { Terminal } from '../program/terminal.js'
import { type StripeMode, type StripeSettings, stripeSettings } from '../service/stripe.js'
import { type Found, ok, problem, warning } from './finding.js'

const CHECK = 'stripe'
/** Where the service takes Stripe's webhooks. */
const WEBHOOK_PATH = '/verifiers/stripe/webhook'
const REDACTED = 'identity.verification_session.redacted'

interface Surroundings {
  readonly terminal: Pick<Terminal, 'env'>
  readonly patience: number
}

/** The keys, permissions and webhooks of the Stripe account in the variables; nothing if none are set. Only reads. */
export async function checkStripe({ terminal, patience }: Surroundings): Promise<Found[]> {
  let settings: StripeSettings
  try {
    settings = stripeSettings(terminal)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return [problem(CHECK, error.message, error.hint)]
  }
  const { apiBase, test, live } = settings
  const asked = (
    [
      ['test', test],
      ['live', live],
    ] as const
  ).map(async ([mode, account]) => {
    if (account === undefined) return []
    const client = await stripeClient({ key: account.key, apiBase, timeout: patience, retries: 0 })
    return checkMode(client, mode, account)
  })
  return (await Promise.all(asked)).flat()
}

async function checkMode(stripe: Stripe, mode: Mode, { key, webhookSecrets }: StripeMode): Promise<Found[]> {
  const kind = key.startsWith('rk_') ? 'restricted key' : 'secret key'
  const sessions = await tried(() => stripe.identity.verificationSessions.list({ limit: 1 }))
  if ('status' in sessions && sessions.status !== 403) {
    const hint =
      sessions.status === 401
        ? `make another restricted key in Stripe's Dashboard, and set STRIPE_${mode.toUpperCase()}_KEY`
        : 'may this machine reach Stripe, through a proxy perhaps (HTTPS_PROXY)?'
    return [
      problem(
        CHECK,
        `${mode} mode: Stripe ${sessions.status === 401 ? 'does not take the key' : 'cannot be asked'}: ${sessions.summary}`,
        hint,
      ),
    ]
  }
  const [reports, events, endpoints] = await Promise.all([
    tried(() => stripe.identity.verificationReports.list({ limit: 1 })),
    tried(() => stripe.events.list({ limit: 1, types: [...EVENT_TYPES] })),
    tried(() => stripe.webhookEndpoints.list({ limit: 100 })),
  ])
  const lacking = Object.entries({
    'verification sessions': sessions,
    'verification reports': reports,
    events,
  }).flatMap(([name, answer]) => ('status' in answer ? [name] : []))
  const permissions =
    lacking.length > 0
      ? problem(
          CHECK,
          `${mode} mode: the ${kind} may not read ${lacking.join(', ')}`,
          "add Read for them to the key in Stripe's Dashboard, and Write for verification sessions",
        )
      : ok(CHECK, `${mode} mode: Stripe takes the ${kind}, which may read verification sessions, reports and events`)
  // Only making a session would tell, and doctor makes none.
  const unknown =
    kind === 'restricted key'
      ? [ok(CHECK, `${mode} mode: whether the key may make sessions is known once one is made`)]
      : []
  return [permissions, ...unknown, ...aboutWebhooks(mode, endpoints, webhookSecrets.length)]
}

function aboutWebhooks(mode: Mode, endpoints: Answer<Stripe.WebhookEndpoint>, secrets: number): Found[] {
  const variable = `STRIPE_${mode.toUpperCase()}_WEBHOOK_SECRET`
  const secret =
    secrets === 0
      ? [
          warning(
            CHECK,
            `${mode} mode: ${variable} is not set, so webhooks of Stripe are refused`,
            'set the signing secret of the webhook endpoint',
          ),
        ]
      : [ok(CHECK, `${mode} mode: ${plural(secrets, 'signing secret')} of webhooks`)]
  if ('status' in endpoints) {
    const hint = 'add Read for webhook endpoints to the key, or look in the Dashboard'
    return [...secret, warning(CHECK, `${mode} mode: the key may not read webhook endpoints`, hint)]
  }
  const ours = endpoints.data.filter(({ url }) => pathOf(url) === WEBHOOK_PATH)
  const own = ours.find(({ status }) => status === 'enabled') ?? ours[0]
  if (own === undefined) {
    const hint = `add one for https://<your service>${WEBHOOK_PATH} in Stripe's Dashboard, with the six events of verification sessions`
    return [...secret, warning(CHECK, `${mode} mode: no webhook endpoint leads to ${WEBHOOK_PATH}`, hint)]
  }
  const isNamed = (type: string) =>
    own.enabled_events.includes(type) || (type !== REDACTED && own.enabled_events.includes('*'))
  const missing = EVENT_TYPES.filter((type) => !isNamed(type))
  if (own.status !== 'enabled')
    return [
      ...secret,
      problem(
        CHECK,
        `${mode} mode: the webhook endpoint ${own.url} is ${own.status}`,
        "enable it in Stripe's Dashboard",
      ),
    ]
  if (missing.length > 0) {
    const hint = `add ${missing.length === 1 ? 'it' : 'them'} in Stripe's Dashboard; "*" leaves the redacted event out`
    return [
      ...secret,
      problem(CHECK, `${mode} mode: the webhook endpoint ${own.url} does not name ${missing.join(', ')}`, hint),
    ]
  }
  return [...secret, ok(CHECK, `${mode} mode: the webhook endpoint ${own.url} has all six events`)]
}

function pathOf(url: string): string {
  try {
    return new URL(url).pathname
  } catch {
    return ''
  }
}

type Answer<T> = { readonly data: readonly T[] } | { readonly status: number | undefined; readonly summary: string }

/** The answer, or why there is none. Throws what is a fault of this program. */
async function tried<T>(ask: () => PromiseLike<{ readonly data: readonly T[] }>): Promise<Answer<T>> {
  try {
    return { data: (await ask()).data }
  } catch (error) {
    const failure = stripeFailure(error)
    if (failure === undefined) throw error
    return { status: failure.answer?.status, summary: failure.summary }
  }
}
