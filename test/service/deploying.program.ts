import { createInterface } from 'node:readline'
import type { ChangeRequest } from '../../src/model/deployment.js'
import { ApiError } from '../../src/service/api-error.js'
import { service } from '../../src/service/operations/call.js'
import { deploy } from '../../src/service/operations/deployments.js'
import { flowState } from '../../src/service/operations/flow-state.js'
import { openAt } from '../store/open-at.js'
import { aDeployment, creating, updating } from './deployment-requests.js'

/**
 * Applies what it is told, line by line, to one store, as an apply does that runs in a process of its own:
 * "create 5000 run-1" creates that many flows, "bump run-1 20" changes the flow "counter" so many times, each time on the
 * base that it observed just before.
 */
const [where = ''] = process.argv.slice(2)
const { read, write } = service({ store: await openAt(where) })
const caller = { livemode: false, actor: 'program' }

tell('ready')
for await (const line of createInterface({ input: process.stdin })) {
  const [command, first = '', second = ''] = line.split(' ')
  if (command === 'create') await create(Number(first), second)
  if (command === 'bump') await bump(first, Number(second))
}

async function create(count: number, runId: string): Promise<void> {
  tell('writing')
  const changes = Array.from({ length: count }, (_, n) => creating(`flow-${n}`))
  const { run_id } = await write(caller, (call) => deploy(call, aDeployment(changes, { runId })))
  tell({ run_id })
}

async function bump(runId: string, times: number): Promise<void> {
  const outcome = { applied: 0, stale: 0 }
  while (outcome.applied < times) {
    const observation = await read(caller, (call) => flowState(call, 'acme-kyc'))
    if (observation.status !== 'modified') throw new Error('nothing was known')
    const { flows, last_deployment: last } = observation.state
    const counter = flows.find(({ key }) => key === 'counter')
    if (counter === undefined) throw new Error('the flow is not there')
    const value = Number(counter.config.metadata.value ?? 0) + 1
    const change: ChangeRequest = updating(counter, { metadata: { value: String(value), by: runId } })
    try {
      await write(caller, (call) => deploy(call, aDeployment([change], { last, runId })))
      outcome.applied += 1
    } catch (error) {
      if (!(error instanceof ApiError) || error.body.code !== 'flow_version_conflict') throw error
      outcome.stale += 1
    }
  }
  tell(outcome)
}

function tell(what: unknown): void {
  process.stdout.write(`${JSON.stringify(what)}\n`)
}
