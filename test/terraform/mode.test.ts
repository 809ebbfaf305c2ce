import { expect, onTestFinished, test } from 'vitest'
import { flowsProvider } from '../../src/terraform/provider.js'
import { aProxyTo } from '../remote/web-server.js'
import { served } from '../service/serving.js'
import { filled, texts } from './providers.js'

test('a key of the other mode in the variable is refused before anything is sent, whatever the block says', async () => {
  const api = await served()
  const { url, requests } = await aProxyTo(api.url)
  async function configured(key: string, mode: string | null) {
    const provider = flowsProvider({ env: { FLOWS_API_KEY: key }, cwd: '/', source: async () => null })
    onTestFinished(() => provider.close(false))
    return texts(await provider.configure(filled(provider.schema, { project: 'acme-kyc', api: url, mode }), '1.11.4'))
  }
  const said =
    /^error at api: The API key is of live mode\. The key in the environment variable FLOWS_API_KEY is of live/
  for (const mode of [null, 'test']) expect(await configured(api.liveKey, mode)).toEqual([expect.stringMatching(said)])
  expect(await configured(api.key, 'live')).toHaveLength(1)
  expect(requests).toEqual([])
  expect(await configured(api.liveKey, 'live')).toEqual([])
  expect(await configured(api.key, null)).toEqual([])
})
