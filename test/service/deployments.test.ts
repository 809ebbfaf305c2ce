import { describe, expect, test, vi } from 'vitest'
import type { ChangeRequest, Deployment, DeploymentRequest } from '../../src/model/deployment.js'
import type { ObservedState } from '../../src/model/state.js'
import { ApiError } from '../../src/service/api-error.js'
import { type Service, service } from '../../src/service/operations/calls/call.js'
import { localUser } from '../../src/service/operations/calls/principal.js'
import {
  deploy,
  deploymentFlows,
  deploymentPart,
  listDeployments,
  retrieveDeployment,
} from '../../src/service/operations/deployments/deployments.js'
import { flowState } from '../../src/service/operations/flows/flow-state.js'
import { listFlowVersions } from '../../src/service/operations/flows/flow-versions.js'
import { archiveFlow, createFlow, updateFlow } from '../../src/service/operations/flows/flows.js'
import type { ReadTransaction } from '../../src/store/store.js'
import { aConfig, PROJECT } from '../helpers/builders.js'
import { cpuTimer } from '../helpers/cpu-time.js'
import { type Implementation, sqlite, storeOfTheLane } from '../store/stores.js'
import {
  aDeployment,
  adopting,
  archiving,
  asRecorded,
  creating,
  renaming,
  restoring,
  updating,
} from './deployment-requests.js'
import { aService, TESTER } from './serving.js'

const LIVE = { livemode: true, principal: localUser('live-tester') }

async function stateOf(service: Service, caller = TESTER): Promise<ObservedState & { etag: string }> {
  const answer = await service.read(caller, (call) => flowState(call, PROJECT))
  if (answer.status !== 'modified') throw new Error('nothing was known')
  return { ...answer.state, etag: answer.etag }
}

/** "key status version name" of every flow. */
async function summary(service: Service): Promise<string[]> {
  const { flows } = await stateOf(service)
  return flows.map(({ key, status, version, config }) => `${key} ${status} ${version} ${config.name}`)
}

/** A service where the project has deployed these flows, and a way to deploy more. */
async function deployed(implementation: Implementation, ...keys: string[]) {
  const parts = await aService(implementation)
  const apply = (changes: readonly ChangeRequest[], around: Parameters<typeof aDeployment>[1] = {}) =>
    parts.service.write(TESTER, (call) => deploy(call, aDeployment(changes, around)))
  if (keys.length > 0) await apply(keys.map((key) => creating(key)))
  const { flows } = await stateOf(parts.service)
  const flow = (key: string) => {
    const found = flows.find((one) => one.key === key)
    if (!found) throw new Error(`no flow ${key}`)
    return found
  }
  return { ...parts, apply, flow }
}

test('the state tells the links of its flows, and its tag changes with the address that they begin with', async () => {
  const { service: here, store, flow } = await deployed(sqlite, 'a')
  const stateAt = (address: string) => stateOf(service({ store, publicUrl: () => address }))
  const one = await stateAt('https://one.example.com')
  expect(one.flows[0]?.static_link_url).toMatch(/^https:\/\/one\.example\.com\/l\/[0-9a-z]{24}$/)
  expect(flow('a').static_link_url).toBe(one.flows[0]?.static_link_url?.replace('https://one.example.com', ''))
  expect((await stateAt('https://two.example.com')).etag).not.toBe(one.etag)
  expect((await stateAt('https://one.example.com')).etag).toBe(one.etag)
  expect((await stateOf(here)).etag).not.toBe(one.etag)
})

/** As a parser makes it, which has no stack to run out of. */
function nested(depth: number): unknown {
  return JSON.parse('['.repeat(depth) + ']'.repeat(depth))
}

async function refusal(work: Promise<unknown>): Promise<ApiError> {
  const error = await work.then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(error).toBeInstanceOf(ApiError)
  return error as ApiError
}

describe.each(storeOfTheLane)('a deployment, on $name', (implementation) => {
  test('does all its changes, and records each with its version', async () => {
    const { service, apply, flow } = await deployed(implementation, 'upd', 'old', 'gone', 'back')
    await service.write(TESTER, (call) => createFlow(call, { key: 'mine', name: 'Mine', type: 'document' }))
    await service.write(TESTER, (call) => archiveFlow(call, 'back'))
    const { flows } = await stateOf(service)
    const mine = flows.find(({ key }) => key === 'mine')
    const back = flows.find(({ key }) => key === 'back')
    if (!mine || !back) throw new Error('both were made')
    const deployment = await apply([
      adopting(mine, { name: 'Adopted' }),
      restoring(back, { name: 'Back' }),
      creating('new', { name: 'New' }),
      renaming(flow('old'), 'renamed', { name: 'Renamed' }),
      updating(flow('upd'), { name: 'Updated' }),
      archiving(flow('gone')),
    ])
    expect(await summary(service)).toEqual([
      'back active 3 Back',
      'gone archived 2 Flow',
      'mine active 2 Adopted',
      'new active 1 New',
      'renamed active 2 Renamed',
      'upd active 2 Updated',
    ])
    expect(
      deployment.changes.map(({ action, key, base_version, version }) => [action, key, base_version, version]),
    ).toEqual([
      ['adopt', 'mine', 1, 2],
      ['restore', 'back', 2, 3],
      ['create', 'new', null, 1],
      ['rename', 'renamed', 1, 2],
      ['update', 'upd', 1, 2],
      ['archive', 'gone', 1, 2],
    ])
    expect(deployment.changes[5]).toMatchObject({ before: aConfig(), after: aConfig() })
    const state = await stateOf(service)
    expect(state.last_deployment).toBe(deployment.id)
    expect(new Set(state.flows.map(({ project }) => project))).toEqual(new Set([PROJECT]))
    expect(state.flows.every(({ config, applied }) => JSON.stringify(config) === JSON.stringify(applied))).toBe(true)
    const versions = await service.read(TESTER, (call) => listFlowVersions(call, 'renamed'))
    expect(versions.data.map(({ action, deployment, key }) => [action, deployment === null, key])).toEqual([
      ['rename', false, 'renamed'],
      ['create', false, 'old'],
    ])
  })

  test('is written whole or not at all: one stale flow among many keeps all of them as they are', async () => {
    const { service, apply, flow } = await deployed(implementation, ...Array.from({ length: 50 }, (_, n) => `f${n}`))
    await service.write(TESTER, (call) => updateFlow(call, 'f31', { name: 'Edited' }))
    const before = await stateOf(service)
    const changes = Array.from({ length: 50 }, (_, n) => updating(flow(`f${n}`), { name: 'New' }))
    const error = await refusal(apply([creating('another'), ...changes]))
    expect(error.status).toBe(412)
    expect(error.body.stale).toEqual([
      { key: 'f31', base_version: 1, current_version: 2, updated_by: 'tester', updated: 1_790_000_000 },
    ])
    expect(await stateOf(service)).toEqual(before)
    expect((await service.read(TESTER, (call) => listDeployments(call))).data).toHaveLength(1)
  })

  test('is refused whole when one configuration is wrong', async () => {
    const { service, apply } = await deployed(implementation, 'a')
    const before = await stateOf(service)
    const wrong = { ...creating('c'), after: { ...aConfig(), name: '', options: { ...aConfig().options } } }
    const error = await refusal(apply([creating('b'), wrong]))
    expect(error.body).toMatchObject({ param: 'changes[1][after][name]' })
    expect(await stateOf(service)).toEqual(before)
  })

  test('moves keys along a chain, around a circle, and to a flow that is created', async () => {
    const { service, apply, flow } = await deployed(implementation, 'a', 'b', 'c', 'd')
    await apply([
      creating('c', { name: 'New c' }),
      renaming(flow('a'), 'b', { name: 'Was a' }),
      renaming(flow('b'), 'a', { name: 'Was b' }),
      renaming(flow('c'), 'd', { name: 'Was c' }),
      renaming(flow('d'), 'e', { name: 'Was d' }),
    ])
    expect(await summary(service)).toEqual([
      'a active 2 Was b',
      'b active 2 Was a',
      'c active 1 New c',
      'd active 2 Was c',
      'e active 2 Was d',
    ])
  })

  test('finds a key taken by somebody else stale, archived or not', async () => {
    const { service, apply, flow } = await deployed(implementation, 'a')
    await service.write(TESTER, (call) => createFlow(call, { key: 'b', name: 'B', type: 'document', project: 'other' }))
    await service.write(TESTER, (call) => archiveFlow(call, 'b'))
    for (const change of [creating('b'), renaming(flow('a'), 'b')]) {
      const error = await refusal(apply([change]))
      expect(error.body.stale).toEqual([
        expect.objectContaining({ key: 'b', base_version: change.base_version, current_version: 2 }),
      ])
    }
  })

  test('finds a flow that is not there stale', async () => {
    const { apply, flow } = await deployed(implementation, 'a')
    const error = await refusal(apply([updating({ ...flow('a'), id: 'vf_other' })]))
    expect(error.body.stale).toEqual([
      { key: 'a', base_version: 1, current_version: null, updated_by: null, updated: null },
    ])
  })

  test('says the tags of the state before it and after it, so that whoever planned knows whether others wrote', async () => {
    const { service, apply, flow } = await deployed(implementation, 'a', 'b')
    const seen = await stateOf(service)
    await service.write(TESTER, (call) => updateFlow(call, 'b', { name: 'Edited meanwhile' }))
    const edited = await stateOf(service)
    const { flow_state } = await apply([updating(flow('a'), { name: 'New' })])
    expect(edited.etag).not.toBe(seen.etag)
    expect(flow_state).toEqual({ before: edited.etag, after: (await stateOf(service)).etag, was_empty: false })
  })

  test('applied before is answered with the same deployment, even after later ones', async () => {
    const { service, apply, flow } = await deployed(implementation)
    const first = await apply([creating('a')], { runId: 'one' })
    const { flows } = await stateOf(service)
    await apply([updating(flows[0] ?? flow('a'), { name: 'Later' })], { last: first.id })
    expect(await apply([creating('a')], { runId: 'two' })).toEqual(asRecorded(first))
    expect(await summary(service)).toEqual(['a active 2 Later'])
  })

  test('of one mode and one project does not stand in the way of another', async () => {
    const { service, apply } = await deployed(implementation)
    const [test, live] = [
      await apply([creating('a')]),
      await service.write(LIVE, (call) => deploy(call, aDeployment([creating('a')], { livemode: true }))),
    ]
    expect([test.livemode, live.livemode]).toEqual([false, true])
    expect(live.actor).toBe('live-tester')
    const error = await refusal(service.write(LIVE, (call) => deploy(call, aDeployment([creating('b')]))))
    expect(error.body).toMatchObject({ code: 'plan_digest_mismatch', param: 'plan_digest' })
    const { id } = (await stateOf(service)).flows[0] ?? { id: '' }
    const foreign = updating({ id, key: 'a', version: 1 }, { name: 'X' })
    const across = service.write(LIVE, (call) => deploy(call, aDeployment([foreign], { livemode: true })))
    expect((await refusal(across)).body.stale).toMatchObject([{ key: 'a', current_version: null }])
    await apply([creating('c')], { project: 'other' })
    expect((await stateOf(service)).last_deployment).toBe(test.id)
  })

  test('never takes the flow of another project', async () => {
    const { service, apply, flow } = await deployed(implementation, 'a')
    for (const change of [
      updating(flow('a'), { name: 'X' }),
      archiving(flow('a')),
      adopting(flow('a')),
      renaming(flow('a'), 'b'),
    ]) {
      const error = await refusal(apply([change], { project: 'other' }))
      expect(error.body).toMatchObject({ code: 'flow_of_other_project', param: 'changes[0]' })
    }
    expect((await refusal(apply([adopting(flow('a'))]))).body.code).toBe('flow_of_other_project')
    expect(await summary(service)).toEqual(['a active 1 Flow'])
  })

  test('restores only what is archived, and changes only what is active', async () => {
    const { service, apply, flow } = await deployed(implementation, 'a', 'b')
    await service.write(TESTER, (call) => archiveFlow(call, 'b'))
    const b = { ...flow('b'), version: 2 }
    for (const change of [restoring(flow('a')), updating(b, { name: 'B' }), archiving(b), renaming(b, 'c')]) {
      expect((await refusal(apply([change]))).body.code).toBe('flow_status_invalid')
    }
  })

  test('renames only from the key that the flow has', async () => {
    const { apply, flow } = await deployed(implementation, 'a')
    const error = await refusal(apply([renaming({ ...flow('a'), key: 'other' }, 'b')]))
    expect(error.body).toMatchObject({ message: expect.stringContaining("its key is 'a'") })
  })

  test.each([
    [
      'a digest of something else',
      (r: object) => ({ ...r, run_id: 'x', project: 'q' }),
      'plan_digest',
      'plan_digest_mismatch',
    ],
    ['no changes', (r: object) => ({ ...r, changes: [] }), 'changes', 'parameter_invalid_empty'],
    ['changes that are no list', (r: object) => ({ ...r, changes: {} }), 'changes', undefined],
    ['a change that is nothing', (r: object) => ({ ...r, changes: [null] }), 'changes[0]', undefined],
    ['an unknown member', (r: object) => ({ ...r, extra: 1 }), 'extra', 'parameter_unknown'],
    ['a missing member', (r: object) => ({ ...r, run_id: undefined }), 'run_id', 'parameter_missing'],
    ['a project that is no name', (r: object) => ({ ...r, project: 'A B' }), 'project', undefined],
    [
      'a broken commit',
      (r: object) => ({ ...r, source: { commit: 'x', branch: null, dirty: false } }),
      'source[commit]',
      undefined,
    ],
    ['a base without its deployment', (r: object) => ({ ...r, base: {} }), 'base', undefined],
    ['NUL in its run', (r: object) => ({ ...r, run_id: 'a\0b' }), 'run_id', undefined],
    [
      'NUL in an id',
      () => aDeployment([updating({ id: 'vf_\0x', key: 'a', version: 1 })]),
      'changes[0][id]',
      undefined,
    ],
    [
      'half of a surrogate pair in an id',
      () => aDeployment([updating({ id: 'vf_\ud800', key: 'a', version: 1 })]),
      'changes[0][id]',
      undefined,
    ],
    [
      'a label nested without end',
      (r: DeploymentRequest) => ({
        ...r,
        changes: [{ ...creating('a'), after: { metadata: { a: nested(200_000) } } }],
      }),
      'changes[0][after][metadata][a]',
      undefined,
    ],
    ['a member nested without end', (r: object) => ({ ...r, extra: nested(200_000) }), /^extra/, undefined],
    ['too many changes', (r: object) => ({ ...r, changes: Array(20_001).fill(null) }), 'changes', undefined],
  ])('with %s is refused', async (_what, spoil, param, code) => {
    const { service } = await aService(implementation)
    const request = spoil(aDeployment([creating('a')]))
    const error = await refusal(service.write(TESTER, (call) => deploy(call, request)))
    expect(error.status).toBe(400)
    expect(error.body.code).toBe(code)
    if (param instanceof RegExp) expect(error.body.param).toMatch(param)
    else expect(error.body.param).toBe(param)
    expect((await stateOf(service)).flows).toEqual([])
  })

  test.each([
    ['a create with an id', { ...creating('a'), id: 'vf_1' }],
    ['a create with a base', { ...creating('a'), base_version: 1 }],
    ['a create with an old key', { ...creating('a'), previous_key: 'b' }],
    ['an update without a configuration', { ...updating({ id: 'vf_1', key: 'a', version: 1 }), after: null }],
    ['an update without an id', { ...updating({ id: 'vf_1', key: 'a', version: 1 }), id: null }],
    ['an archive with a configuration', { ...archiving({ id: 'vf_1', key: 'a', version: 1 }), after: aConfig() }],
    ['a rename without the old key', { ...renaming({ id: 'vf_1', key: 'a', version: 1 }, 'b'), previous_key: null }],
    ['a rename to the same key', renaming({ id: 'vf_1', key: 'a', version: 1 }, 'a')],
    ['an unknown action', { ...creating('a'), action: 'delete' as never }],
    ['a key that is none', creating('Not A Key')],
    ['a key like an id', creating(`vf_${'0a'.repeat(12)}`)],
    ['a new key like an id', renaming({ id: 'vf_1', key: 'a', version: 1 }, `vf_${'0a'.repeat(12)}`)],
    ['an unknown member', { ...creating('a'), force: true } as never],
  ])('with %s is refused', async (_what, change) => {
    const { apply } = await deployed(implementation)
    const error = await refusal(apply([change]))
    expect(error.status).toBe(400)
    expect(error.body.param).toMatch(/^changes\[0\]/)
  })

  test.each([
    ['one flow twice', (a: never) => [updating(a), archiving(a)], 'changes[1][id]'],
    ['one key twice', () => [creating('x'), creating('x')], 'changes[1][key]'],
  ])('with %s is refused', async (_what, changes, param) => {
    const { apply, flow } = await deployed(implementation, 'a')
    expect((await refusal(apply(changes(flow('a') as never)))).body.param).toBe(param)
  })

  test('of ten thousand flows is quick, and so is its audit trail', async () => {
    const { service, apply } = await deployed(implementation)
    const changes = Array.from({ length: 10_000 }, (_, n) => creating(`flow-${n}`, { name: `Flow ${n}` }))
    const spent = cpuTimer()
    const { id } = await apply(changes)
    // Ten times what it takes on a slow machine: this is about finding out that it grew quadratic.
    expect(spent()).toBeLessThan(15_000)
    expect((await stateOf(service)).flows).toHaveLength(10_000)
    const deployment = await service.read(TESTER, (call) => retrieveDeployment(call, id))
    expect(deployment.changes.map(({ key }) => key)).toEqual(changes.map(({ key }) => key))
    const { part, read } = await service.read(TESTER, async (call) => {
      const { tx, read } = countingChanges(call.tx)
      return { part: await deploymentPart({ ...call, tx }, id, { skip: 9_990, limit: 5 }), read }
    })
    const numbers = [9_990, 9_991, 9_992, 9_993, 9_994]
    expect(part.changes.map(({ key }) => key)).toEqual(numbers.map((number) => `flow-${number}`))
    expect([part.skipped, part.count, read()]).toEqual([9_990, 10_000, 5])
  })
})

/** What reads the deployments of a transaction, and counts the changes that it reads. */
function countingChanges(tx: ReadTransaction) {
  let count = 0
  const counted = async (found: Promise<unknown>) => {
    const changes = (await found) as readonly unknown[] | { readonly changes?: readonly unknown[] } | undefined
    count += Array.isArray(changes) ? changes.length : ((changes as Partial<Deployment>)?.changes?.length ?? 0)
    return changes
  }
  const deployments = new Proxy(tx.deployments, {
    get:
      (of, name: keyof ReadTransaction['deployments']) =>
      (...given: never[]) =>
        counted((of[name] as (...all: never[]) => Promise<unknown>)(...given)),
  })
  return { tx: { deployments } as ReadTransaction, read: () => count }
}

describe.each(storeOfTheLane)('how long a deployment took, on $name', (implementation) => {
  test('includes waiting for its transaction, as while another deployment is written', async () => {
    const { store } = await aService(implementation)
    let time = 0
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => time)
    const write: typeof store.write = (work) => {
      time += 1_500
      return store.write(work)
    }
    const busy = service({ store: { ...store, write } })
    const deployment = await busy.write(TESTER, (call) => deploy(call, aDeployment([creating('a')])))
    clock.mockRestore()
    expect(deployment.duration).toBe(1_500)
  })
})

describe.each(storeOfTheLane)('the list of deployments, on $name', (implementation) => {
  test('is newest first, by project, in pages; each is retrieved with its changes', async () => {
    const { service, apply } = await deployed(implementation, 'a')
    const second = await apply([creating('b')], { project: 'other' })
    const list = (params: object) => service.read(TESTER, (call) => listDeployments(call, params))
    const all = await list({})
    expect(all.data.map(({ project }) => project)).toEqual(['other', PROJECT])
    expect(all.data[0]).toMatchObject({ summary: { create: 1, archive: 0 } })
    expect(all.data[0]).not.toHaveProperty('changes')
    expect(all.data[0]?.duration).toBe(second.duration)
    expect((await list({ project: PROJECT })).data).toEqual([all.data[1]])
    expect((await list({ limit: 1 })).has_more).toBe(true)
    expect((await list({ starting_after: second.id })).data).toEqual([all.data[1]])
    expect(await service.read(TESTER, (call) => retrieveDeployment(call, second.id))).toEqual(asRecorded(second))
    const hidden = await refusal(service.read(LIVE, (call) => retrieveDeployment(call, second.id)))
    expect(hidden.status).toBe(404)
  })
})

describe.each(storeOfTheLane)('the flows as a deployment left them, on $name', (implementation) => {
  test('are what the last deployment up to it wrote of each, whoever edited them since', async () => {
    const { service, apply, flow } = await deployed(implementation, 'kept', 'upd', 'old', 'gone')
    const [first] = (await service.read(TESTER, (call) => listDeployments(call))).data
    await service.write(TESTER, (call) => updateFlow(call, 'kept', { name: 'Edited outside' }))
    await apply([creating('of-other')], { project: 'other' })
    const changes = [updating(flow('upd'), { name: 'New' }), renaming(flow('old'), 'new'), archiving(flow('gone'))]
    const second = await apply([...changes, creating('one-more')])
    const third = await apply([restoring({ ...flow('gone'), version: 2 }, { name: 'Back' })], { last: second.id })
    const leftBy = async (id = '') => {
      const { data, has_more } = await service.read(TESTER, (call) => deploymentFlows(call, id))
      expect(has_more).toBe(false)
      const numbers = new Map([first?.id, second.id, third.id].map((one, index) => [one, index + 1]))
      return data.map(({ key, status, config, deployment }) =>
        [key, status, config.name, numbers.get(deployment)].join(' '),
      )
    }
    expect(await leftBy(first?.id)).toEqual([
      'gone active Flow 1',
      'kept active Flow 1',
      'old active Flow 1',
      'upd active Flow 1',
    ])
    expect(await leftBy(second.id)).toEqual([
      'gone archived Flow 2',
      'kept active Flow 1',
      'new active Flow 2',
      'one-more active Flow 2',
      'upd active New 2',
    ])
    expect((await leftBy(third.id))[0]).toBe('gone active Back 3')
    const hidden = await refusal(service.read(LIVE, (call) => deploymentFlows(call, second.id)))
    expect([hidden.status, hidden.body.code]).toEqual([404, 'resource_missing'])
  })

  test('are told quickly, thousands of them after twenty deployments', async () => {
    const { service, apply } = await deployed(implementation)
    const keys = Array.from({ length: 3_000 }, (_, n) => `flow-${n}`)
    let last = (await apply(keys.map((key) => creating(key)))).id
    for (let n = 0; n < 20; n += 1) last = (await apply([creating(`one-more-${n}`)], { last })).id
    const spent = cpuTimer()
    const { data } = await service.read(TESTER, (call) => deploymentFlows(call, last))
    expect(spent()).toBeLessThan(3_000)
    expect(data).toHaveLength(3_020)
  })
})

describe.each(storeOfTheLane)('a reviewed plan, on $name', (implementation) => {
  const REVIEWED = 'a'.repeat(64)

  test('is applied once, on whatever bases it is made again: the second time answers with the first deployment', async () => {
    const { service } = await deployed(implementation, 'a')
    const attempt = async (runId: string, name: string) => {
      const { flows, last_deployment: last } = await stateOf(service)
      const [flow] = flows
      if (!flow) throw new Error('the flow is not there')
      const request = { ...aDeployment([updating(flow, { name })], { last, runId }), approved_digest: REVIEWED }
      return service.write(TESTER, (call) => deploy(call, request))
    }
    const first = await attempt('one', 'Reviewed')
    expect(first).toMatchObject({ approved_digest: REVIEWED, run_id: 'one' })
    await service.write(TESTER, (call) => updateFlow(call, 'a', { name: 'Put back' }))
    expect(await attempt('two', 'Reviewed')).toEqual(asRecorded(first))
    expect(await summary(service)).toEqual(['a active 3 Put back'])
    const found = await service.read(TESTER, (call) => listDeployments(call, { approved_digest: REVIEWED }))
    expect(found.data.map(({ id }) => id)).toEqual([first.id])
  })

  test('that was applied by a run of its own definitions is applied: it is the very same plan', async () => {
    const { service, apply } = await deployed(implementation)
    const first = await apply([creating('a')])
    const again = { ...aDeployment([creating('b')]), approved_digest: first.plan_digest }
    expect(await service.write(TESTER, (call) => deploy(call, again))).toEqual(asRecorded(first))
    expect(await summary(service)).toEqual(['a active 1 Flow'])
    const query = { project: PROJECT, approved_digest: first.plan_digest }
    expect((await service.read(TESTER, (call) => listDeployments(call, query))).data).toHaveLength(1)
  })

  test('is another one in another project and mode', async () => {
    const { service } = await deployed(implementation)
    const one = { ...aDeployment([creating('a')]), approved_digest: REVIEWED }
    const other = { ...aDeployment([creating('b')], { project: 'other' }), approved_digest: REVIEWED }
    const live = { ...aDeployment([creating('a')], { livemode: true }), approved_digest: REVIEWED }
    const ids = [
      await service.write(TESTER, (call) => deploy(call, one)),
      await service.write(TESTER, (call) => deploy(call, other)),
      await service.write(LIVE, (call) => deploy(call, live)),
    ].map(({ id }) => id)
    expect(new Set(ids).size).toBe(3)
  })

  test('has a digest and nothing else', async () => {
    const { service } = await deployed(implementation)
    const wrong = { ...aDeployment([creating('a')]), approved_digest: 'reviewed' }
    expect((await refusal(service.write(TESTER, (call) => deploy(call, wrong)))).body).toMatchObject({
      param: 'approved_digest',
    })
  })
})
