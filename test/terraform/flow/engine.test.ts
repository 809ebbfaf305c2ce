import { expect, test } from 'vitest'
import type { FlowBody } from '../../../src/model/flow.js'
import type { Allowance } from '../../../src/plan/allowance.js'
import { changeIn, planFor } from '../../../src/terraform/flow/engine.js'
import { stateOf } from '../../../src/terraform/flow/state.js'
import { aConfig, observed, PROJECT, state } from '../../helpers/builders.js'

const STRICT: Partial<FlowBody> = { options: { document: { require_matching_selfie: true } } }

/** The change from one configuration to another, and how often it was planned. */
function judged(before: Partial<FlowBody>, after: Partial<FlowBody>) {
  const flow = observed('a', before)
  const planned = stateOf({ ...flow, url: 'https://example.com/l', config: aConfig(after) }, null)
  let count = 0
  const plan = (allow?: readonly Allowance[]) => {
    count += 1
    return planFor([{ flow, planned }], state(flow), PROJECT, allow)
  }
  return { change: changeIn(plan(), plan), count }
}

test('a change is planned once', () => {
  expect(judged({}, { name: 'Other' })).toMatchObject({ change: { allow: [], isProtected: false }, count: 1 })
  expect(judged({ ...STRICT, protected: true }, { protected: true })).toMatchObject({
    change: { isProtected: true },
    count: 1,
  })
  expect(judged({}, {})).toEqual({ change: null, count: 1 })
})

test('a change that takes only the protection away is planned again, with the allowance for that', () => {
  expect(judged({ ...STRICT, protected: true }, { ...STRICT, protected: false })).toMatchObject({
    change: { allow: [{ guard: 'protected', key: 'a' }], isProtected: false },
    count: 2,
  })
})
