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

/** What a proxy's address looks like: "http://proxy.example.com:3128", with "user:password@" where it asks for them. */
export function parseWebhookProxy(text: string): WebhookProxy | undefined {
  // URL() forgives white space, missing and backward slashes.
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

/** Basic credentials (RFC 7617): a colon ends the user's name, so that it cannot have one. */
function credentialsOf(username: string, password: string): string | undefined {
  if (username === '' && password === '') return ''
  try {
    const user = decodeURIComponent(username)
    return user.includes(':') ? undefined : `${user}:${decodeURIComponent(password)}`
  } catch {
    return undefined
  }
}
