import { PROVIDER_VERSION_RANGE } from '../synth/package.js'

/** The provider's name in a stack's `required_providers`, and the versions that it allows. */
export const METADATA = {
  providerName: 'flows',
  // The first of the two wins, unchanged: an exact version here would pin every user to it.
  providerVersion: PROVIDER_VERSION_RANGE,
  providerVersionConstraint: PROVIDER_VERSION_RANGE,
}
