import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Parser } from 'yaml'
import { readPolicies } from '../../src/app/project/policies.js'
import { BUDGET } from '../../src/load/budget.js'
import { formatDefinition } from '../../src/load/format.js'
import { parse } from '../../src/load/parse.js'
import { SourceMap } from '../../src/load/source-map.js'
import { brief, faultsOf, projectAt, readAt, temporaryProject } from '../helpers/temporary-project.js'

/** Files that somebody could send in to keep a machine busy: `unit` so many `times` between `head` and `tail`. */
interface HostileFile {
  readonly title: string
  readonly head: string
  readonly unit: string
  readonly times: number
  readonly tail: string
}

const files = JSON.parse(readFileSync('test/cases/hostile/files.json', 'utf8')) as readonly HostileFile[]
const textOf = ({ head, unit, times, tail }: HostileFile) => head + unit.repeat(times) + tail

/** What the YAML library is given to do, in lexemes: it does about the same for each. */
const given = vi.spyOn(Parser.prototype, 'next')
afterEach(() => given.mockClear())

/** Three for each mark or line, and those around them: what a file in the budget can come to. */
const MOST_LEXEMES = 3 * (BUDGET.marks + BUDGET.lines)

describe('a file costs no more than one that fills the budget with ordinary lines', () => {
  test.each(files.map((file) => [file.title, file] as const))('%s', (_, file) => {
    const text = textOf(file)
    const { diagnostics } = parse('a.yaml', text)
    const isOver = diagnostics[0]?.code === 'FILE_TOO_LARGE'
    if (isOver) expect(given).not.toHaveBeenCalled()
    else expect(given.mock.calls.length).toBeLessThan(MOST_LEXEMES)
    new SourceMap(text).value('/name')
    formatDefinition('a.yaml', text)
    // Each of the two reads it again, and nothing reads it more than some times.
    if (isOver) expect(given.mock.calls.length).toBeLessThan(10)
    else expect(given.mock.calls.length).toBeLessThan(6 * MOST_LEXEMES)
  })
})

test('what is over the budget is one fault, where it goes over, in definitions, policies and the configuration', async () => {
  const lines = 'name: A\n'.repeat(BUDGET.lines)
  expect(faultsOf({ 'flows/a.yaml': lines })).toEqual([`flows/a.yaml:${BUDGET.lines}:8 FILE_TOO_LARGE`])
  const root = temporaryProject({ 'flows/a.yaml': 'name: A\ntype: document\n', 'policies/p.yaml': '['.repeat(60_000) })
  expect(readAt(root).diagnostics).toEqual([])
  expect((await readPolicies(projectAt(root))).diagnostics.map(brief)).toEqual([
    `policies/p.yaml:1:${BUDGET.depth + 1} FILE_TOO_LARGE`,
  ])
  expect(() => projectAt(temporaryProject({ 'flows.config.yaml': '{'.repeat(60_000) }))).toThrow('FILE_TOO_LARGE')
})

test('a definition with every field in ten environments, fifty metadata each, is within the budget', () => {
  const metadata = Array.from({ length: 50 }, (_, index) => `      key_${index}: "value ${index}"\n`).join('')
  const overlay = (name: string) =>
    `  ${name}:\n    name: A\n    options: { document: { allowed_types: [passport, id_card] }, phone: { require_verification: true } }\n    metadata:\n${metadata}`
  const names = Array.from({ length: 10 }, (_, index) => `e${index}`)
  const text = `name: A\ntype: document\nenvironments:\n${names.map(overlay).join('')}`
  expect(parse('a.yaml', text).diagnostics).toEqual([])
})
