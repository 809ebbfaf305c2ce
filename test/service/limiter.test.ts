import { describe, expect, test } from 'vitest'
import { LONGEST_WINDOW, limiter } from '../../src/service/operations/calls/limiter.js'
import type { RateLimits } from '../../src/store/rate-limits.js'
import { aService } from './serving.js'

/** Limiters of several processes over one store, and how often the store was asked. */
async function aLimiter(processes = 1) {
  const { store, clock } = await aService()
  clock.now = 1_790_000_040 // a multiple of 60
  const asked: string[] = []
  const forgotten: number[] = []
  const rateLimits: RateLimits = {
    take: (scope, ...rest) => {
      asked.push(scope)
      return store.rateLimits.take(scope, ...rest)
    },
    forget: (before) => {
      forgotten.push(before)
      return store.rateLimits.forget(before)
    },
  }
  const limiters = Array.from({ length: processes }, () => limiter({ rateLimits, now: () => clock.now }))
  return { limiters, clock, asked, forgotten, store }
}

async function granted(limiters: readonly ReturnType<typeof limiter>[], times: number, limit: number) {
  const permits = await Promise.all(
    Array.from({ length: times }, (_, n) => limiters[n % limiters.length]?.take('key:a', 1, limit)),
  )
  return permits.filter((permit) => permit?.ok).length
}

describe('a limiter', () => {
  test('grants exactly the limit in a window, and asks the store ten times for it', async () => {
    const { limiters, asked } = await aLimiter()
    expect(await granted(limiters, 250, 100)).toBe(100)
    expect(asked).toHaveLength(11)
    expect(await granted(limiters, 250, 100), 'what is used up is not asked for again').toBe(0)
    expect(asked).toHaveLength(11)
  })

  test('grants no more than the limit over several processes', async () => {
    const { limiters } = await aLimiter(4)
    expect(await granted(limiters, 1000, 100)).toBe(100)
    expect(await granted(limiters, 1000, 100)).toBe(0)
  })

  test.each([1, 3, 9, 10, 19])('keeps a limit of %i too', async (limit) => {
    const { limiters } = await aLimiter(2)
    expect(await granted(limiters, 100, limit)).toBe(limit)
  })

  test('says in how many seconds there is room again, and there is then', async () => {
    const {
      limiters: [one],
      clock,
    } = await aLimiter()
    await one?.take('link:a', 60, 1)
    clock.now += 20
    expect(await one?.take('link:a', 60, 1)).toEqual({ ok: false, retryAfter: 40 })
    clock.now += 40
    expect(await one?.take('link:a', 60, 1)).toEqual({ ok: true })
  })

  test('forgets old windows, in the store too', async () => {
    const {
      limiters: [one],
      clock,
      forgotten,
    } = await aLimiter()
    await one?.take('a', 1, 1)
    expect(forgotten).toEqual([])
    clock.now += 2 * LONGEST_WINDOW
    await one?.take('a', 1, 1)
    expect(forgotten).toEqual([clock.now - 2 * LONGEST_WINDOW])
  })

  test('keeps the limit of a scope that it has forgotten meanwhile, since the store knows', async () => {
    const { limiters, store, clock } = await aLimiter()
    expect(await granted(limiters, 1, 1)).toBe(1)
    const others: RateLimits = { ...store.rateLimits, take: async () => 1 }
    const mixed = limiter({
      rateLimits: {
        ...others,
        take: (scope, ...rest) => (scope === 'key:a' ? store.rateLimits : others).take(scope, ...rest),
      },
      now: () => clock.now,
    })
    expect(await mixed.take('key:a', 1, 1)).toMatchObject({ ok: false })
    for (let n = 0; n < 10_001; n += 1) await mixed.take(`address:${n}`, 60, 1)
    expect(await mixed.take('key:a', 1, 1)).toMatchObject({ ok: false })
  })

  test('lets through what the store cannot count, and tells why', async () => {
    const failures: unknown[] = []
    const failure = new Error('disk full')
    const rateLimits: RateLimits = { take: () => Promise.reject(failure), forget: async () => {} }
    const one = limiter({ rateLimits, now: () => 1, failed: (error) => failures.push(error) })
    expect(await one.take('a', 1, 1)).toEqual({ ok: true })
    expect(failures).toEqual([failure])
  })
})
