import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { aFolder } from '../helpers/cli.js'

let meanwhile = () => {}

// Files of tests share a process: what others have loaded already has the real one.
vi.resetModules()
vi.doMock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>()
  return {
    ...fs,
    // By then, makeCacheKey has seen that there is no key.
    mkdirSync: (...args: Parameters<typeof fs.mkdirSync>) => {
      meanwhile()
      return fs.mkdirSync(...args)
    },
  }
})
const { makeCacheKey, readCacheKey } = await import('../../src/load/cache/cache-key.js')

describe('the key of the cache', () => {
  let file = ''

  beforeEach(() => {
    const home = aFolder({ 'verification-flows/other': '' })
    vi.stubEnv('XDG_CACHE_HOME', home)
    file = join(home, 'verification-flows/key')
  })
  afterAll(() => {
    vi.doUnmock('node:fs')
    vi.resetModules()
  })
  afterEach(() => {
    meanwhile = () => {}
    vi.unstubAllEnvs()
  })

  test('is made once, and leaves no temporary file', () => {
    const made = makeCacheKey()
    expect(makeCacheKey()).toEqual(made)
    expect(readCacheKey()).toEqual(made)
    expect(readdirSync(join(file, '..')).sort()).toEqual(['key', 'other'])
  })

  test('that another run makes at the same time is kept and used', () => {
    const other = Buffer.alloc(32, 7)
    meanwhile = () => writeFileSync(file, other)
    expect(makeCacheKey()).toEqual(other)
    expect(readFileSync(file)).toEqual(other)
  })

  test('that is damaged is replaced', () => {
    writeFileSync(file, 'short')
    const made = makeCacheKey()
    expect(made).toHaveLength(32)
    expect(readCacheKey()).toEqual(made)
  })
})
