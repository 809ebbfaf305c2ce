import { expect, test } from 'vitest'
import { authorName } from '../../src/forge/author-name.js'

test.each([
  ["Anna-Lena O'Neil", "Anna-Lena O'Neil"],
  ['Ünal Ж. 山田', 'Ünal Ж. 山田'],
  ['/close #1: *Anna*! <b>\u202e\n', 'close 1 Anna b'],
  ['www.example.com', 'www example com'],
  ['anna@example.com', 'somebody'],
  ['Anna (anna＠example.com)', 'somebody'],
  ['@all', 'somebody'],
  [" .'-", 'somebody'],
])('of %j, git gets %j', (name, said) => {
  expect(authorName(name)).toBe(said)
})
