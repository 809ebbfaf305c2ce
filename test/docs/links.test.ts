import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, test } from 'vitest'
import { anchorsOf, PAGES, proseOf } from './pages.js'

describe('every link within the repository leads somewhere', () => {
  test.each(PAGES)('%s', (page) => {
    expect(targetsOf(page).filter((target) => !leadsSomewhere(page, target))).toEqual([])
  })

  test('a page that is gone and a heading that is gone are noticed', () => {
    expect(leadsSomewhere('README.md', 'docs/none.md')).toBe(false)
    expect(leadsSomewhere('README.md', 'docs/concepts.md#none')).toBe(false)
    expect(leadsSomewhere('README.md', '../outside.md')).toBe(false)
  })
})

describe('every page is found', () => {
  test('from README.md, by links', () => {
    const found = new Set(['README.md'])
    for (const page of found) {
      for (const target of targetsOf(page)) {
        const file = fileOf(page, target)
        if (PAGES.includes(file)) found.add(file)
      }
    }
    expect(PAGES.filter((page) => !found.has(page))).toEqual([])
  })
})

test('README.md is short enough to be read', () => {
  // The map of folders, its last section, is for who builds this.
  const [shown = ''] = readFileSync('README.md', 'utf8').split('\n## Folders')
  expect(shown.split('\n').length).toBeLessThanOrEqual(150)
})

/** Where the links of a page lead, but for those out of the repository. */
function targetsOf(page: string): string[] {
  return [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
}

function fileOf(page: string, target: string): string {
  const [path = ''] = target.split('#')
  const file = path === '' ? page : normalize(join(dirname(page), path)).replaceAll('\\', '/')
  // A folder shows its README.md.
  const shown = join(file, 'README.md')
  return existsSync(shown) ? shown : file
}

function leadsSomewhere(page: string, target: string): boolean {
  const file = fileOf(page, target)
  if (file.startsWith('..') || !existsSync(file)) return false
  const [, anchor] = target.split('#')
  return anchor === undefined || (statSync(file).isFile() && anchorsOf(file).has(anchor))
}
