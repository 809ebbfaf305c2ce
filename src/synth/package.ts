import packageJson from '../../package.json' with { type: 'json' }

/** Where Terraform finds the provider. */
export const PROVIDER_SOURCE = 'verification-flows/flows'

/** The version of this package, which is the provider's. */
export const PROVIDER_VERSION: string = packageJson.version

/** What a configuration asks for: this version or a later one that understands the same. Never an exact pin. */
export const PROVIDER_VERSION_RANGE = `~> ${PROVIDER_VERSION.split('.').slice(0, 2).join('.')}`
