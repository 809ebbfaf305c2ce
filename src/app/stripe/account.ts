import { type Mode, modeOfKey } from '../../model/mode.js'
import type { StripeAccess } from '../../stripe/client.js'
import { apiBaseFault, stripeKeyFault } from '../../stripe/key.js'
import { badUsage, Failure } from '../failure.js'

export interface StripeAccount {
  readonly mode: Mode
  readonly access: StripeAccess
}

type Env = Readonly<Record<string, string | undefined>>

const ANY = 'STRIPE_API_KEY'
const OF_MODE: Readonly<Record<Mode, string>> = { test: 'STRIPE_TEST_KEY', live: 'STRIPE_LIVE_KEY' }

/**
 * The account at Stripe that the environment variables name: STRIPE_API_KEY, else the key of the mode. Without a mode,
 * the key decides. Throws Failure.
 */
export function stripeAccount(env: Env, mode?: Mode): StripeAccount {
  const variable = variableIn(env, mode)
  const key = env[variable] ?? ''
  const own = mode ?? modeOfKey(key) ?? 'live'
  const fault = stripeKeyFault(key, own)
  if (fault !== undefined) {
    const isOther = modeOfKey(key) !== undefined && modeOfKey(key) !== own
    const code = isOther ? 'key_of_other_mode' : 'api_key_invalid'
    throw new Failure(code, `the key in ${variable} ${fault.message}: nothing was read`, { hint: fault.hint })
  }
  return { mode: own, access: { key, ...baseIn(env) } }
}

function variableIn(env: Env, mode: Mode | undefined): string {
  if (env[ANY]) return ANY
  const named = mode === undefined ? Object.values(OF_MODE) : [OF_MODE[mode]]
  const [first, other] = named.filter((variable) => env[variable])
  if (first !== undefined && other !== undefined) {
    throw badUsage(`${first} and ${other} are both set: nobody knows which is meant`, 'name an environment with --env')
  }
  if (first !== undefined) return first
  throw new Failure('api_key_missing', `there is no key for Stripe: neither ${[ANY, ...named].join(' nor ')} is set`, {
    hint: `put a restricted key into the environment variable ${ANY}; never into a file`,
  })
}

function baseIn({ STRIPE_API_BASE: apiBase }: Env): Pick<StripeAccess, 'apiBase'> {
  if (!apiBase) return {}
  const fault = apiBaseFault(apiBase)
  if (fault !== undefined) throw badUsage(`STRIPE_API_BASE ${fault.message}`, fault.hint)
  return { apiBase }
}
