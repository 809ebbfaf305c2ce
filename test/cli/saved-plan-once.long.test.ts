import { describe, expect, test } from 'vitest'
import { aDefinition, aProject, ended, flows, start, writeFiles } from '../helpers/cli.js'
import { aGate } from '../helpers/gate.js'
import { aLosingProxy } from '../service/losing-proxy.js'
import { type Served, served } from '../service/serving.js'
import { storeOfTheLane } from '../store/stores.js'

const DEPLOYMENTS = '/v2/identity/flow_deployments'

function configOf(url: string): string {
  return `project: acme-kyc\nenvironments:\n  test: { api: '${url}', api_key_env: FLOWS_TEST_KEY }\n`
}

/** A saved plan for a service; every job reaches the service through `url`, which may be a proxy. */
async function aSavedPlan(api: Served, url = api.url) {
  const cwd = aProject({ a: aDefinition('A'), b: aDefinition('B') }, configOf(url))
  const env = { FLOWS_TEST_KEY: api.key }
  const planned = await flows(['plan', '--out', 'plan.json'], { cwd, env })
  expect(planned).toMatchObject({ code: 0 })
  const job = () => start(['apply', 'plan.json', '--json'], { cwd, env })
  const apply = async () => outcome(await ended(job()))
  return { cwd, env, job, apply }
}

function outcome({ code, stdout }: { code: number | null; stdout: string }) {
  const { status, deployment } = stdout === '' ? { status: null, deployment: null } : JSON.parse(stdout)
  return { code, status, id: deployment?.id }
}

async function deployments(api: Served): Promise<string[]> {
  const { body } = await api.call('GET', DEPLOYMENTS)
  return body.data.map(({ id }: { id: string }) => id)
}

describe.each(storeOfTheLane)('one saved plan makes one deployment, on $name', (implementation) => {
  test('when two jobs apply it at the same moment: both are told of it, and both succeed', async () => {
    const api = await served({ implementation })
    const both = aGate()
    let waiting = 0
    const proxy = await aLosingProxy(api.url, {
      onDeployment: async () => {
        waiting += 1
        if (waiting === 2) both.open()
        await both.opened
        return true
      },
    })
    const { apply } = await aSavedPlan(api, proxy.url)
    const outcomes = await Promise.all([apply(), apply()])
    const [id] = await deployments(api)
    expect(await deployments(api)).toHaveLength(1)
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['applied', 'applied_already'])
    expect(outcomes.map(({ code, id }) => [code, id])).toEqual([
      [0, id],
      [0, id],
    ])
  })

  test('when its job is killed after it was written, and run again', async () => {
    const api = await served({ implementation })
    const done = aGate()
    const proxy = await aLosingProxy(api.url, { loses: 1, onDone: done.open })
    const { job, apply } = await aSavedPlan(api, proxy.url)
    const child = job()
    const end = ended(child)
    await done.opened
    child.kill('SIGKILL')
    expect(await end).toMatchObject({ signal: 'SIGKILL' })
    const [id] = await deployments(api)
    expect(await apply()).toEqual({ code: 0, status: 'applied_already', id })
    expect(await deployments(api)).toEqual([id])
  })

  test('when its job is killed before it was written, and run again', async () => {
    const api = await served({ implementation })
    const asked = aGate()
    let isFirst = true
    const proxy = await aLosingProxy(api.url, {
      onDeployment: () => {
        asked.open()
        const isPassedOn = !isFirst
        isFirst = false
        return isPassedOn
      },
    })
    const { job, apply } = await aSavedPlan(api, proxy.url)
    const child = job()
    const end = ended(child)
    await asked.opened
    child.kill('SIGKILL')
    expect(await end).toMatchObject({ signal: 'SIGKILL' })
    expect(await deployments(api)).toEqual([])
    expect(await apply()).toMatchObject({ code: 0, status: 'applied' })
    expect(await apply()).toMatchObject({ code: 0, status: 'applied_already' })
    expect(await deployments(api)).toHaveLength(1)
  })

  test('when the answer is lost once: the job asks again, and has applied it', async () => {
    const api = await served({ implementation })
    const proxy = await aLosingProxy(api.url, { loses: 1 })
    const { apply } = await aSavedPlan(api, proxy.url)
    expect(await apply()).toMatchObject({ code: 0, status: 'applied' })
    expect(proxy.lost()).toBe(1)
    expect(await deployments(api)).toHaveLength(1)
  })

  test('when every answer is lost: the job fails, and the next one learns that it was applied', async () => {
    const api = await served({ implementation })
    const proxy = await aLosingProxy(api.url, { loses: 3 })
    const { apply } = await aSavedPlan(api, proxy.url)
    expect(await apply()).toMatchObject({ code: 1 })
    expect(proxy.lost()).toBe(3)
    const [id] = await deployments(api)
    expect(await apply()).toEqual({ code: 0, status: 'applied_already', id })
    expect(await deployments(api)).toEqual([id])
  })

  test('when it is run again after its flows have changed, or after they were put back', async () => {
    const api = await served({ implementation })
    const { cwd, env, apply } = await aSavedPlan(api)
    const { id } = await apply()
    await api.call('POST', '/v1/identity/verification_flows/a', { body: { name: 'Edited' } })
    expect(await apply()).toEqual({ code: 0, status: 'applied_already', id })
    // A plan of the change that is undone by hand later on: the very same difference again.
    writeFiles(cwd, { 'flows/b.yaml': aDefinition('B2') })
    await flows(['plan', '--only', 'b', '--out', 'plan.json'], { cwd, env })
    const second = await apply()
    await api.call('POST', '/v1/identity/verification_flows/b', { body: { name: 'B' } })
    expect(await apply()).toEqual({ code: 0, status: 'applied_already', id: second.id })
    expect((await api.call('GET', '/v1/identity/verification_flows/b')).body).toMatchObject({ name: 'B', version: 3 })
  })
})
