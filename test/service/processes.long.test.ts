import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { service } from '../../src/service/operations/calls/call.js'
import { deploy } from '../../src/service/operations/deployments/deployments.js'
import { flowState } from '../../src/service/operations/flows/flow-state.js'
import { checkApiKey, createKey, revokeKey } from '../../src/service/operations/keys/keys.js'
import { PROJECT } from '../helpers/builders.js'
import { bundled, type Program, startProgram } from '../store/programs.js'
import { type Place, stores } from '../store/stores.js'
import { aDeployment, creating } from './deployment-requests.js'
import { TESTER } from './serving.js'

let program = ''
beforeAll(async () => {
  program = await bundled('test/service/deploying.program.ts')
})

async function aProgram({ where }: Place): Promise<Program> {
  const one = startProgram(program, where)
  onTestFinished(() => void one.child.kill('SIGKILL'))
  expect(await one.next()).toBe('ready')
  return one
}

async function stateOf(place: Place) {
  const store = await place.open()
  const observation = await service({ store }).read(TESTER, (call) => flowState(call, PROJECT))
  await store.close()
  if (observation.status !== 'modified') throw new Error('nothing was known')
  return observation.state
}

/** Enough for a deployment to be written in several statements. */
const MANY = 1_000

describe.each(stores)('processes on one store, on $name', (implementation) => {
  test('that change one flow by turns and at once lose nothing: each change is on the base that it saw', async () => {
    const place = await implementation.made()
    const store = await place.open()
    await service({ store }).write(TESTER, (call) => deploy(call, aDeployment([creating('counter')])))
    await store.close()
    const programs = await Promise.all([aProgram(place), aProgram(place), aProgram(place)])
    for (const [index, one] of programs.entries()) one.child.stdin?.write(`bump run-${index} 20\n`)
    const outcomes = (await Promise.all(programs.map((one) => one.next()))) as { applied: number; stale: number }[]
    expect(outcomes.map(({ applied }) => applied)).toEqual([20, 20, 20])
    const { flows } = await stateOf(place)
    expect(flows[0]).toMatchObject({ version: 61, config: { metadata: { value: '60' } } })
  })

  test('that apply the same plan at once make one deployment', async () => {
    const place = await implementation.made()
    const programs = await Promise.all([aProgram(place), aProgram(place)])
    for (const [index, one] of programs.entries()) one.child.stdin?.write(`create ${MANY} run-${index}\n`)
    for (const one of programs) expect(await one.next()).toBe('writing')
    const outcomes = (await Promise.all(programs.map((one) => one.next()))) as { run_id: string }[]
    expect(outcomes[0]?.run_id).toEqual(outcomes[1]?.run_id)
    const { flows } = await stateOf(place)
    expect(flows).toHaveLength(MANY)
    expect(flows.every(({ version }) => version === 1)).toBe(true)
  })

  test('refuse a key at once that one of them revoked', async () => {
    const { open } = await implementation.made()
    const [one, other] = [service({ store: await open() }), service({ store: await open() })]
    const { id, secret } = await one.write(TESTER, (call) => createKey(call, { mode: 'test', name: 'ci' }))
    const statusAtOther = async () => (await other.read(TESTER, (call) => checkApiKey(call, secret))).status
    expect(await statusAtOther()).toBe('valid')
    await one.write(TESTER, (call) => revokeKey(call, id))
    expect(await statusAtOther()).toBe('revoked')
  })
})

describe.each(stores)('a process that is killed, on $name', (implementation) => {
  test('in the middle of a deployment of 1,000 flows leaves all of them or none, and a store that works', async () => {
    const undisturbed = await aProgram(await implementation.made())
    undisturbed.child.stdin?.write(`create ${MANY} run-1\n`)
    expect(await undisturbed.next()).toBe('writing')
    const { calls } = (await undisturbed.next()) as { calls: number }
    expect(calls).toBeGreaterThan(3)
    // The first calls read, the last ones write; behind the last one is the commit, and then the answer.
    for (const fatal of [Math.ceil(calls / 2), calls, calls + 1]) {
      const place = await implementation.made()
      const one = await aProgram(place)
      one.child.stdin?.write(`create ${MANY} run-1 ${fatal}\n`)
      expect([await one.next(), await one.next(), await one.ended()]).toEqual(['writing', undefined, 'SIGKILL'])
      await place.settled()
      const { flows, last_deployment } = await stateOf(place)
      expect(flows, `killed before call ${fatal} of ${calls}`).toHaveLength(fatal > calls ? MANY : 0)
      expect(last_deployment === null).toBe(flows.length === 0)

      const again = await aProgram(place)
      again.child.stdin?.write(`create ${MANY} run-2\n`)
      expect(await again.next()).toBe('writing')
      expect(await again.next()).toMatchObject({ run_id: flows.length === 0 ? 'run-2' : 'run-1' })
      expect((await stateOf(place)).flows).toHaveLength(MANY)
      again.child.kill()
    }
  })
})
