import { expect, test } from 'vitest'
import { clip, exactJson, printableJson } from '../../src/text/text.js'

const KEY = `sk_live_${'a1B2'.repeat(8)}`

test('a text that is cut short keeps no part of an API key', () => {
  for (let most = 10; most < 60; most += 1) expect(clip(`the key ${KEY} stands here`, most)).not.toContain('a1B2')
  expect(clip('sk_live_onboarding', 40)).toBe('sk_live_onboarding')
})

test('JSON that is read back is the very value, however it looks; JSON that is shown hides keys', () => {
  const value = { key: KEY, hidden: 'a\u202eb\u0007', flow: 'sk_live_onboarding' }
  expect(JSON.parse(exactJson(value))).toEqual(value)
  for (const hidden of ['\u202e', '\u0007']) expect(exactJson(value)).not.toContain(hidden)
  expect(JSON.parse(printableJson(value))).toEqual({ ...value, key: 'sk_live_...' })
})
