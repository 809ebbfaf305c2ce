import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { apply } from '../../src/app/apply.js'
import type { FlowBody } from '../../src/model/flow.js'
import type { Plan } from '../../src/model/plan.js'
import type { DesiredFlow, ObservedState } from '../../src/model/state.js'
import { embedded } from '../../src/remote/embedded/embedded.js'
import type { Remote } from '../../src/remote/remote.js'
import { service } from '../../src/service/operations/calls/call.js'
import { localUser } from '../../src/service/operations/calls/principal.js'
import { archiveFlow, createFlow, updateFlow } from '../../src/service/operations/flows/flows.js'
import { openSqliteStore } from '../../src/store/sqlite/open.js'
import type { Store } from '../../src/store/store.js'
import { desiredFlows, flowBody, KEYS } from '../helpers/arbitraries.js'
import { desired, PROJECT, planOf } from '../helpers/builders.js'
import { makeStore } from '../store/stores.js'

const folder = mkdtempSync(join(tmpdir(), 'flows-apply-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let stores = 0

/** A store of its own, and the remote over it. */
function aRemote(): { remote: Remote; file: string } {
  stores += 1
  const file = join(folder, String(stores), 'store.sqlite')
  return { remote: embedded({ file, actor: 'ci' }), file }
}

/** The same remote, whose halves stay open until `close`: opening and closing a store takes longer than all else here. */
async function kept(remote: Remote): Promise<{ remote: Remote; close(): Promise<void> }> {
  const writer = await remote.writer()
  const reader = await remote.reader()
  const closeNothing = async () => {}
  return {
    remote: {
      ...remote,
      reader: async () => ({ ...reader, close: closeNothing }),
      writer: async () => ({ ...writer, close: closeNothing }),
    },
    async close() {
      await reader.close()
      await writer.close()
    },
  }
}

async function observe(remote: Remote, project = PROJECT): Promise<ObservedState> {
  const reader = await remote.reader()
  return reader.state(project).finally(() => reader.close())
}

async function applyOnce(remote: Remote, plan: Plan, runId = 'run') {
  const writer = await remote.writer()
  return apply(plan, writer, { runId, source: null, allowed: [] }).finally(() => writer.close())
}

async function applied(remote: Remote, plan: Plan) {
  const result = await applyOnce(remote, plan)
  if (result.status !== 'applied') throw new Error(result.status)
  return result.deployment
}

/** Somebody edits a flow in the dashboard, outside git. */
type Edit = { readonly at: number; readonly body: FlowBody; readonly kind: 'update' | 'rename' | 'create' | 'archive' }

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.nat(5),
  body: flowBody,
  kind: fc.constantFrom('update' as const, 'rename' as const, 'create' as const, 'archive' as const),
})

async function make(store: Store, { at, body, kind }: Edit): Promise<void> {
  const { read, write } = service({ store })
  const caller = { livemode: false, principal: localUser('dashboard') }
  const all = await read(caller, ({ tx }) => tx.flows.all(false))
  const free = KEYS.find((key) => !all.some((flow) => flow.key === key))
  const target = all.filter(({ status }) => status === 'active')[at % Math.max(1, all.length)]
  // Bound, it could stand in the way of a definition that is bound to the same flow, once it has another key.
  const { stripe_flow: _, ...unbound } = body
  if (kind === 'create' && free) await write(caller, (call) => createFlow(call, { key: free, ...unbound }))
  else if (kind === 'update' && target)
    await write(caller, (call) => updateFlow(call, target.id, { name: `${body.name}x` }))
  else if (kind === 'rename' && target && free)
    await write(caller, (call) => updateFlow(call, target.id, { key: free }))
  else if (kind === 'archive' && target) await write(caller, (call) => archiveFlow(call, target.id))
}

describe('apply, on the real service', () => {
  test('after any history of definitions and of edits outside git, the plan after an apply is empty', async () => {
    let applies = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ wanted: desiredFlows, edits: fc.array(edit, { maxLength: 2 }) }), {
          minLength: 3,
          maxLength: 8,
        }),
        async (history) => {
          const made = aRemote()
          await makeStore(made.file)
          const { remote, close } = await kept(made.remote)
          const store = await openSqliteStore({ file: made.file })
          for (const { wanted, edits } of history) {
            const allow = KEYS.map((key) => ({ guard: 'protected', key }) as const)
            const plan = planOf(wanted, await observe(remote), { allow })
            if (plan.conflicts.length > 0) continue
            if (plan.changes.length > 0) {
              const deployment = await applied(remote, plan)
              expect(deployment.changes.map(({ key, action }) => [key, action])).toEqual(
                plan.changes.map(({ key, action }) => [key, action]),
              )
            }
            applies += 1
            const after = await observe(remote)
            expect(planOf(wanted, after).changes).toEqual([])
            expect(asDefined(after, wanted)).toEqual(wanted.map(({ key, config }) => [key, config]))
            for (const one of edits) await make(store, one)
          }
          await store.close()
          await close()
        },
      ),
      { numRuns: 260 },
    )
    expect(applies).toBeGreaterThanOrEqual(1000)
  })

  test('a retry of the same run answers with the same deployment and writes nothing more', async () => {
    const { remote } = aRemote()
    const plan = planOf([desired('a')], await observe(remote))
    const first = await applyOnce(remote, plan, 'run-1')
    const retry = await applyOnce(remote, plan, 'run-1')
    const { states: _, ...recorded } = first
    expect(retry).toEqual(recorded)
    expect((await observe(remote)).flows).toMatchObject([{ key: 'a', version: 1 }])
  })

  test('another run with the same plan is told so, and writes nothing', async () => {
    const { remote } = aRemote()
    const plan = planOf([desired('a')], await observe(remote))
    await applyOnce(remote, plan, 'run-1')
    const late = await applyOnce(remote, plan, 'run-2')
    expect(late).toMatchObject({ status: 'applied_by_another_run', deployment: { run_id: 'run-1' } })
  })

  test('a flow created again under a key that a rename set free is really created', async () => {
    const { remote } = aRemote()
    await applyOnce(remote, planOf([desired('a')], await observe(remote)))
    await applyOnce(remote, planOf([desired('b', {}, 'a')], await observe(remote)))
    const both = [desired('a'), desired('b', {}, null)]
    await applyOnce(remote, planOf(both, await observe(remote)))
    expect((await observe(remote)).flows.map(({ key }) => key)).toEqual(['a', 'b'])
  })

  test('a plan that a guard blocks, or that has a conflict, is refused without a call', async () => {
    const { remote } = aRemote()
    await applyOnce(remote, planOf([desired('a')], await observe(remote)))
    const blocked = planOf([], await observe(remote), { guards: { archive: 'block' } })
    expect(await applyOnce(remote, blocked)).toMatchObject({ status: 'refused', refusal: { reason: 'blocked' } })
    const conflict = planOf([desired('a'), desired('b')], await observe(remote, 'other'), { project: 'other' })
    expect(await applyOnce(remote, conflict)).toMatchObject({ status: 'refused', refusal: { reason: 'conflict' } })
    expect((await observe(remote)).flows).toMatchObject([{ key: 'a', version: 1 }])
  })

  test('a stale plan names every flow that moved, and nothing of it is written', async () => {
    const { remote } = aRemote()
    const old = [desired('a'), desired('b'), desired('c')]
    await applyOnce(remote, planOf(old, await observe(remote)))
    const slow = planOf(
      ['a', 'b', 'c', 'd'].map((key) => desired(key, { name: 'Slow' })),
      await observe(remote),
    )
    const quick = [desired('a', { name: 'Quick' }), desired('b', { name: 'Quick' }), desired('c'), desired('d')]
    await applyOnce(remote, planOf(quick, await observe(remote)))
    await expect(applyOnce(remote, slow)).rejects.toMatchObject({
      name: 'RemoteError',
      kind: 'stale',
      stale: [
        { key: 'a', base_version: 1, current_version: 2 },
        { key: 'b', base_version: 1, current_version: 2 },
        { key: 'd', base_version: null, current_version: 1 },
      ],
    })
    expect((await observe(remote)).flows.map(({ config }) => config.name)).toEqual(['Quick', 'Quick', 'Flow', 'Flow'])
  })
})

function asDefined(state: ObservedState, wanted: readonly DesiredFlow[]) {
  const active = state.flows.filter(({ project, status }) => project === PROJECT && status === 'active')
  return wanted.map(({ key }) => [key, active.find((flow) => flow.key === key)?.config])
}
