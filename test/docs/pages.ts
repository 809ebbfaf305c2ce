import { existsSync, readdirSync, readFileSync } from 'node:fs'

/** Every page that people read, from the root of the repository. */
export const PAGES: readonly string[] = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md'],
  ...['src/README.md'].filter((file) => existsSync(file)),
  ...['docs', 'src/terraform/docs'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.md'))
      .map((file) => `${folder}/${file.replaceAll('\\', '/')}`),
  ),
].sort()

/** A fence of a page: its text without the marks, and the numbers of its first and last line of text, from 0. */
export interface Fence {
  readonly kind: string
  readonly text: string
  readonly first: number
  readonly last: number
}

/** What a test is told by a page, in a comment that readers do not see: `<!-- test: ... -->`. */
export interface Note {
  readonly note: string
  readonly first: number
}

/** Fences and notes of a page, in its order. */
export function partsOf(page: string): (Fence | Note)[] {
  const lines = readFileSync(page, 'utf8').split('\n')
  const parts: (Fence | Note)[] = []
  for (let at = 0; at < lines.length; at += 1) {
    const note = /^<!-- test: (.*) -->$/.exec(lines[at] ?? '')?.[1]
    if (note !== undefined) parts.push({ note, first: at })
    const kind = /^```(.*)$/.exec(lines[at] ?? '')?.[1]
    if (kind === undefined) continue
    const first = at + 1
    at = lines.indexOf('```', first)
    if (at === -1) throw new Error(`${page}:${first}: the fence has no end`)
    parts.push({ kind, text: lines.slice(first, at).join('\n'), first, last: at - 1 })
  }
  return parts
}

export function isFence(part: Fence | Note): part is Fence {
  return 'kind' in part
}

/** The page without its fences and spans of code: prose, where links and headings are. */
export function proseOf(page: string): string {
  return readFileSync(page, 'utf8')
    .replaceAll(/^```[\s\S]*?^```$/gm, '')
    .replaceAll(/<!--[\s\S]*?-->/g, '')
}

/** The anchors of a page, as GitHub makes them of headings. */
export function anchorsOf(page: string): Set<string> {
  const anchors = new Set<string>()
  for (const [, heading = ''] of proseOf(page).matchAll(/^#+ (.*)$/gm)) {
    const plain = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
    const slug = plain.replaceAll(/[^\p{L}\p{N}\p{M} _-]/gu, '').replaceAll(' ', '-')
    let name = slug
    for (let n = 1; anchors.has(name); n += 1) name = `${slug}-${n}`
    anchors.add(name)
  }
  return anchors
}
