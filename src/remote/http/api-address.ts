import { RemoteError } from '../remote.js'

/** The address of the flows API. It must be the root of a host: the official client, which writes, allows no path. */
export interface ApiAddress {
  /** Without a slash at the end. */
  readonly origin: string
  readonly protocol: 'http' | 'https'
  readonly host: string
  readonly port: string
}

/** Throws RemoteError for an address that cannot work. */
export function parseApi(api: string): ApiAddress {
  const refuse = (why: string) =>
    new RemoteError('invalid', `the address of the API ${why}`, { code: 'api_url_invalid' })
  let url: URL
  try {
    url = new URL(api)
  } catch {
    throw refuse('is not an address')
  }
  const { protocol, hostname, port, origin } = url
  if (url.username !== '' || url.password !== '')
    throw refuse('carries credentials: leave out what stands before the @')
  if (protocol !== 'https:' && protocol !== 'http:') throw refuse(`begins with ${protocol}//: write https://`)
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    throw refuse(`has a path, but the API must stand at the root of its host: ${origin}`)
  }
  const isSecure = protocol === 'https:'
  return {
    origin,
    protocol: isSecure ? 'https' : 'http',
    host: hostname,
    port: port || (isSecure ? '443' : '80'),
  }
}
