import { isEmpty, type Plan } from '../model/plan.js'
import type { Guards } from '../model/schema-types.js'
import { type Allowance, allowanceText } from '../plan/allowance.js'
import { refusalOf } from '../plan/refusal.js'
import { RemoteError } from '../remote/remote.js'
import { applyPlanned, type Outcome } from './apply-project.js'
import { Failure } from './failure.js'
import { type Planned, planProject } from './plan-project.js'
import { projectCommit } from './project/commit.js'
import type { Site } from './site.js'

/** Nothing is refused on one's own machine; guards only warn, and nobody has to approve. */
const GUARDS: Guards = { weaken: 'warn', archive: 'warn', expose_link: 'warn' }
const TRIES = 3

/** Gives the flows on one's own machine their present definitions. Returns the plan that was applied. */
export async function applySaved(site: Site): Promise<Plan> {
  for (let tries = 1; ; tries += 1) {
    const outcome = await applyOnce(site, tries === TRIES)
    if (outcome !== null) return settled(outcome)
  }
}

function settled(outcome: Outcome): Plan {
  if (outcome.status === 'refused') {
    throw new Failure('conflict', `Not applied: ${outcome.refusal.messages.join('; ')}.`)
  }
  if (outcome.status === 'overtaken') throw new Failure('plan_stale', 'Another run applied the same plan first.')
  return outcome.plan
}

/** null if somebody else wrote in between. A new plan still applies what was saved. */
async function applyOnce(site: Site, isLast: boolean): Promise<Outcome | null> {
  const { planned, allow } = await planWithoutGuards(site)
  const { plan, remote } = planned
  if (isEmpty(plan) && refusalOf(plan) === null) return { status: 'nothing_to_do', plan, remote }
  const about = async () => ({ source: await projectCommit(site.project, site), allowed: allow.map(allowanceText) })
  try {
    const outcome = await applyPlanned(site, planned, {}, about)
    return outcome.status === 'overtaken' && !isLast ? null : outcome
  } catch (error) {
    if (error instanceof RemoteError && error.kind === 'stale' && !isLast) return null
    throw error
  }
}

async function planWithoutGuards(site: Site): Promise<{ planned: Planned; allow: readonly Allowance[] }> {
  const { approvals: _, ...rest } = site.target.settings
  const settings = { ...rest, guards: GUARDS }
  const unguarded = { ...site, target: { ...site.target, settings } }
  const planned = await planProject(unguarded)
  const { guards, policies = [] } = planned.plan
  const allow: Allowance[] = [
    ...guards
      .filter(({ guard, status }) => guard === 'protected' && status === 'blocked')
      .flatMap(({ keys }) => keys.map((key): Allowance => ({ guard: 'protected', key }))),
    ...policies
      .filter(({ status }) => status === 'blocked')
      .map(({ policy, key }): Allowance => ({ guard: 'policy', policy, key })),
  ]
  return { planned: allow.length === 0 ? planned : await planProject(unguarded, { allow }), allow }
}
