import { keyFault } from '../../model/api-key.js'
import { type Mode, modeOfKey } from '../../model/mode.js'
import { sayingWhat } from '../looked-for.js'
import { type Remote, RemoteError } from '../remote.js'
import { parseApi } from './api-address.js'
import { keyOfOtherMode } from './failure.js'
import { httpReader } from './reader.js'
import { sizeOf, tooLarge } from './size-limit.js'
import { type Patience, readTransport } from './transport.js'

export interface HttpOptions extends Patience {
  /** Root of the flows API: "https://flows.example.com". */
  readonly api: string
  readonly apiKey: string
  /** The environment variable that the key comes from: a refusal names it. */
  readonly keyVariable?: string | undefined
  /** The intended mode: a key of the other mode is refused before anything is read or written. */
  readonly mode?: Mode | undefined
}

/** The flows API over HTTP. Throws RemoteError for an invalid address or key; sends nothing yet. */
export function http({ api, apiKey, keyVariable, mode, ...patience }: HttpOptions): Remote {
  const address = parseApi(api)
  // Checked here, because the system's message about an invalid header quotes the key.
  const fault = keyFault(apiKey)
  if (fault !== undefined) {
    throw new RemoteError('not_authorised', `the API key ${fault}`, { code: 'api_key_invalid', keyVariable })
  }
  const { origin } = address
  const says = modeOfKey(apiKey)
  if (mode !== undefined && says !== undefined && says !== mode) throw keyOfOtherMode({ origin, keyVariable }, mode)
  const sent = { origin, apiKey, keyVariable, mode }
  const reader = () => httpReader(readTransport(origin, apiKey, patience), { ...sent, retryIsSafe: true, isRead: true })
  // If a key does not contain its mode, the service is asked: after the first write it would be too late.
  const checked = async () => {
    if (mode !== undefined && says === undefined) await reader().currentKey()
  }
  return {
    label: origin,
    address: origin,
    tooLarge: (request) => tooLarge(origin, sizeOf(request)),
    reader: async () => {
      await checked()
      return sayingWhat(reader())
    },
    writer: async () => {
      await checked()
      // Only a writer loads the client.
      const { httpWriter } = await import('./writer.js')
      return sayingWhat(await httpWriter(address, { apiKey, keyVariable, mode }))
    },
  }
}
