import { keyFault } from '../model/api-key.js'
import { type Mode, modeOfKey, otherMode } from '../model/mode.js'
import { apiAddressFault } from '../validate/address.js'

export interface SettingFault {
  /** What is wrong, as the end of a sentence; the value itself is not in it. */
  readonly message: string
  readonly hint: string
}

/** What is wrong with a key for Stripe's API; undefined if nothing is. Stripe itself may still not know the key. */
export function stripeKeyFault(key: string, mode: Mode): SettingFault | undefined {
  const hint = `set a restricted key of ${mode} mode, which begins with rk_${mode}_, or a secret key, sk_${mode}_`
  const fault = keyFault(key)
  if (fault !== undefined) return { message: fault, hint }
  if (/^pk_/.test(key)) return { message: 'is a publishable key, with which nothing can be read or made', hint }
  const own = modeOfKey(key)
  if (own === undefined) return { message: 'is not a key of Stripe', hint }
  if (own === otherMode(mode)) return { message: `is a key of ${own} mode`, hint }
  return undefined
}

/** What is wrong with an address of Stripe's API; undefined if nothing is. */
export function apiBaseFault(text: string): SettingFault | undefined {
  return apiAddressFault(text)
}

/** What is wrong with one or more signing secrets of webhooks, separated by commas; undefined if nothing is. */
export function webhookSecretsFault(text: string): SettingFault | undefined {
  const secrets = webhookSecrets(text)
  const hint = "copy it from the webhook endpoint in Stripe's Dashboard; it begins with whsec_"
  if (secrets.length > MOST_SECRETS) {
    return {
      message: `holds ${secrets.length} secrets`,
      hint: 'two are enough: the new one, and the old one until it ends',
    }
  }
  return secrets.every((secret) => /^whsec_[\x21-\x7e]{8,}$/.test(secret))
    ? undefined
    : { message: 'is not a signing secret of webhooks', hint }
}

const MOST_SECRETS = 2

/** The secrets in a setting: two while one takes the place of the other. */
export function webhookSecrets(text: string): readonly string[] {
  return text.split(',').map((secret) => secret.trim())
}
