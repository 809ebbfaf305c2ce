import packageJson from '../../package.json' with { type: 'json' }

/** Where Terraform finds the provider. */
export const PROVIDER_SOURCE = 'verification-flows/flows'

/** The version of this package, and so of the provider. */
export const PROVIDER_VERSION: string = packageJson.version

/** The version that a configuration requires: this one or a later compatible one. Never an exact pin. */
export const PROVIDER_VERSION_RANGE = `~> ${PROVIDER_VERSION.split('.').slice(0, 2).join('.')}`
