import { PROVIDER_VERSION_RANGE } from '../synth/package.js'

/** What the provider is called in a stack's `required_providers`, and which versions of it will do. */
export const METADATA = {
  providerName: 'flows',
  // The first of the two wins, and as it is: an exact version here would pin every user to it.
  providerVersion: PROVIDER_VERSION_RANGE,
  providerVersionConstraint: PROVIDER_VERSION_RANGE,
}
