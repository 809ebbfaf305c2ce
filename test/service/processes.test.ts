import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { service } from '../../src/service/operations/call.js'
import { deploy } from '../../src/service/operations/deployments.js'
import { flowState } from '../../src/service/operations/flow-state.js'
import { checkApiKey, createKey, revokeKey } from '../../src/service/operations/keys.js'
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

describe.each(stores)('processes on one store, on $name', (implementation) => {
  test('that change one flow by turns and at once lose nothing: each change is on the base that it saw', async () => {
    const place = await implementation.made()
    const store = await place.open()
    await service({ store }).write(TESTER, (call) => deploy(call, aDeployment([creating('counter')])))
    await store.close()
    const programs = await Promise.all([aProgram(place), aProgram(place), aProgram(place)])
    for (const [index, one] of programs.entries()) one.child.stdin?.write(`bump run-${index} 40\n`)
    const outcomes = (await Promise.all(programs.map((one) => one.next()))) as { applied: number; stale: number }[]
    expect(outcomes.map(({ applied }) => applied)).toEqual([40, 40, 40])
    const { flows } = await stateOf(place)
    expect(flows[0]).toMatchObject({ version: 121, config: { metadata: { value: '120' } } })
  })

  test('that apply the same plan at once make one deployment', async () => {
    const place = await implementation.made()
    const programs = await Promise.all([aProgram(place), aProgram(place)])
    for (const [index, one] of programs.entries()) one.child.stdin?.write(`create 1000 run-${index}\n`)
    for (const one of programs) expect(await one.next()).toBe('writing')
    const outcomes = (await Promise.all(programs.map((one) => one.next()))) as { run_id: string }[]
    expect(outcomes[0]).toEqual(outcomes[1])
    const { flows } = await stateOf(place)
    expect(flows).toHaveLength(1000)
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
  test('in the middle of a deployment of 5,000 flows leaves all of them or none, and a store that works', async () => {
    const outcomes = new Set<string>()
    for (const delay of [0, 40, 150, 300, 500, 800]) {
      const place = await implementation.made()
      const one = await aProgram(place)
      one.child.stdin?.write('create 5000 run-1\n')
      expect(await one.next()).toBe('writing')
      await sleep(delay)
      one.child.kill('SIGKILL')
      const done = await one.next()
      await one.ended()
      await place.settled()

      const { flows, last_deployment } = await stateOf(place)
      expect([0, 5000]).toContain(flows.length)
      expect(last_deployment === null).toBe(flows.length === 0)
      if (done !== undefined) expect(flows).toHaveLength(5000)
      outcomes.add(done === undefined ? `killed with ${flows.length}` : 'done')

      const again = await aProgram(place)
      again.child.stdin?.write('create 5000 run-2\n')
      expect(await again.next()).toBe('writing')
      expect(await again.next()).toEqual({ run_id: flows.length === 0 ? 'run-2' : 'run-1' })
      expect((await stateOf(place)).flows).toHaveLength(5000)
      again.child.kill()
    }
    // What the figures are depends on the machine; that some were killed on their way must be so everywhere.
    expect([...outcomes]).toContain('killed with 0')
  }, 180_000)
})
