import { describe, expect, test } from 'vitest'
import { idMaker, randomText } from '../../src/service/ids.js'

describe('ids', () => {
  test('are a prefix and 24 characters that every store orders alike', () => {
    expect(idMaker()('vf')).toMatch(/^vf_[0-9a-z]{24}$/)
  })

  test('grow, however many are made in a millisecond and whatever the clock does', () => {
    let now = 1_790_000_000_000
    const id = idMaker(() => now)
    const ids: string[] = []
    for (const step of [0, 1, -5000, 0, 3, -1]) {
      now += step
      for (let count = 0; count < 20_000; count += 1) ids.push(id('vf'))
    }
    expect(ids).toEqual([...ids].sort())
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('tell their time, so that those of several processes are in order too', () => {
    const early = idMaker(() => 1_790_000_000_000)('vf')
    const late = idMaker(() => 1_790_000_000_001)('vf')
    expect(early < late).toBe(true)
    expect(Number.parseInt(early.slice(3, 12), 36)).toBe(1_790_000_000_000)
  })

  test('random text uses all its characters equally', () => {
    const counts = new Map<string, number>()
    for (const character of randomText(36_000)) counts.set(character, (counts.get(character) ?? 0) + 1)
    expect(counts.size).toBe(36)
    expect(Math.min(...counts.values())).toBeGreaterThan(800)
    expect(Math.max(...counts.values())).toBeLessThan(1200)
  })
})
