import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { terraformJson } from '../../src/synth/configuration.js'
import { desiredFlows } from '../helpers/arbitraries.js'
import { desired } from '../helpers/builders.js'

const ABOUT = {
  project: 'acme-kyc',
  environment: 'live',
  place: { api: 'https://flows.example.com', mode: 'live' },
} as const

describe('the JSON configuration of an environment', () => {
  test('names the provider by a range of versions, and no key', () => {
    expect(terraformJson({ ...ABOUT, flows: [] })).toMatchObject({
      terraform: {
        required_providers: {
          flows: { source: 'verification-flows/flows', version: expect.stringMatching(/^~> \d+\.\d+$/) },
        },
      },
      provider: { flows: { project: 'acme-kyc', api: 'https://flows.example.com', mode: 'live' } },
    })
  })

  test('a rename is a moved block, so that Terraform renames the flow and makes no other', () => {
    const made = terraformJson({ ...ABOUT, flows: [desired('high', {}, 'big'), desired('3-days', {}, '2-days')] })
    expect(made).toMatchObject({
      moved: [
        { from: 'flows_verification_flow._2-days', to: 'flows_verification_flow._3-days' },
        { from: 'flows_verification_flow.big', to: 'flows_verification_flow.high' },
      ],
    })
  })

  test('what exists already is imported by what it is called now', () => {
    const made = terraformJson({ ...ABOUT, flows: [desired('high')], imports: [{ key: 'high', id: 'big' }] })
    expect(made).toMatchObject({ import: [{ to: 'flows_verification_flow.high', id: 'big' }] })
  })

  test('the same flows give the same bytes, in whatever order they come', () => {
    const bytes = (flows: Parameters<typeof terraformJson>[0]['flows']) =>
      JSON.stringify(terraformJson({ ...ABOUT, flows }))
    fc.assert(
      fc.property(desiredFlows, (flows) => {
        expect(bytes(flows.toReversed())).toBe(bytes(flows))
      }),
    )
  })
})
