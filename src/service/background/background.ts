import { setTimeout as sleep } from 'node:timers/promises'
import type { Metrics } from '../metrics.js'
import type { Service } from '../operations/calls/call.js'
import { forgetOld } from '../operations/calls/forget.js'
import { SERVICE } from '../operations/calls/principal.js'
import { tellEndingKeys } from '../operations/keys/ending-keys.js'
import { forgetAudit } from '../operations/people/audit-log.js'
import { dueSessionsKind } from '../operations/sessions/due-sessions.js'
import { beginChanges } from '../operations/sessions/remote/changes.js'
import { verifierWorkKind } from '../operations/sessions/verifier-work.js'
import type { WorkItem, WorkKind } from '../operations/work/work-kind.js'
import { bell } from './bell.js'
import { deliveriesKind } from './deliveries.js'
import type { Job } from './job.js'
import { type SendOptions, send } from './send.js'
import { workJob } from './work-job.js'

export interface BackgroundOptions {
  readonly service: Service
  /** How webhooks are sent. */
  readonly sending: SendOptions
  /** Called when a job failed; it is tried again later. */
  readonly onFault: (job: string, error: unknown) => void
  readonly metrics?: Metrics | undefined
}

/** What the service does by itself. Every process on a store runs it; two processes never do the same piece of work. */
export interface Background {
  start(): void
  /** Looks at once: a write of this process left something to do. */
  wake(): void
  /** Does everything that is due now, and waits for it. Throws when a job fails. */
  runOnce(): Promise<void>
  /** Begins nothing new. Resolves when the running work has ended, or after a time limit. */
  close(): Promise<void>
}

/** How often to look for writes of other processes, in milliseconds. */
const POLL = 1_000
const LONGEST_BACKOFF = 30_000
/** How often to look whether the work is there that follows verifiers; only a new store lacks it. */
const BEGIN_EVERY = 60 * 1_000
const FORGET_EVERY = 10 * 60 * 1_000
/** Reading counts adds up what was not gathered yet, so this says how much that is at the most. */
const GATHER_EVERY = 5_000
const ENDING_KEYS_EVERY = 10 * 60 * 1_000
/** Longer than the time limit of a webhook, in milliseconds. */
const CLOSE_PATIENCE = 11_000

export function background({ service, sending, onFault, metrics }: BackgroundOptions): Background {
  const worked = <Item extends WorkItem>(kind: WorkKind<Item>) =>
    workJob(service, kind, { onEnd: () => wake(), onFault: (error) => onFault(kind.name, error) })
  const verifierJobs = (): readonly Job[] => [
    { name: 'changes', every: BEGIN_EVERY, run: () => beginChanges(service) },
    worked(verifierWorkKind(service)),
  ]
  const jobs: readonly Job[] = [
    worked(deliveriesKind({ send: (shipment) => send(shipment, sending), metrics })),
    worked(dueSessionsKind(service)),
    ...(service.verifiers.remotes.length > 0 ? verifierJobs() : []),
    {
      name: 'forget',
      every: FORGET_EVERY,
      run: () => service.write({ livemode: false, principal: SERVICE }, forgetOld),
    },
    {
      name: 'session_counts',
      every: GATHER_EVERY,
      run: () => service.write({ livemode: false, principal: SERVICE }, ({ tx }) => tx.sessionCounts.gather()),
    },
    {
      name: 'audit_log',
      every: FORGET_EVERY,
      run: () => service.write({ livemode: false, principal: SERVICE }, forgetAudit),
    },
    { name: 'ending_keys', every: ENDING_KEYS_EVERY, run: () => tellEndingKeys(service) },
  ]
  const bells = new Map(jobs.map((job) => [job, bell()]))
  let isClosing = false
  let running: Promise<unknown> = Promise.resolve()

  function wake(): void {
    for (const [{ every }, { ring }] of bells) if (every === undefined || isClosing) ring()
  }

  async function repeat(job: Job): Promise<void> {
    let failures = 0
    // Rare jobs wait first, so that urgent ones go first when a process starts.
    if (job.every !== undefined) await bells.get(job)?.wait(job.every)
    while (!isClosing) {
      let wait = job.every ?? POLL
      const begun = performance.now()
      const tell = (result: 'done' | 'failed') =>
        metrics?.jobEnded(job.name, result, (performance.now() - begun) / 1000)
      try {
        if (await job.run()) wait = 0
        tell('done')
        failures = 0
      } catch (error) {
        tell('failed')
        onFault(job.name, error)
        failures += 1
        wait = Math.min(POLL * 2 ** failures, LONGEST_BACKOFF)
      }
      if (wait > 0 && !isClosing) await bells.get(job)?.wait(wait)
    }
  }

  return {
    start() {
      running = Promise.all(jobs.map(repeat))
    },
    wake,
    async runOnce() {
      for (const job of jobs) {
        let hasMore = true
        while (hasMore) {
          hasMore = await job.run()
          await job.settled?.()
        }
      }
    },
    async close() {
      isClosing = true
      wake()
      const ended = running.then(() => Promise.all(jobs.map((job) => job.settled?.())))
      await Promise.race([ended, sleep(CLOSE_PATIENCE, undefined, { ref: false })])
    },
  }
}
