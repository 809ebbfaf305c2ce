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

  test('come after the one that is given, whoever made it, and so do those that follow', () => {
    const ahead = idMaker(() => 1_790_000_300_000)
    const id = idMaker(() => 1_790_000_000_000)
    let before = ahead('whd')
    for (let count = 0; count < 50_000; count += 1) before = ahead('evt')
    const next = [id('evt', before), id('whd'), id('evt', 'evt_1')].map((one) => one.split('_')[1] ?? '')
    expect([before.split('_')[1], ...next]).toEqual([before.split('_')[1], ...next].sort())
    expect(new Set(next.map((one) => one.slice(0, 12))).size).toBe(3)
    expect(next[0]?.slice(0, 12)).not.toBe(before.slice(4, 16))
  })

  test('random text uses all its characters equally', () => {
    const counts = new Map<string, number>()
    for (const character of randomText(36_000)) counts.set(character, (counts.get(character) ?? 0) + 1)
    expect(counts.size).toBe(36)
    expect(Math.min(...counts.values())).toBeGreaterThan(800)
    expect(Math.max(...counts.values())).toBeLessThan(1200)
  })
})
