import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'

/** Every text of the program, whole or as the parts of a template, with the place where it stands. */
const TEXTS = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .flatMap((name) => textsIn(join('src', name), readFileSync(join('src', name), 'utf8')))

interface Text {
  readonly place: string
  readonly text: string
}

function textsIn(file: string, source: string): Text[] {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true)
  const found: Text[] = []
  const visit = (node: ts.Node): void => {
    if (
      ts.isStringLiteralLike(node) ||
      ts.isTemplateHead(node) ||
      ts.isTemplateMiddle(node) ||
      ts.isTemplateTail(node)
    ) {
      const { line } = tree.getLineAndCharacterOfPosition(node.getStart())
      found.push({ place: `${file}:${line + 1}`, text: node.text })
    }
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return found
}

/** "is not a flow", never "is no flow"; "there is no flow" and "is no longer" are as people say it. */
const IS_NO = /(?<!\bthere )\b(?:is|are|was|were) no (?!longer\b|more\b)/i
/** The same where the text begins behind a value: `is ${...}`. */
const NO_PLAIN = /^no plain /i

describe('texts for people', () => {
  test('say "is not a", never "is no"', () => {
    expect(TEXTS.length).toBeGreaterThan(2_000)
    expect(TEXTS.filter(({ text }) => IS_NO.test(text) || NO_PLAIN.test(text))).toEqual([])
  })

  test.each([
    ['"says"', '"tells of"', /\btells? of\b/i],
    ['"none of them"', '"of which none"', /\bof which none\b/i],
    ['"its folder is not there"', '"in no folder that there is"', /\bin no \w+ that there is\b/i],
  ])('say %s, never %s', (_right, _wrong, pattern) => {
    expect(TEXTS.filter(({ text }) => pattern.test(text))).toEqual([])
  })
})

const SAMPLE = ['const a = `"$', '{b}" is no address`; // this is no fault'].join('')

test('the pattern finds what it is for, and leaves what is right', () => {
  const [found] = textsIn('a.ts', SAMPLE)
    .concat(textsIn('b.ts', "import c from 'is no path'"))
    .filter(({ text }) => IS_NO.test(text))
  expect(found).toEqual({ place: 'a.ts:1', text: '" is no address' })
  for (const right of ['there is no file', 'There are no changes', 'it is no longer there'])
    expect(right).not.toMatch(IS_NO)
})
