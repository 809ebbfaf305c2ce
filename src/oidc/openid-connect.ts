import type { Configuration, CustomFetch } from 'openid-client'
import { request } from '../outbound/request.js'
import { groupsIn, nameIn, rolesOf } from './claims.js'
import { type Identity, type IdentityProvider, type Pending, SignInFault } from './identity-provider.js'

export interface OidcSettings {
  /** https, or http on this machine. */
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** With spaces between. */
  readonly scopes: string
  /** The claim that names the groups of a person. */
  readonly groupsClaim: string
  /** Groups, and the role that each gives. */
  readonly roles: readonly (readonly [group: string, role: string])[]
}

/** How old a proof may be where a new one was asked for, in seconds. */
const AGAIN_WITHIN = 5 * 60
/** How old a proof may be otherwise, in seconds: so old that the issuer's own rules decide. */
const OLDEST = 365 * 24 * 60 * 60
/** How long one answer of the issuer may take, in seconds. */
const PATIENCE = 5
/** Whether the issuer answers is asked that often at the most, in milliseconds; after a fault it is left alone as long. */
const PAUSE = 5_000
/** How long what it says of itself is used without being read anew, in milliseconds. */
const KEPT = 60 * 60 * 1_000
/** Longer than any answer of an issuer, in bytes. */
const LARGEST_ANSWER = 1024 * 1024
/** By the standard, at most so many characters of ASCII. */
const SUBJECT = /^[\x20-\x7e]{1,255}$/

/** Loaded only where it is used: that costs start-up time. */
const library = () => import('openid-client')

/** An issuer of OpenID Connect: authorisation code with PKCE, state and nonce. Nothing is asked of it before its first use. */
export function openIdConnect(settings: OidcSettings, clock: () => number = Date.now): IdentityProvider {
  let known: { readonly config: Configuration; readonly since: number } | undefined
  let asking: Promise<Configuration> | undefined
  let failed: { readonly error: unknown; readonly at: number } | undefined

  const ask = async (): Promise<void> => {
    asking ??= discovered(settings).finally(() => {
      asking = undefined
    })
    try {
      known = { config: await asking, since: clock() }
      failed = undefined
    } catch (error) {
      failed = { error, at: clock() }
    }
  }

  const configuration = async (): Promise<Configuration> => {
    if (known !== undefined && clock() - known.since < KEPT) return known.config
    if (failed === undefined || clock() - failed.at >= PAUSE) await ask()
    // What it said before is most likely still so.
    if (known === undefined) throw unreachable(failed?.error)
    return known.config
  }

  return {
    name: new URL(settings.issuer).host,
    async isReachable() {
      // What is known says nothing of now. A sign-in goes on with it all the same.
      const last = failed?.at ?? known?.since
      if (last === undefined || clock() - last >= PAUSE) await ask()
      return failed === undefined
    },
    async begin({ callback, again }) {
      const config = await configuration()
      const client = await library()
      const verifier = client.randomPKCECodeVerifier()
      const pending: Pending = { state: client.randomState(), nonce: client.randomNonce(), verifier, again }
      const address = client.buildAuthorizationUrl(config, {
        redirect_uri: callback,
        scope: settings.scopes,
        state: pending.state,
        nonce: pending.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        // Whoever is asked for an age says when the proof was made (OpenID Connect Core, 2): a new one is fresh at once.
        max_age: `${again ? AGAIN_WITHIN : OLDEST}`,
        ...(again && { prompt: 'login' }),
      })
      return { address: address.href, pending }
    },
    async finish(address, pending) {
      const config = await configuration()
      try {
        return await identityOf(settings, config, address, pending)
      } catch (error) {
        throw faultOf(error)
      }
    },
    async signOutAddress(returnTo) {
      const config = await configuration().catch(() => undefined)
      if (config?.serverMetadata().end_session_endpoint === undefined) return null
      const { buildEndSessionUrl } = await library()
      return buildEndSessionUrl(config, { post_logout_redirect_uri: returnTo }).href
    },
  }
}

async function discovered({ issuer, clientId, clientSecret }: OidcSettings): Promise<Configuration> {
  const client = await library()
  const url = new URL(issuer)
  const isHere = url.protocol === 'http:'
  const [basic, post] = [client.ClientSecretBasic(clientSecret), client.ClientSecretPost(clientSecret)]
  return client.discovery(
    url,
    clientId,
    {},
    (as, me, body, headers) => {
      // Basic is what holds where the issuer does not say.
      const isBasic = as.token_endpoint_auth_methods_supported?.includes('client_secret_basic') ?? true
      return (isBasic ? basic : post)(as, me, body, headers)
    },
    {
      timeout: PATIENCE,
      [client.customFetch]: boundedFetch,
      // The signature of the token is checked although it comes from the issuer itself.
      execute: [client.enableNonRepudiationChecks, ...(isHere ? [client.allowInsecureRequests] : [])],
    },
  )
}

/** As every request that leaves this machine: through a proxy if one is named, and an endless answer cannot fill memory. */
const boundedFetch: CustomFetch = async (url, { method, headers: asked, body, signal }) => {
  const { status, headers, text } = await request(url, {
    method,
    headers: asked,
    body: body == null ? undefined : String(body),
    signal: signal ?? AbortSignal.timeout(PATIENCE * 1_000),
    most: LARGEST_ANSWER,
  })
  return new Response(status === 204 || status === 304 ? null : text, { status, headers })
}

async function identityOf(
  settings: OidcSettings,
  config: Configuration,
  address: URL,
  { state, nonce, verifier, again }: Pending,
): Promise<Identity> {
  const client = await library()
  const tokens = await client.authorizationCodeGrant(config, address, {
    expectedState: state,
    expectedNonce: nonce,
    pkceCodeVerifier: verifier,
    idTokenExpected: true,
    ...(again && { maxAge: AGAIN_WITHIN }),
  })
  const claims = tokens.claims()
  if (claims === undefined) throw new SignInFault('refused', 'no_id_token')
  if (!SUBJECT.test(claims.sub)) throw new SignInFault('refused', 'subject_invalid')
  const { groupsClaim, roles } = settings
  let all: Readonly<Record<string, unknown>> = claims
  // Many issuers say what a scope stands for there only.
  if (groupsIn(all, groupsClaim) === undefined && config.serverMetadata().userinfo_endpoint !== undefined) {
    all = { ...(await client.fetchUserInfo(config, tokens.access_token, claims.sub)), ...claims }
  }
  return {
    subject: claims.sub,
    name: nameIn(all),
    roles: rolesOf(groupsIn(all, groupsClaim) ?? [], roles),
    authenticated: typeof claims.auth_time === 'number' ? claims.auth_time : null,
  }
}

function unreachable(cause: unknown): SignInFault {
  // The error of fetch itself only says that it failed.
  const code = codeOf(cause) ?? codeOf((cause as Error | undefined)?.cause) ?? 'no_answer'
  return new SignInFault('unreachable', code, { cause })
}

/** What the issuer or the library says, as a code: their texts may say who somebody is. */
function faultOf(error: unknown): SignInFault {
  if (error instanceof SignInFault) return error
  const { error: theirs } = error as { readonly error?: unknown }
  const code = codeOf(error)
  if (code === undefined) return unreachable(error)
  const isAnswer = code === 'OAUTH_RESPONSE_BODY_ERROR' || code === 'OAUTH_AUTHORIZATION_RESPONSE_ERROR'
  if (isAnswer && typeof theirs === 'string') return new SignInFault('refused', word(theirs), { cause: error })
  const kind = UNREACHABLE.test(code) ? 'unreachable' : 'refused'
  return new SignInFault(kind, code, { cause: error })
}

const UNREACHABLE = /^(?:OAUTH_TIMEOUT|OAUTH_RESPONSE_IS_NOT_CONFORM|OAUTH_RESPONSE_IS_NOT_JSON)$/

function codeOf(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { readonly code?: unknown }
  return typeof code === 'string' ? word(code) : undefined
}

function word(text: string): string {
  return text.replace(/\W+/g, '_').slice(0, 60)
}
