import { Failure } from '../../app/failure.js'
import type { Mode } from '../../model/mode.js'
import {
  apiBaseFault,
  type SettingFault,
  stripeKeyFault,
  webhookSecrets,
  webhookSecretsFault,
} from '../../stripe/key.js'
import type { Terminal } from '../program/terminal.js'
import { variable } from './variables.js'

/*
 * What the service needs for Stripe. The names are those that Stripe's own documents and others' programs use, and they
 * are variables only, because keys and secrets belong neither on a command line nor in a file of settings.
 */

export interface StripeVariable {
  readonly name: string
  readonly what: string
}

const KEYS: Readonly<Record<Mode, string>> = { test: 'STRIPE_TEST_KEY', live: 'STRIPE_LIVE_KEY' }
const SECRETS: Readonly<Record<Mode, string>> = {
  test: 'STRIPE_TEST_WEBHOOK_SECRET',
  live: 'STRIPE_LIVE_WEBHOOK_SECRET',
}
const API_BASE = 'STRIPE_API_BASE'

/** All of them, for the docs. Each can be given as a file, by its name with _FILE. */
export const STRIPE_VARIABLES: readonly StripeVariable[] = [
  {
    name: KEYS.test,
    what: 'secret or restricted key of a Stripe account: people of the test mode are verified by Stripe',
  },
  { name: KEYS.live, what: 'the same for the live mode' },
  {
    name: SECRETS.test,
    what: "signing secret of the account's webhook endpoint of the test mode; two, with a comma between, while one takes the place of the other",
  },
  { name: SECRETS.live, what: 'the same for the live mode' },
  {
    name: API_BASE,
    what: "where Stripe's API is, if not at https://api.stripe.com: a proxy, or another service like this one",
  },
]

/** The settings of one mode. */
export interface StripeMode {
  readonly key: string
  readonly webhookSecrets: readonly string[]
}

export interface StripeSettings {
  readonly apiBase: string | undefined
  readonly test: StripeMode | undefined
  readonly live: StripeMode | undefined
}

/** Reads the variables. Throws Failure with everything that is wrong with them; no value is shown. */
export function stripeSettings({ env }: Pick<Terminal, 'env'>): StripeSettings {
  const faults: (SettingFault & { readonly name: string })[] = []
  const checked = (name: string, faultOf: (value: string) => SettingFault | undefined) => {
    const value = variable(env, name)
    const fault = value === undefined ? undefined : faultOf(value)
    if (fault !== undefined) faults.push({ name, ...fault })
    return value
  }
  const modeOf = (mode: Mode): StripeMode | undefined => {
    const key = checked(KEYS[mode], (value) => stripeKeyFault(value, mode))
    const secrets = checked(SECRETS[mode], (value) =>
      key === undefined
        ? { message: `is set without ${KEYS[mode]}`, hint: `set ${KEYS[mode]}, too` }
        : webhookSecretsFault(value),
    )
    return key === undefined ? undefined : { key, webhookSecrets: secrets === undefined ? [] : webhookSecrets(secrets) }
  }
  const settings = { apiBase: checked(API_BASE, apiBaseFault), test: modeOf('test'), live: modeOf('live') }
  if (faults.length === 0) return settings
  throw new Failure('settings_invalid', faults.map(({ name, message }) => `${name} ${message}`).join('; '), {
    hint: [...new Set(faults.map(({ name, hint }) => (faults.length === 1 ? hint : `${name}: ${hint}`)))].join('; '),
  })
}
