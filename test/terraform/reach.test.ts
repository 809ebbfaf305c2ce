import { expect, onTestFinished, test } from 'vitest'
import { createKey } from '../../src/service/operations/keys/keys.js'
import { PROJECT } from '../helpers/builders.js'
import { served } from '../service/serving.js'
import { aServiceSite, resource, Terraform, texts } from './providers.js'

test('a flow beyond what the key reaches is refused when it is read and planned, in the words of the command line', async () => {
  const api = await served()
  const all = aServiceSite(api)
  const mine = await new Terraform(all).apply({ key: 'kyc-a' })
  const state = await new Terraform(all).apply({ key: 'sign-up' })
  if (state === null || mine === null) throw new Error('nothing was applied')
  const { secret } = await all.write((call) =>
    createKey(call, {
      mode: 'test',
      name: 'ci',
      project: PROJECT,
      flows: ['kyc-*'],
      scopes: ['flows:read', 'deployments:write'],
    }),
  )
  const bound = new Terraform({ ...all, block: { api: api.url, api_key: secret } })
  const said = [
    expect.stringContaining(
      `at key: The API key reaches only the flows kyc-* of the project ${PROJECT}, and 1 flow lies beyond: sign-up`,
    ),
  ]

  // It would look like one that is gone, and be planned as new.
  expect(texts((await bound.plan({ key: 'sign-up' })).diagnostics)).toEqual(said)
  expect(texts((await bound.plan(null, state)).diagnostics)).toEqual(said)
  expect(texts((await bound.plan({ key: 'sign-up' }, mine)).diagnostics)).toEqual(said)
  const provider = await bound.process()
  onTestFinished(() => provider.close(false))
  const read = await resource(provider).read(state, new Uint8Array())
  expect([read.result?.state, texts(read.diagnostics)]).toEqual([state, said])
  expect(texts((await resource(provider).import('sign-up')).diagnostics).join()).toContain('1 flow lies beyond')

  // What is within reach goes on, and a flow that is not there is not there.
  expect(await bound.apply({ key: 'kyc-a', name: 'New' }, mine)).toMatchObject({ name: 'New' })
  expect(texts((await resource(provider).import('kyc-z')).diagnostics).join()).toContain('No flow has the key "kyc-z"')
})
