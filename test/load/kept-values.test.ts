import { describe, expect, test } from 'vitest'
import { KeptValues, linesOf } from '../../src/load/cache/kept-values.js'
import { sha256 } from '../../src/model/canonical.js'
import { MOSTLY_DIFFERENT, SharedParts } from '../../src/model/shared-parts.js'

describe('kept values', () => {
  test('come back by the hash of their file, each as a value of its own', () => {
    const values = new Map(Array.from({ length: 2_500 }, (_, n) => [sha256(`${n}`), { name: `ünï\n${n}`, n }]))
    const kept = new KeptValues(Buffer.concat([...linesOf('this program', values)]), 'this program')
    expect(kept.size).toBe(2_500)
    for (const [hash, value] of values) expect(kept.get(hash)).toEqual(value)
    const [first = ''] = values.keys()
    expect(kept.get(first)).not.toBe(kept.get(first))
    expect(kept.has(sha256('another'))).toBe(false)
    expect(() => kept.get(sha256('another'))).toThrow('no value')
  })

  test('of another program are none, and neither are those of no file', () => {
    const lines = Buffer.concat([...linesOf('this program', new Map([[sha256('a'), {}]]))])
    expect(new KeptValues(lines, 'another program').size).toBe(0)
    expect(new KeptValues(null, 'this program').size).toBe(0)
    expect(new KeptValues(Buffer.alloc(0), '').size).toBe(0)
  })
})

describe('shared parts', () => {
  const aFlow = () => ({ name: 'a name', return_url: '{}', options: { email: {} }, empty: {}, metadata: { a: 'b' } })

  test('are held once, but for those that mostly differ', () => {
    const parts = new SharedParts()
    const [one, other] = [aFlow(), aFlow()].map((flow) => parts.within(flow, MOSTLY_DIFFERENT))
    expect(other).toEqual(aFlow())
    expect(other?.options).toBe(one?.options)
    expect(other?.metadata).not.toBe(one?.metadata)
  })

  test('are equal to what was given, numbers that JSON has no word for included', () => {
    const numbers = [null, Number.NaN, Infinity, -Infinity, 0, -0]
    for (const wrap of [(n: unknown) => ({ n }), (n: unknown) => [1, n], (n: unknown) => ({ a: [{ n }, 'z'] })]) {
      const parts = new SharedParts()
      for (const number of [...numbers, ...numbers.toReversed()]) {
        expect(parts.within({ options: wrap(number) }, []).options).toStrictEqual(wrap(number))
      }
    }
  })

  test('leave alone what has no members', () => {
    const parts = new SharedParts()
    for (const value of [null, 'text', 7, [{}], undefined]) expect(parts.within(value, [])).toEqual(value)
  })
})
