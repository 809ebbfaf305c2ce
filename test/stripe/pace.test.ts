import fc from 'fast-check'
import { expect, test } from 'vitest'
import { OutOfTurn, Pace } from '../../src/stripe/pace.js'

/** Time that passes only while everybody waits. */
function aClock() {
  let now = 0
  const waiting: { readonly at: number; readonly wake: () => void }[] = []
  return {
    now: () => now,
    sleep: (milliseconds: number) =>
      new Promise<void>((wake) => {
        waiting.push({ at: now + milliseconds, wake })
      }),
    async run(): Promise<void> {
      for (;;) {
        await new Promise(setImmediate)
        waiting.sort((a, b) => a.at - b.at)
        const next = waiting.shift()
        if (next === undefined) return
        now = Math.max(now, next.at)
        next.wake()
      }
    },
  }
}

const { signal } = new AbortController()

function mostInASecond(times: readonly number[]): number {
  return Math.max(0, ...times.map((start) => times.filter((time) => time >= start && time < start + 1000).length))
}

test('in no second are there more requests than the limits say, in all and to one endpoint', async () => {
  const endpoints = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 40 })
  await fc.assert(
    fc.asyncProperty(endpoints, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), async (all, n, m) => {
      const clock = aClock()
      const pace = new Pace({ perSecond: n, perEndpoint: m, patience: 1e9, clock })
      const sent: { readonly endpoint: string; readonly at: number }[] = []
      const turns = all.map((endpoint) =>
        pace.turn(endpoint, signal).then(() => sent.push({ endpoint, at: clock.now() })),
      )
      await clock.run()
      await Promise.all(turns)
      expect(sent).toHaveLength(all.length)
      expect(mostInASecond(sent.map(({ at }) => at))).toBeLessThanOrEqual(n)
      for (const name of ['a', 'b', 'c']) {
        const own = sent.filter(({ endpoint }) => endpoint === name).map(({ at }) => at)
        expect(mostInASecond(own)).toBeLessThanOrEqual(m)
      }
    }),
    { numRuns: 60 },
  )
})

test('an answer of 429 makes everybody wait, longer after the next one, until another answer comes', async () => {
  const clock = aClock()
  const pace = new Pace({ perSecond: 100, perEndpoint: 100, clock })
  const next = async () => {
    const turn = pace.turn('a', signal)
    await clock.run()
    await turn
    return clock.now()
  }
  pace.answered(429)
  expect(await next()).toBe(1000)
  pace.answered(429)
  expect(await next()).toBe(3000)
  pace.answered(429, 5)
  expect(await next()).toBe(8000)
  pace.answered(200)
  pace.answered(429)
  expect(await next()).toBe(9000)
})

test('a request that would wait too long is not sent, and it is said when there is a turn', async () => {
  const pace = new Pace({ perSecond: 1, perEndpoint: 1, patience: 500, clock: aClock() })
  await pace.turn('a', signal)
  await expect(pace.turn('a', signal)).rejects.toSatisfy(
    (error) => error instanceof OutOfTurn && error.retryAfter === 1,
  )
})
