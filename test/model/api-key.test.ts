import { describe, expect, test } from 'vitest'
import { hideApiKeys, looksLikeApiKey, secretIn, withoutApiKeysIn } from '../../src/model/api-key.js'

const RANDOM = 'a1B2c3D4e5F6a1B2c3D4e5F6'

describe('an API key', () => {
  test.each(['sk_test_', 'sk_live_', 'rk_test_', 'rk_live_', 'ek_test_', 'ek_live_'])(
    'that begins with %s is cut down to that wherever it stands',
    (prefix) => {
      expect(hideApiKeys(`of chore/rotate-${prefix}${RANDOM}, again`)).toBe(`of chore/rotate-${prefix}..., again`)
      expect(looksLikeApiKey(`"${prefix}${RANDOM}"`)).toBe(true)
    },
  )

  test('or a signing secret of webhooks is told by its kind, and cut down as well', () => {
    const secret = `whsec_${RANDOM}${RANDOM.slice(0, 8)}`
    expect(hideApiKeys(`signed by ${secret}, again`)).toBe('signed by whsec_..., again')
    expect(secretIn(`"${secret}"`)).toBe('a signing secret of webhooks')
    expect(secretIn(`"sk_test_${RANDOM}"`)).toBe('an API key')
  })

  test('is looked for at any depth, and data without one is the same data', () => {
    const without = { a: ['b', { c: 'sk_live_payouts' }], d: null }
    expect(withoutApiKeysIn(without)).toBe(without)
    const key = `sk_test_${RANDOM}`
    const found = withoutApiKeysIn({ ...without, e: [[{ [key]: 1 }, key]] })
    expect(found).toEqual({ ...without, e: [[{ 'sk_test_...': 1 }, 'sk_test_...']] })
    expect(found.a).toBe(without.a)
  })

  test.each([
    'whsec_payouts',
    `whsec_${RANDOM}${RANDOM.slice(0, 7)}`,
    `awhsec_${RANDOM}${RANDOM}`,
    'sk_live_onboarding',
    'sk_live_payouts',
    'sk_live_key2026',
    `sk_live_${RANDOM.slice(1)}`,
    `task_live_${RANDOM}`,
  ])('is not what is only called like one: %s', (name) => {
    expect(hideApiKeys(name)).toBe(name)
    expect(looksLikeApiKey(name)).toBe(false)
  })
})
