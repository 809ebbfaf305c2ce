import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { apply } from '../../app/apply.js'
import type { Deployment } from '../../model/deployment.js'
import type { ObservedFlow } from '../../model/state.js'
import { allowanceText } from '../../plan/allowance.js'
import { RemoteError } from '../../remote/remote.js'
import { error, failed } from '../diagnostics.js'
import type { Diagnostic } from '../framework/provider.js'
import type { Known } from '../known.js'
import { type Decision, decide, movedOn, type Order } from './decide.js'
import { keyOf, planFor } from './engine.js'
import { runPrefix } from './origin.js'

/** The result of an order: the flow as it is now, null if it is gone; or why the order was refused. */
type Outcome =
  | { readonly isDone: true; readonly flow: ObservedFlow | null }
  | { readonly isDone: false; readonly diagnostics: readonly Diagnostic[] }

/** Writes Terraform's orders, which come resource by resource, in as few deployments as its parallelism allows. */
export interface Writes {
  order(order: Order): Promise<Outcome>
  /** Begins nothing new. */
  stop(): void
}

interface Waiting {
  readonly order: Order
  readonly answer: (outcome: Outcome) => void
  readonly fail: (failure: unknown) => void
}

interface Ready {
  readonly waiting: Waiting
  readonly decision: Extract<Decision, { kind: 'write' }>
}

/**
 * The waits for the next order and for all orders of one batch, in milliseconds. Terraform sends the first ones at
 * once. Before each later one it writes the whole state.
 */
const QUIET = { first: 20, later: 60 }
const LONGEST = 500
const LOOKING = 2

export function writesOf(known: Known, source: () => Promise<Deployment['source']>): Writes {
  let commit: ReturnType<typeof source> | undefined
  const commitOnce = () => {
    commit ??= source()
    return commit
  }
  const about = { ...known, source: commitOnce }
  let queue: Waiting[] = []
  let most = 0
  let isAtWork = false
  let isStopped = false

  const work = async () => {
    while (queue.length > 0) {
      await settled(() => queue.length, most)
      const batch = queue
      most = Math.max(most, batch.length)
      queue = []
      if (isStopped) for (const { answer } of batch) answer(refusal(interrupted()))
      else await fulfil(batch, about)
    }
    isAtWork = false
  }
  return {
    order: (order) =>
      new Promise((answer, fail) => {
        queue.push({ order, answer, fail })
        if (isAtWork) return
        isAtWork = true
        void work()
      }),
    stop: () => {
      isStopped = true
    },
  }
}

/**
 * Waits until no more orders come, but not for ever, and not for more than ever came at once: Terraform sends ten, or
 * as many as -parallelism says, and then waits for an answer.
 */
async function settled(length: () => number, most: number): Promise<void> {
  const begun = Date.now()
  const quiet = most === 0 ? QUIET.first : QUIET.later
  for (let seen = 0, since = begun; ; await sleep(LOOKING)) {
    const now = Date.now()
    if (length() > seen) since = now
    seen = length()
    if ((most > 0 && seen >= most) || now - since >= quiet || now - begun >= LONGEST) return
  }
}

interface About extends Known {
  readonly source: () => Promise<Deployment['source']>
}

/** Never rejects: every order gets its answer. */
async function fulfil(batch: readonly Waiting[], about: About): Promise<void> {
  const ready: Ready[] = []
  for (const waiting of batch) {
    const decision = await decided(waiting, about)
    if (decision?.kind === 'write') ready.push({ waiting, decision })
  }
  if (ready.length === 0) return
  try {
    await deploy(ready, about)
  } catch (failure) {
    // The flows may have been changed by others.
    about.flows.forget()
    if (ready.length > 1 && wasRefused(failure)) for (const one of ready) await fulfil([one.waiting], about)
    else for (const { waiting } of ready) tell(waiting, failure)
  }
}

/** Whether nothing was written because one of the orders was refused. */
function wasRefused(failure: unknown): boolean {
  return failure instanceof RemoteError && (failure.kind === 'stale' || failure.kind === 'invalid')
}

async function decided(waiting: Waiting, about: About): Promise<Decision | undefined> {
  try {
    const decision = await decide(waiting.order, about)
    if (decision.kind === 'done') waiting.answer({ isDone: true, flow: decision.flow })
    if (decision.kind === 'refused') waiting.answer({ isDone: false, diagnostics: decision.diagnostics })
    return decision
  } catch (failure) {
    tell(waiting, failure)
    return undefined
  }
}

/** One deployment for all orders, or none. */
async function deploy(ready: readonly Ready[], { flows, journal, project, place, source }: About): Promise<void> {
  const wishes = ready.map(({ decision }) => decision.wish)
  const allow = ready.flatMap(({ decision }) => decision.judged.allow)
  const plan = planFor(wishes, await flows.state(), project, allow)
  const runId = runPrefix(place) + randomUUID()
  const about = { runId, source: await source(), allowed: allow.map(allowanceText) }
  const writer = await flows.writer()
  journal.begin(runId)
  const result = await apply(plan, writer, about).catch((failure: unknown) => {
    if (wasRefused(failure)) journal.answered(runId)
    throw failure
  })
  journal.answered(runId)
  if (result.status === 'refused') throw new RemoteError('invalid', result.refusal.messages.join('; '))
  const { deployment } = result
  if (!deployment.run_id.startsWith(runPrefix(place))) {
    const message = `another run wrote the very same, as ${deployment.id} (${deployment.actor ?? 'somebody'})`
    throw new RemoteError('stale', message)
  }
  await flows.wrote(deployment)
  for (const { waiting, decision } of ready) {
    const change = deployment.changes.find(({ key }) => key === keyOf(decision.wish))
    const flow = change && (await flows.byId(change.id))
    if (flow === undefined) waiting.fail(new Error(`the deployment ${deployment.id} lacks a change`))
    else waiting.answer({ isDone: true, flow: decision.wish.planned === null ? null : flow })
  }
}

function tell({ answer, fail }: Waiting, failure: unknown): void {
  if (failure instanceof RemoteError) answer(refusal(toldOf(failure)))
  else fail(failure)
}

function toldOf(failure: RemoteError): Diagnostic {
  const [stale] = failure.stale
  if (stale === undefined) return failed(failure)
  const { key, base_version, current_version, updated, updated_by } = stale
  if (current_version === null || updated === null) return failed(failure)
  return movedOn({ key, version: current_version, updated, updated_by }, base_version)
}

function refusal(diagnostic: Diagnostic): Outcome {
  return { isDone: false, diagnostics: [diagnostic] }
}

function interrupted(): Diagnostic {
  return error('Interrupted', 'Nothing was written for this flow: Terraform was stopped before its turn came.')
}
