import { describe, expect, test } from 'vitest'
import { stores } from './stores.js'

describe.each(stores)('rate limits, on $name', (implementation) => {
  test('give what is left of a limit, and then nothing, to whoever asks', async () => {
    const { open } = await implementation.made()
    const [one, other] = [await open(), await open()]
    expect(await one.rateLimits.take('key:a', 10, 4, 10)).toBe(4)
    expect(await other.rateLimits.take('key:a', 10, 4, 10)).toBe(4)
    expect(await one.rateLimits.take('key:a', 10, 4, 10)).toBe(2)
    expect(await other.rateLimits.take('key:a', 10, 4, 10)).toBe(0)
  })

  test('begin anew in every window and for every scope', async () => {
    const { rateLimits } = await (await implementation.made()).open()
    for (const [scope, window] of [
      ['a', 1],
      ['a', 2],
      ['b', 1],
    ] as const) {
      expect(await rateLimits.take(scope, window, 3, 2)).toBe(2)
      expect(await rateLimits.take(scope, window, 3, 2)).toBe(0)
    }
  })

  test('give no more than the limit to many who ask at once', async () => {
    const { open } = await implementation.made()
    const asked = await Promise.all([await open(), await open(), await open()])
    const granted = await Promise.all(
      Array.from({ length: 60 }, (_, n) => asked[n % 3]?.rateLimits.take('a', 1, 1, 25) ?? 0),
    )
    expect(granted.reduce((sum, one) => sum + one, 0)).toBe(25)
  })

  test('are forgotten up to a time', async () => {
    const { rateLimits } = await (await implementation.made()).open()
    await rateLimits.take('a', 10, 1, 1)
    await rateLimits.take('a', 11, 1, 1)
    await rateLimits.forget(11)
    expect(await rateLimits.take('a', 10, 1, 1)).toBe(1)
    expect(await rateLimits.take('a', 11, 1, 1)).toBe(0)
  })

  test('are counted while somebody else holds the store for writing', async () => {
    const store = await (await implementation.made()).open()
    await store.write(async () => {
      expect(await store.rateLimits.take('a', 1, 1, 1)).toBe(1)
    })
  })
})
