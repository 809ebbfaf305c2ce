import { expect, test } from 'vitest'
import { nearest } from '../../src/text/nearest.js'

const TYPES = ['driving_license', 'id_card', 'passport']

test.each([
  ['pasport', 'passport'],
  ['PASSPORT', 'passport'],
  ['passprot', 'passport'],
  ['id-card', 'id_card'],
  ['idCard', 'id_card'],
  ['drivers_license', 'driving_license'],
])('%s means %s', (word, meant) => {
  expect(nearest(word, TYPES)).toBe(meant)
})

test.each(['', 'visa', 'x', 'residence_permit', 'p'.repeat(1_000_000)])('nothing is near %.20s', (word) => {
  expect(nearest(word, TYPES)).toBeUndefined()
})
