import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { flowsProvider } from '../../src/terraform/provider.js'
import { attached } from './harness.js'

const FOLDER = 'src/terraform/docs'
const provider = flowsProvider({ env: {}, cwd: '.', source: async () => null })

const pages = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md'))
  .map((name) => name.replaceAll('\\', '/'))
  .sort()
const textOf = (page: string) => readFileSync(join(FOLDER, page), 'utf8')

describe('the documentation of the provider', () => {
  test('has a page for everything that there is, and no other', () => {
    const of = (folder: string, kinds: object) =>
      Object.keys(kinds).map((name) => `${folder}/${name.replace(/^flows_/, '')}.md`)
    expect(pages.filter((page) => !page.startsWith('guides/'))).toEqual(
      [
        'index.md',
        ...of('resources', provider.resources),
        ...of('data-sources', provider.dataSources),
        ...of('ephemeral-resources', provider.ephemeralResources),
      ].sort(),
    )
  })

  const examples = pages.flatMap((page) =>
    [...textOf(page).matchAll(/^```terraform\n(.*?)^```$/gms)].map(([, text = ''], index) => ({ page, text, index })),
  )

  test.each(examples)('example $index of $page is valid', async ({ text }) => {
    const workspace = attached(() => flowsProvider({ env: {}, cwd: '.', source: async () => null }), { config: text })
    // The harness names the provider itself.
    if (text.includes('required_providers')) workspace.write('', 'providers.tf')
    const { stdout } = await workspace.terraform('validate', '-json')
    expect(JSON.parse(stdout).diagnostics).toEqual([])
  })

  const links = pages.flatMap((page) =>
    [...textOf(page).matchAll(/\]\(([^)#:]+\.md)(?:#[^)]*)?\)/g)].map(([, to = '']) => ({ page, to })),
  )

  test.each(links)('the link from $page to $to leads somewhere', ({ page, to }) => {
    expect(pages).toContain(join(dirname(page), to))
  })
})
