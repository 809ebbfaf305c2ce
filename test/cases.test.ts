import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { planFlows } from '../src/app/plan.js'
import { readDefinitions } from '../src/app/project/definitions.js'
import { readPolicies } from '../src/app/project/policies.js'
import { loadProject } from '../src/app/project/project.js'
import { type FlowBody, normalise } from '../src/model/flow.js'
import type { ObservedFlow, ObservedState } from '../src/model/state.js'
import type { Allowance } from '../src/plan/allowance.js'
import type { RemoteReader } from '../src/remote/remote.js'
import { plain } from '../src/render/palette.js'
import { planMarkdown } from '../src/render/plan/markdown.js'
import { planText } from '../src/render/plan/text.js'

/**
 * Each folder of test/cases is a project and what the service says (observed.json); expected are the plan in all its
 * forms. `npm run cases` rewrites the expected files.
 */
const CASES = 'test/cases'
const names = readdirSync(CASES).filter((name) => /^\d{3}-/.test(name))

interface ObservedCase extends Omit<ObservedState, 'flows'> {
  readonly environment: string
  readonly allow?: readonly Allowance[]
  /** Bodies may leave out defaults; `applied` left out means that nobody edited the flow. */
  readonly flows: readonly (Partial<ObservedFlow> & { key: string; config: FlowBody; applied?: FlowBody | null })[]
}

describe('golden cases', () => {
  test('there are some', () => expect(names.length).toBeGreaterThan(7))

  test.each(names)('%s', async (name) => {
    const folder = join(CASES, name)
    const { project, diagnostics } = loadProject(join(folder, 'flows.config.yaml'))
    if (!project) throw new Error(JSON.stringify(diagnostics))
    const {
      environment,
      allow = [],
      ...state
    } = JSON.parse(readFileSync(join(folder, 'observed.json'), 'utf8')) as ObservedCase
    const plan = await planFlows(readDefinitions(project, { cache: false }), readerOf(state), {
      project: project.config.project,
      environment,
      guards: project.config.environments[environment]?.guards ?? {},
      allow,
      policies: await readPolicies(project, { cache: false }),
    })
    await expect(`${JSON.stringify(plan, null, 2)}\n`).toMatchFileSnapshot(`cases/${name}/plan.json`)
    await expect(planText(plan, plain)).toMatchFileSnapshot(`cases/${name}/plan.txt`)
    await expect(planMarkdown(plan)).toMatchFileSnapshot(`cases/${name}/plan.md`)
  })
})

function readerOf({ flows, ...state }: Omit<ObservedCase, 'environment' | 'allow'>): RemoteReader {
  const full = flows.map(({ config, applied, ...flow }): ObservedFlow => {
    const now = normalise(config)
    return {
      id: `vf_${flow.key}`,
      project: 'acme-kyc',
      status: 'active',
      version: 1,
      updated: 1_790_000_000,
      updated_by: 'ci',
      sessions_last_30_days: 0,
      ...flow,
      config: now,
      applied: applied === undefined ? now : applied && normalise(applied),
      applied_status: flow.applied_status ?? (applied === null ? null : (flow.status ?? 'active')),
      applied_key: flow.applied_key ?? (applied === null ? null : flow.key),
    }
  })
  const observed = { ...state, flows: full }
  return {
    state: async () => observed,
    observe: async () => ({ status: 'modified', etag: '"case"', state: observed }),
  } as Partial<RemoteReader> as RemoteReader
}
