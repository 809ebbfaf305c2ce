import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { workJob } from '../../src/service/background/work-job.js'
import type { Service } from '../../src/service/operations/calls/call.js'
import type { WorkItem, WorkKind } from '../../src/service/operations/work/work-kind.js'

/** Nothing of it is asked for but that it runs what it is given. */
const service = {
  read: async (_caller: unknown, work: (call: unknown) => unknown) => work({}),
  write: async (_caller: unknown, work: (call: unknown) => unknown) => work({}),
} as unknown as Service

test('a backlog whose attempts end at once leaves everything else its turns', async () => {
  const backlog = 20_000
  let left = backlog
  let settled = 0
  const kind: WorkKind = {
    name: 'at once',
    most: 64,
    mostOfLane: 64,
    mostOfClaim: 32,
    hasDue: async () => left > 0,
    claim: async (_call, { limit }) => {
      const items: WorkItem[] = Array.from({ length: Math.min(limit, left) }, () => ({ livemode: false, lane: 'a' }))
      left -= items.length
      return { items, isEmpty: left === 0 }
    },
    perform: async () => ({
      settle: async () => {
        settled += 1
      },
    }),
  }
  let ring = () => {}
  const job = workJob(service, kind, {
    onEnd: () => ring(),
    onFault: (error) => {
      throw error
    },
  })
  const working = (async () => {
    while (left > 0) {
      const ended = new Promise<void>((done) => {
        ring = done
      })
      if (!(await job.run()) && left > 0) await ended
    }
    await job.settled?.()
  })()
  // A request that comes in gets its turn no later than a timer does.
  const before = settled
  await wait(1)
  expect(settled - before).toBeLessThan(backlog / 10)
  left = 0
  await working
})
