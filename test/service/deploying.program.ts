import { createInterface } from 'node:readline'
import type { ChangeRequest } from '../../src/model/deployment.js'
import { ApiError } from '../../src/service/api-error.js'
import { service } from '../../src/service/operations/calls/call.js'
import { localUser } from '../../src/service/operations/calls/principal.js'
import { deploy } from '../../src/service/operations/deployments/deployments.js'
import { flowState } from '../../src/service/operations/flows/flow-state.js'
import type { Store, WriteTransaction } from '../../src/store/store.js'
import { openAt } from '../store/open-at.js'
import { aDeployment, creating, updating } from './deployment-requests.js'

/**
 * Applies what it is told, line by line, to one store, as an apply does that runs in a process of its own:
 * "create 1000 run-1" creates that many flows and tells how many calls of the store that took, "create 1000 run-1 7" ends
 * itself like a crash before the seventh, or when all is written and kept where there is none; "bump run-1 20" changes the flow "counter" so many times, each time on the
 * base that it observed just before.
 */
const [where = ''] = process.argv.slice(2)
const calls = { made: 0, fatal: Number.POSITIVE_INFINITY }
const { read, write } = service({ store: counting(await openAt(where)) })
const caller = { livemode: false, principal: localUser('program') }

tell('ready')
for await (const line of createInterface({ input: process.stdin })) {
  const [command, first = '', second = '', fatal = 'Infinity'] = line.split(' ')
  if (command === 'create') await create(Number(first), second, Number(fatal))
  if (command === 'bump') await bump(first, Number(second))
}

async function create(count: number, runId: string, fatal: number): Promise<void> {
  tell('writing')
  Object.assign(calls, { made: 0, fatal })
  const changes = Array.from({ length: count }, (_, n) => creating(`flow-${n}`))
  const { run_id } = await write(caller, (call) => deploy(call, aDeployment(changes, { runId })))
  if (Number.isFinite(fatal)) crash()
  tell({ run_id, calls: calls.made })
}

function crash(): void {
  process.kill(process.pid, 'SIGKILL')
}

/** A store that counts the calls inside of its transactions that write. */
function counting(store: Store): Store {
  const counted = <T extends object>(part: T): T =>
    new Proxy(part, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name)
        if (typeof member === 'object' && member !== null) return counted(member)
        if (typeof member !== 'function') return member
        return (...args: unknown[]) => {
          calls.made += 1
          if (calls.made === calls.fatal) crash()
          return Reflect.apply(member, target, args)
        }
      },
    })
  return {
    label: store.label,
    rateLimits: store.rateLimits,
    read: (work) => store.read(work),
    write: (work) => store.write((tx: WriteTransaction) => work(counted(tx))),
    close: () => store.close(),
  }
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
