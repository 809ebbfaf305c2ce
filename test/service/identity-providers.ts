import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'
import { onTestFinished } from 'vitest'
import { type OidcSettings, openIdConnect } from '../../src/oidc/openid-connect.js'

const CLIENT = { clientId: 'flows', clientSecret: 'a secret of the client' }
export const ROLES = [
  ['kyc', 'analyst'],
  ['staff', 'viewer'],
  ['root', 'admin'],
] as const

export const settingsFor = (issuer: string, more: Partial<OidcSettings> = {}): OidcSettings => ({
  ...{ issuer, ...CLIENT, scopes: 'openid profile', groupsClaim: 'groups', roles: ROLES, ...more },
})

export function seconds(): number {
  return Math.floor(Date.now() / 1000)
}

/** A server on this machine, until the test ends. */
export async function listening(handler: RequestListener): Promise<string> {
  const server = createServer(handler)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A certified provider, which takes every name with any password. It serves once it knows the dashboard. */
export async function aCertifiedProvider(groupsOf: (id: string) => readonly string[] = () => ['root']) {
  // The provider knows its address only when it listens.
  let handler: RequestListener = (_request, response) => response.end()
  const url = await listening((request, response) => handler(request, response))
  const serve = (dashboard: string) => {
    const provider = new Provider(url, {
      clients: [
        {
          client_id: CLIENT.clientId,
          client_secret: CLIENT.clientSecret,
          redirect_uris: [`${dashboard}/dashboard/sign-in/oidc/callback`],
          post_logout_redirect_uris: [`${dashboard}/dashboard/signed-out`],
        },
      ],
      // As by default, these claims are in the answer about the user, and not in the token.
      claims: { openid: ['sub'], profile: ['name', 'groups'] },
      findAccount: async (_context, id) => ({
        accountId: id,
        claims: async () => ({ sub: id, name: `Name of ${id}`, groups: [...groupsOf(id)] }),
      }),
    })
    handler = provider.callback()
  }
  return { url, provider: openIdConnect(settingsFor(url)), serve }
}
