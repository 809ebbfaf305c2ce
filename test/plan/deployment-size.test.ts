import pc from 'picocolors'
import { expect, test } from 'vitest'
import { applyPlanned } from '../../src/app/apply-project.js'
import type { Site } from '../../src/app/site.js'
import { MOST_CHANGES } from '../../src/model/deployment.js'
import type { Plan } from '../../src/model/plan.js'
import { GUARDS, parseAllowance } from '../../src/plan/allowance.js'
import { refusalOf } from '../../src/plan/refusal.js'
import { http } from '../../src/remote/http/http.js'
import type { Remote } from '../../src/remote/remote.js'
import { planGithub } from '../../src/render/plan/github.js'
import { planMarkdown } from '../../src/render/plan/markdown.js'
import { planText } from '../../src/render/plan/text.js'
import { desired, observed, planOf, state } from '../helpers/builders.js'

const flows = Array.from({ length: MOST_CHANGES + 1 }, (_, n) => desired(`f${n}`))
const tooLarge = planOf(flows, state())
const SAID = 'would write 20,001 flows, and one deployment writes 20,000 at most'

test('a plan of more flows than a deployment can write is blocked, and one of as many is not', () => {
  expect(tooLarge.guards).toEqual([
    {
      guard: 'deployment_size',
      status: 'blocked',
      keys: [],
      message: `${SAID}: bring the definitions in by several commits and apply each, or limit each run with --only`,
    },
  ])
  expect(planOf(flows.slice(1), state()).guards).toEqual([])
  expect(planOf(flows, state(), { only: ['f1', 'f2'] }).guards).toEqual([])
})

test('a record of an edit changes no flow: what does not fit into the deployment waits for the next one', () => {
  const edited = { name: 'Edited' }
  const applied = observed('f0', { name: 'Before' }).config
  const there = ['f0', 'f1'].map((key) => ({ ...observed(key, edited), applied }))
  const wanted = [desired('f0', edited), desired('f1', edited), ...flows.slice(2)]
  const { changes, accepted, guards } = planOf(wanted, state(...there))
  expect([changes.length, accepted?.map(({ key }) => key), guards]).toEqual([MOST_CHANGES - 1, ['f0'], []])
})

test('a plan that only records does not say that there is nothing to do', () => {
  const edited = observed('a', { name: 'Edited' })
  const there = state({ ...edited, applied: observed('a', { name: 'Before' }).config })
  const plan = planOf([desired('a', { name: 'Edited' })], there)
  const text = planText(plan, pc.createColors(false))
  expect(text).toContain('Apply records it.\n\nNo flow to change: 1 flow matches its definition.')
  expect(planMarkdown(plan)).toContain('\n\nNo flow to change: 1 unchanged.\n')
})

test('nothing lifts it: no allowance, no approval, and no part is named that could go on', () => {
  expect(GUARDS).not.toContain('deployment_size')
  expect(parseAllowance('deployment_size')).toBeNull()
  const everything = GUARDS.map((guard) => ({ guard }))
  const lifted = planOf(flows, state(), { allow: everything, approvals: { weaken: 2, max_change_share: 1 } })
  expect(refusalOf(lifted)).toMatchObject({ reason: 'too_large', allowances: [], others: [] })
})

test('every format says it', () => {
  const { changes, ...rest } = tooLarge
  const plan: Plan = { ...rest, changes: changes.slice(0, 1) }
  const text = planText(plan, pc.createColors(false))
  expect(text).toContain(`deployment_size: ${SAID}`)
  expect(text).not.toContain('--allow')
  expect(planMarkdown(plan)).toMatch(/^> \*\*blocked\*\* by guard .*: would write 20,001 flows/m)
  expect(planGithub(plan)).toMatch(/^::error title=deployment_size::would write 20,001 flows/m)
})

test('a request that the service would not take is refused before somebody is asked or anything is sent, too', async () => {
  const remote = http({ api: 'http://127.0.0.1:1', apiKey: 'sk_test_none' })
  const begun: string[] = []
  const steps = { agreed: async () => begun.push('agreed') === 0, writing: () => void begun.push('writing') }
  const apply = (description: string) => {
    const plan = planOf([desired('a', { description })], state())
    return applyPlanned({} as Site, { plan, remote, policies: [] }, steps, async () => ({ source: null, allowed: [] }))
  }
  const message = expect.stringMatching(
    /has 32\.0 MiB, and http:\/\/127\.0\.0\.1:1 takes 32 MiB at most\. Change fewer flows/,
  )
  await expect(apply('x'.repeat(32 * 1024 * 1024))).rejects.toMatchObject({ code: 'request_too_large', message })
  expect(begun).toEqual([])
  expect((await apply('x')).status).toBe('declined')
  expect(begun).toEqual(['agreed'])
})

test('it is refused before somebody is asked or anything is sent', async () => {
  const asked: string[] = []
  const remote = { writer: async () => asked.push('writer') } as unknown as Remote
  const steps = { agreed: async () => asked.push('agreed') > 0 }
  const planned = { plan: tooLarge, remote, policies: [] }
  const outcome = await applyPlanned({} as Site, planned, steps, async () => ({ source: null, allowed: [] }))
  expect(outcome).toMatchObject({ status: 'refused', refusal: { messages: [expect.stringContaining(SAID)] } })
  expect(asked).toEqual([])
})
