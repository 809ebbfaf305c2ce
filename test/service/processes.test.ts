import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { embedded } from '../../src/remote/embedded/embedded.js'
import { PROJECT } from '../helpers/builders.js'
import { bundled, type Program, startProgram } from '../store/programs.js'
import { aFolder } from '../store/stores.js'
import { aDeployment, creating } from './deployment-requests.js'

let program = ''
beforeAll(async () => {
  program = await bundled('test/service/deploying.program.ts')
})

async function aProgram(file: string): Promise<Program> {
  const one = startProgram(program, file)
  onTestFinished(() => void one.child.kill('SIGKILL'))
  expect(await one.next()).toBe('ready')
  return one
}

async function stateOf(file: string) {
  const reader = await embedded({ file, actor: null }).reader()
  const observation = await reader.observe(PROJECT)
  await reader.close()
  if (observation.status !== 'modified') throw new Error('nothing was known')
  return observation.state
}

const aStoreFile = () => join(aFolder(), '.flows', 'store.sqlite')

describe('two processes on one store', () => {
  test('that change one flow by turns and at once lose nothing: each change is on the base that it saw', async () => {
    const file = aStoreFile()
    const writer = await embedded({ file, actor: null }).writer()
    await writer.deploy(aDeployment([creating('counter')]))
    await writer.close()
    const programs = await Promise.all([aProgram(file), aProgram(file)])
    for (const [index, one] of programs.entries()) one.child.stdin?.write(`bump run-${index} 40\n`)
    const outcomes = (await Promise.all(programs.map((one) => one.next()))) as { applied: number; stale: number }[]
    expect(outcomes.map(({ applied }) => applied)).toEqual([40, 40])
    const { flows } = await stateOf(file)
    expect(flows[0]).toMatchObject({ version: 81, config: { metadata: { value: '80' } } })
  })

  test('that apply the same plan at once make one deployment', async () => {
    const file = aStoreFile()
    const programs = await Promise.all([aProgram(file), aProgram(file)])
    for (const [index, one] of programs.entries()) one.child.stdin?.write(`create 1000 run-${index}\n`)
    for (const one of programs) expect(await one.next()).toBe('writing')
    const outcomes = (await Promise.all(programs.map((one) => one.next()))) as { run_id: string }[]
    expect(outcomes[0]).toEqual(outcomes[1])
    const { flows } = await stateOf(file)
    expect(flows).toHaveLength(1000)
    expect(flows.every(({ version }) => version === 1)).toBe(true)
  })
})

describe('a process that is killed', () => {
  test('in the middle of a deployment of 5,000 flows leaves all of them or none, and a store that works', async () => {
    const outcomes = new Set<string>()
    for (let round = 0; round < 10; round += 1) {
      const file = aStoreFile()
      const one = await aProgram(file)
      one.child.stdin?.write('create 5000 run-1\n')
      expect(await one.next()).toBe('writing')
      await sleep(round < 2 ? round : round * 80)
      one.child.kill('SIGKILL')
      const done = await one.next()
      await one.ended()

      const { flows, last_deployment } = await stateOf(file)
      expect([0, 5000]).toContain(flows.length)
      expect(last_deployment === null).toBe(flows.length === 0)
      if (done !== undefined) expect(flows).toHaveLength(5000)
      outcomes.add(done === undefined ? `killed with ${flows.length}` : 'done')

      const again = await aProgram(file)
      again.child.stdin?.write('create 5000 run-2\n')
      expect(await again.next()).toBe('writing')
      expect(await again.next()).toEqual({ run_id: flows.length === 0 ? 'run-2' : 'run-1' })
      expect((await stateOf(file)).flows).toHaveLength(5000)
      again.child.kill()
    }
    // What the figures are depends on the machine; that some were killed on their way must be so everywhere.
    expect([...outcomes]).toContain('killed with 0')
  }, 180_000)
})
