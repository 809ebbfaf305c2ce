import { describe, expect, test } from 'vitest'
import type { FlowVersion } from '../../src/model/resources.js'
import { blame } from '../../src/plan/blame.js'

const version = (number: number, ...changed: string[]) => ({ version: number, changed }) as unknown as FlowVersion

describe('blame', () => {
  test('names the version that last changed each field, and the first one for fields that never changed', () => {
    const search = blame(['/name', '/type', '/description'])
    for (const one of [version(4, '/name'), version(3, '/description', '/status'), version(2, '/name'), version(1)]) {
      expect(search.see(one)).toBe(false)
    }
    expect([...search.found()].map(([path, { version: number }]) => `${path} ${number}`).sort()).toEqual([
      '/description 3',
      '/name 4',
      '/type 1',
    ])
  })

  test('wants no older versions once it knows of every field', () => {
    const search = blame(['/name'])
    expect(search.see(version(9))).toBe(false)
    expect(search.see(version(8, '/name'))).toBe(true)
  })
})
