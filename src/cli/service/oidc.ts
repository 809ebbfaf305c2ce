import { InvalidArgumentError } from '@commander-js/extra-typings'
import { badUsage } from '../../app/failure.js'
import type { IdentityProvider } from '../../oidc/identity-provider.js'
import { openIdConnect } from '../../oidc/openid-connect.js'
import { isRole, ROLE_NAMES } from '../../service/operations/people/roles.js'
import { printable } from '../../text/text.js'
import { addressFault } from '../../validate/address.js'
import type { Terminal } from '../program/terminal.js'
import { allOf } from './all-of.js'
import { variable } from './variables.js'

/** The client secret is a variable only: others can read command lines and files of settings. */
const SECRET = 'FLOWS_OIDC_CLIENT_SECRET'

/** For the docs. It can be given as a file, by its name with _FILE. */
export const OIDC_VARIABLES = [
  { name: SECRET, what: 'secret of the client at the identity provider that --oidc-issuer names' },
]

export type GroupRoles = readonly (readonly [group: string, role: string])[]

export interface OidcOptions {
  readonly publicUrl?: string | undefined
  readonly oidcIssuer?: string | undefined
  readonly oidcClientId?: string | undefined
  readonly oidcScopes: string
  readonly oidcGroupsClaim: string
  readonly oidcRoles?: GroupRoles | undefined
}

/**
 * Who signs people in to the dashboard; undefined if nothing is set for that. The provider is not asked yet: it may be
 * away. Throws Failure with everything that is missing or wrong; the secret is not shown.
 */
export function identityProvider(options: OidcOptions, { env }: Pick<Terminal, 'env'>): IdentityProvider | undefined {
  const { publicUrl, oidcIssuer: issuer, oidcClientId: clientId, oidcRoles: roles } = options
  const clientSecret = variable(env, SECRET)
  const needed = [
    ['--oidc-issuer', issuer, 'the address of the identity provider'],
    ['--oidc-client-id', clientId, 'the id of this service there'],
    ['--oidc-roles', roles, 'which group has which role, as staff=viewer'],
    [SECRET, clientSecret, 'the secret of this service there'],
  ] as const
  if (needed.every(([, value]) => value === undefined)) return undefined
  const isPublic = publicUrl !== undefined
  if (isPublic && issuer !== undefined && clientId !== undefined && roles !== undefined && clientSecret !== undefined) {
    const { oidcScopes: scopes, oidcGroupsClaim: groupsClaim } = options
    return openIdConnect({ issuer, clientId, clientSecret, scopes, groupsClaim, roles })
  }
  const all = [...needed, ['--public-url', publicUrl, 'the provider sends people back to it']] as const
  allOf(
    all.map(([name, value, what]) => () => {
      if (value === undefined) throw badUsage(`signing in by OpenID Connect needs ${name}`, `set it: ${what}`)
    }),
  )
  return undefined
}

export function parseIssuer(value: string): string {
  const fault = addressFault(value, 'https://login.example.com')
  if (fault !== undefined) throw new InvalidArgumentError(`It ${fault.message}: ${fault.hint}.`)
  if (/[?#]/.test(value)) throw new InvalidArgumentError('An issuer has neither a query nor a fragment.')
  return value
}

export function parseScopes(value: string): string {
  const scopes = value.split(/[\s,]+/).filter((scope) => scope !== '')
  if (scopes.includes('openid')) return scopes.join(' ')
  throw new InvalidArgumentError('One of the scopes has to be openid.')
}

/** "staff=viewer,kyc team=analyst": the last = parts them, because names of groups may have some. */
export function parseGroupRoles(value: string, before: GroupRoles = []): GroupRoles {
  const pairs = value.split(',').map((text) => {
    const mark = text.lastIndexOf('=')
    const [group, role] = [text.slice(0, mark).trim(), text.slice(mark + 1).trim()]
    if (mark < 1 || group === '') throw new InvalidArgumentError('Write group=role, with commas between.')
    if (isRole(role)) return [group, role] as const
    throw new InvalidArgumentError(`There is no role "${printable(role)}": the roles are ${ROLE_NAMES.join(', ')}.`)
  })
  return [...before, ...pairs]
}
