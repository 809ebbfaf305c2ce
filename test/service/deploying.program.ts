import { createInterface } from 'node:readline'
import type { ChangeRequest } from '../../src/model/deployment.js'
import { embedded } from '../../src/remote/embedded/embedded.js'
import { RemoteError } from '../../src/remote/remote.js'
import { aDeployment, creating, updating } from './deployment-requests.js'

/**
 * Applies what it is told, line by line, to one store, as an apply does that runs in a process of its own:
 * "create 5000 run-1" creates that many flows, "bump run-1 20" changes the flow "counter" so many times, each time on the
 * base that it observed just before.
 */
const [file = ''] = process.argv.slice(2)
const remote = embedded({ file, actor: 'program' })

tell('ready')
for await (const line of createInterface({ input: process.stdin })) {
  const [command, first = '', second = ''] = line.split(' ')
  if (command === 'create') await create(Number(first), second)
  if (command === 'bump') await bump(first, Number(second))
}

async function create(count: number, runId: string): Promise<void> {
  const writer = await remote.writer()
  tell('writing')
  const changes = Array.from({ length: count }, (_, n) => creating(`flow-${n}`))
  const { run_id } = await writer.deploy(aDeployment(changes, { runId }))
  await writer.close()
  tell({ run_id })
}

async function bump(runId: string, times: number): Promise<void> {
  const [reader, writer] = [await remote.reader(), await remote.writer()]
  const outcome = { applied: 0, stale: 0 }
  while (outcome.applied < times) {
    const observation = await reader.observe('acme-kyc')
    if (observation.status !== 'modified') throw new Error('nothing was known')
    const { flows, last_deployment: last } = observation.state
    const counter = flows.find(({ key }) => key === 'counter')
    if (counter === undefined) throw new Error('the flow is not there')
    const value = Number(counter.config.metadata.value ?? 0) + 1
    const change: ChangeRequest = updating(counter, { metadata: { value: String(value), by: runId } })
    try {
      await writer.deploy(aDeployment([change], { last, runId }))
      outcome.applied += 1
    } catch (error) {
      if (!(error instanceof RemoteError) || error.kind !== 'stale') throw error
      outcome.stale += 1
    }
  }
  await reader.close()
  await writer.close()
  tell(outcome)
}

function tell(what: unknown): void {
  process.stdout.write(`${JSON.stringify(what)}\n`)
}
