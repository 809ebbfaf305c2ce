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
import { allOf } from './all-of.js'
import { variable } from './variables.js'

/*
 * What the service needs for Stripe. The names are those that Stripe's own documents and others' programs use, and they
 * are variables only, because keys and secrets belong neither on a command line nor in a file of settings.
 */

export interface StripeVariable {
  readonly name: string
  readonly what: string
}

const MODES: readonly Mode[] = ['test', 'live']
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

export const NO_STRIPE: StripeSettings = { apiBase: undefined, test: undefined, live: undefined }

/** Reads the variables. Throws Failure with everything that is wrong with them; no value is shown. */
export function stripeSettings({ env }: Pick<Terminal, 'env'>): StripeSettings {
  const values = new Map<string, string>()
  const missing = new Set<string>()
  const checked = (name: string, faultOf: (value: string) => SettingFault | undefined) => () => {
    const value = variable(env, name)
    if (value === undefined) return void missing.add(name)
    const fault = faultOf(value)
    if (fault !== undefined) throw new Failure('settings_invalid', `${name} ${fault.message}`, { hint: fault.hint })
    values.set(name, value)
  }
  allOf([
    checked(API_BASE, apiBaseFault),
    ...MODES.flatMap((mode) => [
      checked(KEYS[mode], (value) => stripeKeyFault(value, mode)),
      checked(SECRETS[mode], (value) =>
        missing.has(KEYS[mode])
          ? { message: `is set without ${KEYS[mode]}`, hint: `set ${KEYS[mode]}, too` }
          : webhookSecretsFault(value),
      ),
    ]),
  ])
  const modeOf = (mode: Mode): StripeMode | undefined => {
    const key = values.get(KEYS[mode])
    const secrets = values.get(SECRETS[mode])
    return key === undefined ? undefined : { key, webhookSecrets: secrets === undefined ? [] : webhookSecrets(secrets) }
  }
  return { apiBase: values.get(API_BASE), test: modeOf('test'), live: modeOf('live') }
}
