/** The HTTP proxy that webhooks to public addresses go through. */
export interface WebhookProxy {
  /** Whether the connection to the proxy itself is encrypted. */
  readonly isEncrypted: boolean
  /** A name, or an IP address without brackets. */
  readonly hostname: string
  readonly port: number
  /** The value of Proxy-Authorization; undefined without credentials. Never to be shown. */
  readonly authorization: string | undefined
}

/** Parses a proxy's address: "http://proxy.example.com:3128", with "user:password@" if the proxy needs it. */
export function parseWebhookProxy(text: string): WebhookProxy | undefined {
  // URL() accepts white space, missing slashes and backslashes.
  if (!/^https?:\/\/[^/\\\s?#]+\/?$/i.test(text) || !URL.canParse(text)) return undefined
  const { protocol, hostname, port, username, password } = new URL(text)
  const isEncrypted = protocol === 'https:'
  const credentials = credentialsOf(username, password)
  if (credentials === undefined) return undefined
  return {
    isEncrypted,
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (isEncrypted ? 443 : 80) : Number(port),
    authorization: credentials === '' ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`,
  }
}

/** Basic credentials (RFC 7617): the user's name ends at the colon, so it cannot contain one. */
function credentialsOf(username: string, password: string): string | undefined {
  if (username === '' && password === '') return ''
  try {
    const user = decodeURIComponent(username)
    return user.includes(':') ? undefined : `${user}:${decodeURIComponent(password)}`
  } catch {
    return undefined
  }
}
