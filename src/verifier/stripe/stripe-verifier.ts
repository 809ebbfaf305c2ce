import type Stripe from 'stripe'
import { isObject } from '../../model/json.js'
import type { EphemeralKey, VerificationReport, VerifiedOutputs } from '../../model/resources.js'
import { endingWith, type StripeAccess, stripeClient } from '../../stripe/client.js'
import { OUR_METADATA } from '../../stripe/metadata.js'
import type { Check } from '../checks.js'
import type {
  Asking,
  ChangedSession,
  ChangesPage,
  ChangesSince,
  Doing,
  EphemeralKeyRequest,
  HeldSession,
  Observed,
  OpenRequest,
  Verifier,
  VerifierWebhook,
} from '../verifier.js'
import { VerifierError } from '../verifier-error.js'
import { changesSince } from './changes.js'
import { isReplayed, isUsedUp, verifierError } from './failures.js'
import { EXPANDED, observed } from './observed.js'
import { isMarked, openParams, updateParams } from './params.js'
import { patiently } from './patience.js'

type Session = Stripe.Identity.VerificationSession

/** One mode of an account at Stripe. */
interface StripeAccount extends StripeAccess {
  /** Secrets of its webhook endpoint: two while one takes the place of the other. Without any, webhooks are refused. */
  readonly webhookSecrets: readonly string[]
}

export interface StripeAccounts {
  readonly test?: StripeAccount | undefined
  readonly live?: StripeAccount | undefined
  /** Unix seconds. */
  readonly now?: (() => number) | undefined
}

/** Kept with each session, so it never changes. */
const STRIPE = 'stripe'

/** The checks that Stripe's public API has parameters for. The others need a flow that is made in Stripe's Dashboard. */
const CHECKS: readonly Check[] = ['document', 'selfie', 'id_number']

/**
 * How many idempotency keys a call uses, one after the other, when Stripe has stored useless answers under them. Each
 * attempt at the call tries one more: so Stripe may fail for hours, and the call is done afterwards.
 */
const MOST_KEYS = 12
/** How far a session is looked for whose answer was lost: pages of a hundred, of the last day. */
const MOST_PAGES = 20
const DAY = 24 * 60 * 60
const TOLERANCE = 300
/** Milliseconds until a request that came too soon is sent again; then until the next time. */
const WAITS = [500, 1000, 2000]

/**
 * Verifies people by Stripe: each session here is one of a Stripe account, whose flow is expanded into the parameters of
 * Stripe's public API. Results stay at Stripe.
 */
export async function stripeVerifier({ test, live, now = systemNow }: StripeAccounts): Promise<Verifier> {
  const clients = {
    test: test && (await stripeClient(test)),
    live: live && (await stripeClient(live)),
  }
  const secrets = [...(test?.webhookSecrets ?? []), ...(live?.webhookSecrets ?? [])]

  const waits = { test: waitsOf(test), live: waitsOf(live) }

  const clientFor = (livemode: boolean): Stripe => {
    const client = clients[mode(livemode)]
    if (client !== undefined) return client
    const cause = new Error(
      `STRIPE_${livemode ? 'LIVE' : 'TEST'}_KEY is not set, and a session of that mode is at Stripe`,
    )
    throw new VerifierError('unavailable', 'This service has no key of that mode for Stripe.', { cause })
  }

  /** A call that ends with the signal, and whose errors are those of the port. */
  const asking = async <T>(
    { livemode, provided_details }: Pick<HeldSession, 'livemode'> & Partial<Pick<HeldSession, 'provided_details'>>,
    { signal }: Asking,
    call: (stripe: Stripe) => Promise<T>,
  ): Promise<T> => {
    try {
      return await endingWith(signal, () => patiently(signal, waits[mode(livemode)], () => call(clientFor(livemode))))
    } catch (error) {
      throw verifierError(error, Object.values(provided_details ?? {}))
    }
  }

  /** A changing call. `wasDone` looks for its effect when Stripe repeats an answer that says nothing about it. */
  const doing = (
    session: OpenRequest | HeldSession,
    { key, signal }: Doing,
    call: (stripe: Stripe, options: Stripe.RequestOptions) => Promise<Stripe.Response<Session>>,
    wasDone: (stripe: Stripe) => Promise<Session | undefined>,
  ): Promise<Observed> =>
    asking(session, { signal }, async (stripe) => {
      for (let count = 1; ; count += 1) {
        try {
          const options =
            count === 1
              ? { idempotencyKey: `flows-${key}` }
              : { idempotencyKey: `flows-${key}-${count}`, maxNetworkRetries: 0 }
          const answer = await call(stripe, options)
          // Stripe repeats the session as it was when the call was done; by now a person may be verified.
          return observed(isReplayed(answer) ? await retrieve(stripe, answer.id) : answer, now())
        } catch (error) {
          if (!isUsedUp(error)) throw error
          const done = await wasDone(stripe)
          if (done !== undefined) return observed(done, now())
          if (count === MOST_KEYS) throw new VerifierError('unavailable', 'Stripe fails again and again.')
        }
      }
    })

  const retrieve = (stripe: Stripe, id: string) =>
    stripe.identity.verificationSessions.retrieve(id, { expand: EXPANDED })
  const retrieveIf = (id: string, test: (session: Session) => boolean) => async (stripe: Stripe) => {
    const session = await retrieve(stripe, id)
    return test(session) ? session : undefined
  }

  const openedBefore = async (stripe: Stripe, request: OpenRequest, since: number) => {
    const found = await opened(stripe, request, since)
    return found && retrieve(stripe, found.id)
  }

  return {
    name: STRIPE,
    serves: (livemode) => clients[mode(livemode)] !== undefined,
    checks: CHECKS,
    page: null,

    open: (request, to) =>
      doing(
        request,
        to,
        (stripe, options) =>
          stripe.identity.verificationSessions.create({ ...openParams(request), expand: EXPANDED }, options),
        (stripe) => openedBefore(stripe, request, now() - DAY),
      ),

    find: (request, since, to) =>
      asking(request, to, async (stripe) => {
        const found = await openedBefore(stripe, request, since)
        return found === undefined ? null : observed(found, now())
      }),

    // It sets values, so to do it twice does no harm.
    update: async (session: ChangedSession, to) => {
      const { id } = session
      let last: Observed | undefined
      for (const [index, params] of updateParams(session).entries()) {
        last = await doing(
          session,
          { ...to, key: `${to.key}${'-next'.repeat(index)}` },
          (stripe, options) =>
            stripe.identity.verificationSessions.update(id, { ...params, expand: EXPANDED }, options),
          async () => undefined,
        )
      }
      return last ?? asking(session, to, async (stripe) => observed(await retrieve(stripe, id), now()))
    },

    cancel: (session, to) =>
      doing(
        session,
        to,
        (stripe, options) => stripe.identity.verificationSessions.cancel(session.id, { expand: EXPANDED }, options),
        retrieveIf(session.id, ({ status }) => status === 'canceled'),
      ),

    // Without a key of ours: Stripe redacts nothing while it is processing, and would repeat that answer for a day after
    // the processing has ended. To redact twice does no harm.
    redact: async (session, to) => {
      try {
        return await asking(session, to, async (stripe) =>
          observed(await stripe.identity.verificationSessions.redact(session.id, { expand: EXPANDED }), now()),
        )
      } catch (error) {
        // Stripe may refuse what it has done before.
        if (!(error instanceof VerifierError) || error.fault !== 'refused') throw error
        const done = await asking(
          session,
          to,
          retrieveIf(session.id, ({ redaction }) => redaction !== null),
        )
        if (done === undefined) throw error
        return observed(done, now())
      }
    },

    read: (session, to) => asking(session, to, async (stripe) => observed(await retrieve(stripe, session.id), now())),

    receive: async (webhook) => changedIn(await anyClient(clients), webhook, secrets, now()),

    changes: ({ livemode, cursor }: ChangesSince, to): Promise<ChangesPage> =>
      asking({ livemode }, to, (stripe) => changesSince(stripe, cursor, now())),

    ephemeralKey: (session, { apiVersion, key, signal }: EphemeralKeyRequest) =>
      asking(session, { signal }, async (stripe) => {
        const params = { verification_session: session.id }
        // The official type lacks what the key is for.
        return (await stripe.ephemeralKeys.create(params, {
          apiVersion,
          idempotencyKey: `flows-${key}`,
        })) as unknown as EphemeralKey
      }),

    endEphemeralKey: ({ id, livemode }, { signal }) =>
      asking(
        { livemode },
        { signal },
        async (stripe) => (await stripe.ephemeralKeys.del(id)) as unknown as EphemeralKey,
      ),

    results: {
      session: (session, expand, to) =>
        asking(session, to, async (stripe) => {
          const shown = await stripe.identity.verificationSessions.retrieve(session.id, {
            expand: expandable(expand),
          })
          return {
            ...(expand.has('verified_outputs') && {
              verified_outputs: (shown.verified_outputs ?? null) as VerifiedOutputs | null,
            }),
            ...(expand.has('last_verification_report') && {
              last_verification_report: shown.last_verification_report as VerificationReport | null,
            }),
          }
        }),
      report: (held, expand, to) =>
        asking(held, to, async (stripe) => {
          const report = await stripe.identity.verificationReports.retrieve(held.id, { expand: expandable(expand) })
          return report as unknown as VerificationReport
        }),
    },
  }
}

/** Without the parents that are always shown, such as "last_verification_report.document". */
function expandable(paths: ReadonlySet<string>): string[] {
  return [...paths].filter((path) => !/^(last_verification_report\.)?(document|id_number)$/.test(path))
}

/**
 * The session that was made for this request since a time, if one was. Throws "unavailable" if nobody can be sure that
 * there is none: there are too many sessions, or this one would have no mark.
 */
async function opened(stripe: Stripe, request: OpenRequest, since: number): Promise<Session | undefined> {
  const { session, client_reference_id } = request
  if (!isMarked(request)) {
    throw new VerifierError(
      'unavailable',
      'Stripe failed, and 50 pairs of metadata left no room for a mark to look for.',
    )
  }
  let after: string | undefined
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const page = await stripe.identity.verificationSessions.list({
      created: { gte: since },
      limit: 100,
      ...(client_reference_id !== null && { client_reference_id }),
      ...(after !== undefined && { starting_after: after }),
    })
    const found = page.data.find(({ metadata }) => metadata[OUR_METADATA.session] === session)
    if (found !== undefined) return found
    if (!page.has_more) return undefined
    after = page.data.at(-1)?.id
  }
  throw new VerifierError('unavailable', 'Stripe has too many sessions to look for the one that may have been made.')
}

/** The sessions that a genuine webhook says have changed. Throws "forged". */
function changedIn(
  stripe: Stripe,
  { body, headers }: VerifierWebhook,
  secrets: readonly string[],
  now: number,
): readonly string[] {
  const signature = headers['stripe-signature']
  if (signature === undefined) throw new VerifierError('forged', 'There is no signature of Stripe on it.')
  if (secrets.length === 0)
    throw new VerifierError('forged', 'This service has no signing secret of a webhook endpoint at Stripe.')
  const payload = Buffer.from(body)
  const isGenuine = secrets.some((secret) => {
    try {
      return (
        stripe.webhooks.signature?.verifyHeader(payload, signature, secret, TOLERANCE, undefined, now * 1000) === true
      )
    } catch {
      return false
    }
  })
  if (!isGenuine) {
    throw new VerifierError(
      'forged',
      'The signature is not that of a webhook endpoint known here, or it is older than five minutes.',
    )
  }
  return sessionIn(payload.toString())
}

/**
 * The session that an event is about, in its payload of either style: a snapshot has the whole object, a thin one names
 * it. Of what Stripe signed and this program does not know there is nothing to read, and nothing to send again.
 */
function sessionIn(payload: string): readonly string[] {
  const event = parsed(payload)
  if (!isObject(event) || !/^(v1\.)?identity\.verification_session\./.test(String(event.type))) return []
  const { data, related_object } = event
  const object = isObject(data) && isObject(data.object) ? data.object : related_object
  return isObject(object) && typeof object.id === 'string' ? [object.id] : []
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function anyClient({ test, live }: { test: Stripe | undefined; live: Stripe | undefined }): Promise<Stripe> {
  const client = test ?? live
  if (client === undefined) throw new VerifierError('forged', 'This service has no account at Stripe.')
  return client
}

function systemNow(): number {
  return Math.floor(Date.now() / 1000)
}

function mode(livemode: boolean): 'live' | 'test' {
  return livemode ? 'live' : 'test'
}

function waitsOf(account: StripeAccount | undefined): readonly number[] {
  return WAITS.slice(0, account?.retries ?? WAITS.length)
}
