import { type Remote, RemoteError } from '../remote.js'
import { parseApi } from './api-address.js'
import { httpReader } from './reader.js'
import { type Patience, readTransport } from './transport.js'

export interface HttpOptions extends Patience {
  /** Root of the flows API: "https://flows.example.com". */
  readonly api: string
  readonly apiKey: string
}

/** The flows API over HTTP. Throws RemoteError for an address or a key that cannot work; sends nothing yet. */
export function http({ api, apiKey, ...patience }: HttpOptions): Remote {
  const address = parseApi(api)
  // Checked here, because what a header refuses is quoted in the system's message.
  if (!/^[\x21-\x7e]+$/.test(apiKey)) {
    throw new RemoteError('not_authorised', 'the API key is empty or holds characters that no key has')
  }
  return {
    label: address.origin,
    address: address.origin,
    reader: async () => {
      const { origin } = address
      return httpReader(readTransport(origin, apiKey, patience), { origin, apiKey, retryIsSafe: true })
    },
    writer: async () => {
      // Only a writer loads the client.
      const { httpWriter } = await import('./writer.js')
      return httpWriter(address, apiKey)
    },
  }
}
