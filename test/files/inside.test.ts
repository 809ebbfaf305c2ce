import { renameSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { removeLeftovers } from '../../src/app/project/write-file.js'
import { followed, followedIfInside, LinkOutside, textInside } from '../../src/files/inside.js'
import { readBounded } from '../../src/load/discover.js'
import { aFolder } from '../helpers/cli.js'

test('a folder that became a link after its files were listed gives nothing of what it leads to', () => {
  const root = aFolder({ 'flows/a.yaml': 'mine' })
  const outside = aFolder({ 'a.yaml': 'precious' })
  expect(readBounded(root, 'flows/a.yaml')).toHaveProperty('bytes', Buffer.from('mine'))
  renameSync(join(root, 'flows'), join(root, 'old'))
  symlinkSync(outside, join(root, 'flows'))
  expect(readBounded(root, 'flows/a.yaml')).toHaveProperty('fault.code', 'LINK_OUTSIDE')
  expect(() => textInside(root, 'flows/a.yaml')).toThrow(LinkOutside)
})

test('a path that somebody names outside of the project is theirs; one inside of it leads into it', () => {
  const root = aFolder({ 'a/b.txt': '' })
  const outside = aFolder({ 'plan.json': '' })
  symlinkSync(outside, join(root, 'away'))
  symlinkSync(root, join(outside, 'home'))
  symlinkSync('a', join(root, 'here'))
  expect(followedIfInside(root, join(outside, 'plan.json'))).toBe(join(outside, 'plan.json'))
  expect(followedIfInside(root, join(outside, 'new/plan.json'))).toBe(join(outside, 'new/plan.json'))
  expect(followedIfInside(root, join(root, 'here/new.txt'))).toBe(join(root, 'a/new.txt'))
  expect(followedIfInside(root, join(outside, 'home/here/b.txt'))).toBe(join(root, 'a/b.txt'))
  for (const path of [join(root, 'away/plan.json'), join(root, 'away/new'), join(outside, 'home/away/plan.json')])
    expect(() => followedIfInside(root, path)).toThrow(LinkOutside)
  expect(() => followed(root, 'away')).toThrow(LinkOutside)
  expect(() => followed(`${root}/a`, '../a/../away')).toThrow(LinkOutside)
})

test('what killed runs left behind is looked for without following links, which would never end', () => {
  const root = aFolder({ 'flows/deep/a.yaml': '' })
  for (const name of ['one', 'two', 'three']) symlinkSync('.', join(root, 'flows', name))
  removeLeftovers(join(root, 'flows'))
})
