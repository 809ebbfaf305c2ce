import { expect, test } from 'vitest'
import { applyPlanned } from '../../src/app/apply-project.js'
import { oversize } from '../../src/app/deployment-size.js'
import type { Site } from '../../src/app/site.js'
import { MOST_CHANGES } from '../../src/model/deployment.js'
import type { Change, Plan } from '../../src/model/plan.js'
import type { Remote } from '../../src/remote/remote.js'
import { desired, planOf, state } from '../helpers/builders.js'

/** A plan of so many changes; that they are all the same does not matter here. */
function aPlanOf(count: number): Plan {
  const plan = planOf([desired('a')], state())
  const [change] = plan.changes as [Change]
  return { ...plan, changes: Array.from({ length: count }, () => change) }
}

test('a plan of more changes than a deployment can have is refused before it is shown, agreed to or sent', async () => {
  const asked: string[] = []
  const remote = { writer: async () => asked.push('writer') } as unknown as Remote
  const steps = { planned: () => asked.push('planned'), agreed: async () => asked.push('agreed') > 0 }
  const planned = { plan: aPlanOf(MOST_CHANGES + 1), remote, policies: [] }
  const applying = applyPlanned({} as Site, planned, steps, async () => ({ source: null, allowed: [] }))
  await expect(applying).rejects.toMatchObject({
    code: 'too_many_changes',
    message: expect.stringContaining('20,001 flows, and one deployment changes 20,000 at most'),
    hint: expect.stringContaining('several commits'),
  })
  expect(asked).toEqual([])
})

test('flows whose edits are recorded count as well, and the most changes are not too many', () => {
  const accepted = [{ key: 'b', id: 'vf_b', base_version: 1, after: desired('b').config }]
  expect(oversize({ ...aPlanOf(MOST_CHANGES), accepted })).not.toBeNull()
  expect(oversize(aPlanOf(MOST_CHANGES))).toBeNull()
})
