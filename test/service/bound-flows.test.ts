import { describe, expect, test } from 'vitest'
import type { FlowBody } from '../../src/model/flow.js'
import { type Caller, type Service, service } from '../../src/service/operations/calls/call.js'
import { localUser } from '../../src/service/operations/calls/principal.js'
import { deploy, listDeployments, retrieveDeployment } from '../../src/service/operations/deployments/deployments.js'
import { flowState } from '../../src/service/operations/flows/flow-state.js'
import { archiveFlow, createFlow, restoreFlow, updateFlow } from '../../src/service/operations/flows/flows.js'
import { probeFlow } from '../../src/service/operations/flows/probe.js'
import { createSession, retrieveSession } from '../../src/service/operations/sessions/sessions.js'
import { verifierWorkKind } from '../../src/service/operations/sessions/verifier-work.js'
import { doDue } from '../../src/service/operations/work/do-due.js'
import type { Store } from '../../src/store/store.js'
import { simulator } from '../../src/verifier/simulator/simulator.js'
import { type Implementation, stores } from '../store/stores.js'
import { FarVerifier, type Fault } from '../verifier/far-verifier.js'
import { onlyOutside, watchedStore } from '../verifier/outside-transactions.js'
import { aDeployment, creating, updating } from './deployment-requests.js'

const CALLER: Caller = { livemode: false, principal: localUser('tester') }
const LEASE = 61
const AT_STRIPE = 'vf_1PgafBB7WZ01zgkW'
const PHONE: Partial<FlowBody> = { options: { phone: { require_verification: true } } }

/** A service whose sessions are verified elsewhere, where there is one flow with a check of the phone. */
async function aPlace(implementation: Implementation) {
  const clock = { now: 1_790_000_000 }
  const far = new FarVerifier(clock)
  far.flows.set(AT_STRIPE, { document: { require_matching_selfie: true }, phone: { require_verification: true } })
  const { verifier } = onlyOutside(far)
  const store = watchedStore(await (await implementation.made()).open())
  const aProcess = (over: Store = store) => service({ store: over, now: () => clock.now, verifiers: [verifier] })
  const operations = aProcess()
  const create = (key: string, body: Partial<FlowBody> & { project?: string } = {}) =>
    operations.write(CALLER, (call) => createFlow(call, { key, name: 'A', type: 'document', ...body }))
  const open = (flow: string) => operations.write(CALLER, (call) => createSession(call, { verification_flow: flow }))
  const probe = (process: Service = operations) => process.write(CALLER, (call) => probeFlow(call, 'a'))
  const state = async () => {
    const answer = await operations.read(CALLER, (call) => flowState(call, 'p'))
    if (answer.status !== 'modified') throw new Error('it was not asked with a tag')
    return answer
  }
  /** Does what is due, whoever began it. */
  const work = async () => {
    while (await doDue(operations, verifierWorkKind(operations)));
  }
  return { clock, far, store, aProcess, operations, create, open, probe, state, work }
}

/** A store whose process ends: of its writes only the first so many are kept, and nobody hears of the others. */
function dyingAfter(store: Store, writes: number): Store {
  let made = 0
  return {
    ...store,
    write: async (work) => {
      made += 1
      if (made > writes) throw new Error('the process has ended')
      return store.write(work)
    },
  }
}

describe.each(stores.map((one) => [one.name, one] as const))('bound flows over %s', (_, implementation) => {
  test('a session is made from the flow at Stripe, with checks that no parameter can ask for', async () => {
    const { create, open, far, operations } = await aPlace(implementation)
    await create('a', { stripe_flow: AT_STRIPE })
    const session = await open('a')
    expect(far.sessions.get(session.id)?.asked).toMatchObject({ bound: AT_STRIPE, type: 'verification_flow' })
    expect(session).toMatchObject({ type: 'verification_flow', options: { phone: { require_verification: true } } })
    expect(await operations.read(CALLER, (call) => retrieveSession(call, session.id))).toEqual(session)
  })

  test('an application that names the flow at Stripe finds the flow', async () => {
    const { create, open } = await aPlace(implementation)
    const flow = await create('a', { stripe_flow: AT_STRIPE })
    expect((await open(AT_STRIPE)).verification_flow).toBe(flow.id)
    await expect(open('vf_1Another')).rejects.toMatchObject({ status: 404 })
  })

  test('the state says who verifies, and what the newest session showed of each flow; its tag changes with that', async () => {
    const { create, open, state, far, clock } = await aPlace(implementation)
    await create('a', { stripe_flow: AT_STRIPE })
    const before = await state()
    expect(before.state.verifier).toEqual({ name: 'far', checks: far.checks, has_flows: true })
    expect(before.state.flows[0]).not.toHaveProperty('sighting')
    const first = await open('a')
    far.flows.set(AT_STRIPE, { document: {} })
    clock.now += 10
    const second = await open('a')
    const after = await state()
    expect(after.etag).not.toBe(before.etag)
    expect(after.state.flows).toMatchObject([
      { sighting: { stripe_flow: AT_STRIPE, session: second.id, created: clock.now, options: { document: {} } } },
    ])
    expect(first.id).not.toBe(second.id)
  })

  test('no two flows are bound to one flow at Stripe, unless one is archived', async () => {
    const { create, operations } = await aPlace(implementation)
    await create('a', { stripe_flow: AT_STRIPE })
    await create('b')
    const bind = () => operations.write(CALLER, (call) => updateFlow(call, 'b', { stripe_flow: AT_STRIPE }))
    await expect(bind()).rejects.toMatchObject({
      status: 400,
      body: { code: 'resource_already_exists', param: 'stripe_flow' },
    })
    await operations.write(CALLER, (call) => updateFlow(call, 'a', { stripe_flow: null }))
    expect(await bind()).toMatchObject({ stripe_flow: AT_STRIPE })
  })

  test('a flow that is not bound is refused what the verifier cannot check, when it is written and when it is used', async () => {
    const { create, open, operations, store, clock } = await aPlace(implementation)
    const update = (key: string, body: Partial<FlowBody>) =>
      operations.write(CALLER, (call) => updateFlow(call, key, body))
    const message = expect.stringContaining("which 'a' asks for: phone")
    const toBe = { status: 400, body: { code: 'verifier_refused', param: 'options', message } }
    await expect(create('a', PHONE)).rejects.toMatchObject(toBe)
    await create('a', { ...PHONE, stripe_flow: AT_STRIPE })
    await expect(update('a', { stripe_flow: null } as never)).rejects.toMatchObject(toBe)
    await update('a', { stripe_flow: null, options: { phone: { require_verification: false } } } as never)
    await expect(update('a', PHONE)).rejects.toMatchObject(toBe)
    // It was there before the verifier was: it gets no sessions, and what is no matter of checks can still be changed.
    const before = service({ store, now: () => clock.now, verifiers: [simulator] })
    await before.write(CALLER, (call) => updateFlow(call, 'a', PHONE))
    await expect(open('a')).rejects.toMatchObject({ status: 400, body: { code: 'verifier_refused' } })
    expect(await update('a', { name: 'B' })).toMatchObject({ name: 'B' })
    await operations.write(CALLER, (call) => archiveFlow(call, 'a'))
    await expect(operations.write(CALLER, (call) => restoreFlow(call, 'a'))).rejects.toMatchObject(toBe)
  })

  test('a probe makes one session, sees what it checks, and cancels it', async () => {
    const { create, probe, far, state, store } = await aPlace(implementation)
    await create('a', { stripe_flow: AT_STRIPE })
    expect(await probe()).toMatchObject({
      object: 'identity.verification_flow_probe',
      stripe_flow: AT_STRIPE,
      options: { phone: { require_verification: true } },
    })
    expect([...far.sessions.values()].map(({ status }) => status)).toEqual(['canceled'])
    expect((await state()).state.flows[0]?.sighting?.session).toBe('far_1')
    // It is none of the sessions of this service.
    expect((await store.read((tx) => tx.sessions.list(false, {}, { limit: 10 }))).data).toEqual([])
  })

  test('a deployment keeps what is to be edited at Stripe, until a session shows it or another one asks for something else', async () => {
    const { far, clock, operations, probe, state } = await aPlace(implementation)
    far.flows.set(AT_STRIPE, { document: {} })
    let last: string | null = null
    const deployed = async (body: Partial<FlowBody>) => {
      const flow = (await state()).state.flows[0]
      const wanted = { name: 'A', stripe_flow: AT_STRIPE, ...body }
      const change = flow === undefined ? creating('a', wanted) : updating(flow, wanted)
      const request = aDeployment([change], { project: 'p', last })
      const made = await operations.write(CALLER, (call) => deploy(call, request))
      last = made.id
      return made
    }
    // Nothing is known of the flow there yet.
    expect(await deployed(PHONE)).not.toHaveProperty('edits')
    await probe()
    const second = await deployed({ options: { ...PHONE.options, email: { require_verification: true } } })
    const left = { key: 'a', stripe_flow: AT_STRIPE, observed: false, defined: true, session: 'far_1', status: 'open' }
    const [email, phone] = ['/options/email/require_verification', '/options/phone/require_verification']
    expect(second.edits).toMatchObject([
      { ...left, path: email },
      { ...left, path: phone },
    ])
    const third = await deployed(PHONE)
    expect(third.edits).toMatchObject([{ ...left, path: phone }])
    clock.now += 10
    far.flows.set(AT_STRIPE, { document: {}, phone: { require_verification: true } })
    await probe()
    const made = { status: 'made', made_in: 'far_2', made: clock.now, superseded_by: null }
    expect((await operations.read(CALLER, (call) => retrieveDeployment(call, second.id))).edits).toMatchObject([
      { path: email, status: 'superseded', made_in: null, superseded_by: third.id },
      { path: phone, ...made },
    ])
    expect((await state()).state.edits).toMatchObject([{ path: phone, ...made }])
    const { data } = await operations.read(CALLER, (call) => listDeployments(call))
    expect(data.filter((one) => 'edits_open' in one)).toEqual([])
  })

  test('only a bound flow is probed, and only where a verifier has flows of its own', async () => {
    const { create, probe, store } = await aPlace(implementation)
    await create('a')
    await expect(probe()).rejects.toMatchObject({ status: 400, body: { code: 'verifier_refused' } })
    await create('b', { stripe_flow: AT_STRIPE })
    const here = service({ store, verifiers: [simulator] })
    await expect(here.write(CALLER, (call) => probeFlow(call, 'b'))).rejects.toMatchObject({ status: 400 })
  })

  test.each([1, 2, 3])('a probe whose process ends before its write %i is ended by the next one', async (writes) => {
    const { create, probe, aProcess, store, far, clock } = await aPlace(implementation)
    await create('a', { stripe_flow: AT_STRIPE })
    await expect(probe(aProcess(dyingAfter(store, writes - 1)))).rejects.toThrow('the process has ended')
    clock.now += LEASE
    expect(await probe()).toMatchObject({ stripe_flow: AT_STRIPE })
    expect([...far.sessions.values()].map(({ status }) => status)).toEqual(['canceled'])
  })

  test('a probe whose answer was lost for longer than keys are remembered still cancels its session', async () => {
    const { create, probe, far, clock, work } = await aPlace(implementation)
    await create('a', { stripe_flow: AT_STRIPE })
    far.faults = ['answer-lost']
    await expect(probe()).rejects.toMatchObject({ status: 503 })
    clock.now += 30 * 60 * 60
    await work()
    expect([...far.sessions.values()].map(({ status }) => status)).toEqual(['canceled'])
    expect(far.calls.filter((call) => call.startsWith('open'))).toHaveLength(1)
    // Where none was made, none is made so late.
    far.faults = ['lost']
    await expect(probe()).rejects.toMatchObject({ status: 503 })
    clock.now += 30 * 60 * 60
    await expect(work()).rejects.toThrow('this was given up')
    expect(far.sessions.size).toBe(1)
    expect(await probe()).toMatchObject({ id: 'far_2' })
  })

  test.each(['lost', 'answer-lost', 'broken'] as const)(
    'a probe whose calls are %s is ended by a worker, without a second session',
    async (fault) => {
      for (const faults of [[fault], [undefined, fault]]) {
        const { create, probe, far, clock, work } = await aPlace(implementation)
        await create('a', { stripe_flow: AT_STRIPE })
        far.faults = faults as Fault[]
        await expect(probe()).rejects.toMatchObject({ status: 503 })
        clock.now += 24 * 60
        await work().catch(() => {})
        expect([...far.sessions.values()].map(({ status }) => status)).toEqual(['canceled'])
      }
    },
  )
})
