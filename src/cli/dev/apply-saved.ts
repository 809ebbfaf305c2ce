import { randomUUID } from 'node:crypto'
import { apply } from '../../app/apply.js'
import { badUsage, Failure } from '../../app/failure.js'
import { planFlows } from '../../app/plan.js'
import { projectCommit } from '../../app/project/commit.js'
import { isEmpty, type Plan } from '../../model/plan.js'
import type { Guards } from '../../model/schema-types.js'
import { type Allowance, allowanceText } from '../../plan/allowance.js'
import { refusalOf } from '../../plan/refusal.js'
import { type Remote, RemoteError } from '../../remote/remote.js'
import { checkedSources, openProject, type Target, targetOf } from '../options/project.js'
import type { Cli } from '../program/command.js'

/** Nothing is refused on one's own machine; what would be worth a thought elsewhere is said. */
const GUARDS: Guards = { weaken: 'warn', archive: 'warn', expose_link: 'warn' }
const TRIES = 3

/** Makes the flows of the embedded store as they are defined now. Answers with the plan that was applied. */
export async function applySaved(cli: Cli, env: string | undefined, remote: Remote): Promise<Plan> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await applyOnce(cli, env, remote)
    } catch (error) {
      // Somebody else wrote in between: planned anew, it is what was saved all the same.
      const isStale = (error instanceof RemoteError && error.kind === 'stale') || error === ANOTHER_RUN
      if (!isStale || tries === TRIES) throw error
    }
  }
}

const ANOTHER_RUN = new Failure('plan_stale', 'Another run applied the same plan first.')

async function applyOnce(cli: Cli, env: string | undefined, remote: Remote): Promise<Plan> {
  const project = openProject(cli)
  const { name } = localTarget(targetOf(project, cli, env))
  const { definitions, policies } = await checkedSources(project)
  const reader = await remote.reader()
  const planWith = (allow: readonly Allowance[]) =>
    planFlows(definitions, reader, {
      project: project.config.project,
      environment: name,
      guards: GUARDS,
      allow,
      policies,
    })
  const { plan, allow } = await (async () => {
    const plan = await planWith([])
    const guarded = plan.guards.filter(({ guard, status }) => guard === 'protected' && status === 'blocked')
    const broken = (plan.policies ?? []).filter(({ status }) => status === 'blocked')
    const allow: Allowance[] = [
      ...guarded.flatMap(({ keys }) => keys.map((key): Allowance => ({ guard: 'protected', key }))),
      ...broken.map(({ policy, key }): Allowance => ({ guard: 'policy', policy, key })),
    ]
    return { plan: allow.length === 0 ? plan : await planWith(allow), allow }
  })().finally(() => reader.close())
  const refusal = refusalOf(plan)
  if (refusal !== null) throw new Failure('conflict', `Not applied: ${refusal.messages.join('; ')}.`)
  if (isEmpty(plan)) return plan
  const writer = await remote.writer()
  try {
    const about = { source: await projectCommit(project, cli.terminal), allowed: allow.map(allowanceText) }
    const result = await apply(plan, writer, { runId: randomUUID(), ...about })
    if (result.status === 'applied_by_another_run') throw ANOTHER_RUN
    if (result.status === 'refused') throw new Failure('conflict', result.refusal.messages.join('; '))
    return plan
  } finally {
    await writer.close()
  }
}

/** Whatever the configuration says meanwhile, a service is never written to. */
export function localTarget(target: Target): Target {
  if (target.settings.api === undefined) return target
  throw badUsage(
    `environment "${target.name}" is a service: flows dev writes to the embedded store only`,
    'choose an environment without "api" with --env, or use flows apply',
  )
}
