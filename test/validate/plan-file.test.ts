import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readPlanFile } from '../../src/validate/plan-file.js'
import { desiredFlows, observedState } from '../helpers/arbitraries.js'
import { desired, planOf, state } from '../helpers/builders.js'

describe('a plan as JSON', () => {
  test('round-trips, and every plan fits the published schema', () => {
    fc.assert(
      fc.property(desiredFlows, observedState, (wanted, observed) => {
        const plan = planOf(wanted, observed)
        expect(readPlanFile(JSON.stringify(plan))).toEqual({ plan })
        expect(readPlanFile(JSON.stringify({ ...plan, exit_code: 2 }))).toEqual({ plan })
      }),
      { numRuns: 1500 },
    )
  })

  test.each([
    ['no JSON', () => 'flows.plan', 'not JSON'],
    ['another format', (plan: object) => JSON.stringify({ ...plan, format: 'other' }), '/format'],
    ['an unknown member', (plan: object) => JSON.stringify({ ...plan, more: 1 }), 'additional properties'],
    ['another project', (plan: object) => JSON.stringify({ ...plan, project: 'other' }), '/digest'],
    ['a value that was edited', (plan: object) => JSON.stringify(plan).replaceAll('"Flow"', '"Evil"'), '/digest'],
  ])('is refused with a reason: %s', (_, tamper, reason) => {
    const read = readPlanFile(tamper(planOf([desired('a')], state())))
    expect('faults' in read && read.faults.join('\n')).toContain(reason)
  })
})
