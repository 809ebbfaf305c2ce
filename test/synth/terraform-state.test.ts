import { describe, expect, test } from 'vitest'
import { flowsInState, removedBlocks } from '../../src/synth/terraform-state.js'

const flow = (address: string, id: string) => ({
  address,
  mode: 'managed',
  type: 'flows_verification_flow',
  values: { id },
})

describe("what Terraform's state says", () => {
  test('every flow of every module is found, by the address that a configuration has for it', () => {
    const shown = {
      format_version: '1.0',
      values: {
        root_module: {
          resources: [
            flow('flows_verification_flow.high', 'vf_1'),
            { ...flow('data.flows_verification_flow.seen', 'vf_2'), mode: 'data' },
            { ...flow('random_id.x', 'x'), type: 'random_id' },
          ],
          child_modules: [
            {
              resources: [flow('module.eu["a]b"].flows_verification_flow.low[0]', 'vf_3')],
              child_modules: [
                { resources: [flow('module.eu["a]b"].module.in.flows_verification_flow.x["k"]', 'vf_4')] },
              ],
            },
          ],
        },
      },
    }
    const found = flowsInState(shown)
    expect(found?.map(({ address, id }) => [address, id])).toEqual([
      ['flows_verification_flow.high', 'vf_1'],
      ['module.eu.flows_verification_flow.low', 'vf_3'],
      ['module.eu.module.in.flows_verification_flow.x', 'vf_4'],
    ])
    expect(found?.map(({ instance }) => instance)).toEqual([
      'flows_verification_flow.high',
      'module.eu["a]b"].flows_verification_flow.low[0]',
      'module.eu["a]b"].module.in.flows_verification_flow.x["k"]',
    ])
  })

  test('a state without resources has no flows; a state file as it is on disk is something else', () => {
    expect(flowsInState({ format_version: '1.0' })).toEqual([])
    expect(flowsInState({ version: 4, resources: [] })).toBeUndefined()
    expect(flowsInState(null)).toBeUndefined()
  })

  test('one block for each resource, however many instances it has', () => {
    expect(removedBlocks(['b.x', 'a.x', 'b.x'])).toBe(
      'removed {\n  from = a.x\n  lifecycle {\n    destroy = false\n  }\n}\n\nremoved {\n  from = b.x\n  lifecycle {\n    destroy = false\n  }\n}\n',
    )
  })
})
