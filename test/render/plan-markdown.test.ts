import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { GuardResult, Plan } from '../../src/model/plan.js'
import { planMarkdown } from '../../src/render/plan/markdown.js'
import { flowConfig } from '../helpers/arbitraries.js'
import { desired, observed, planOf, state } from '../helpers/builders.js'

/** GitHub's limit, less what a header and a status line take. */
const ROOM = 59_000
const HOSTILE = ['```', '</details>', '<details>', '| a |', '\n### x', '@everyone', '-->', '\u202e', '👍', '`````']

const size = (text: string) => Buffer.byteLength(text)

/** The lines outside of fences, or a failure where a fence stays open. */
function proseOf(markdown: string): string[] {
  let fence: string | undefined
  const prose = markdown.split('\n').filter((line) => {
    const run = /^(`{3,})(diff)?$/.exec(line)
    if (fence === undefined && run?.[2]) fence = run[1]
    else if (fence !== undefined && line === fence) fence = undefined
    else return fence === undefined
    return false
  })
  expect(fence).toBeUndefined()
  return prose
}

/** Changes that are there whole, and the number of those that are said to be left out. */
function countsOf(markdown: string, plan: Plan) {
  const prose = proseOf(markdown)
  const rows = prose.filter((line) => /^\| (create|update|rename|adopt|restore|archive) \|/.test(line)).length
  const opened = prose.filter((line) => line.startsWith('<details>')).length
  expect(prose.filter((line) => line === '</details>').length).toBe(opened)
  const told = /^\*\*(\d+) more changes? (?:is|are) not shown\*\*(?: \((\d+) of them not in the table either\))?/m.exec(
    markdown,
  )
  const left = Number(told?.[1] ?? 0)
  expect(rows).toBe(plan.changes.length - Number(told?.[2] ?? 0))
  return { opened, left }
}

function manyChanges(count: number, name: (index: number) => string): Plan {
  const flows = Array.from({ length: count }, (_, index) => `flow-${String(index).padStart(5, '0')}`)
  return planOf(
    flows.map((key, index) =>
      desired(key, { name: name(index), options: { email: { require_verification: index !== 7 } } }),
    ),
    state(...flows.map((key) => observed(key, { name: 'Before', options: { email: { require_verification: true } } }))),
  )
}

describe('a plan in Markdown', () => {
  test('fits into a comment, whatever is in it, and every change is shown whole or counted', () => {
    const text = fc
      .array(fc.oneof(fc.string({ maxLength: 200 }), fc.constantFrom(...HOSTILE)), { maxLength: 3 })
      .map((parts) => parts.join(''))
    const changes = fc.array(fc.record({ config: flowConfig, name: text, description: text }), { maxLength: 60 })
    fc.assert(
      fc.property(changes, fc.integer({ min: 20_000, max: ROOM }), (some, room) => {
        const plan = planOf(
          some.map(({ config, name, description }, index) => ({
            ...desired(`flow-${index}`),
            config: { ...config, name, description: description.repeat(20) },
          })),
          state(...some.map((_, index) => observed(`flow-${index}`))),
        )
        const markdown = planMarkdown(plan, room)
        expect(size(markdown)).toBeLessThanOrEqual(room)
        const { opened, left } = countsOf(markdown, plan)
        expect(opened + left).toBe(plan.changes.length)
      }),
      { numRuns: 60 },
    )
  })

  test('of ten thousand changes shows the most worrying, and counts the others', () => {
    const plan = manyChanges(10_000, (index) => `After ${index}`)
    const markdown = planMarkdown(plan)
    expect(size(markdown)).toBeLessThanOrEqual(ROOM)
    expect(size(markdown)).toBeGreaterThan(ROOM * 0.8)
    const { opened, left } = countsOf(markdown, plan)
    expect(opened).toBeGreaterThan(50)
    expect(opened + left).toBe(10_000)
    expect(markdown).toContain('10000 to update')
    expect(markdown).toContain('~ update <code>flow-00007</code></summary>')
    expect(markdown).toMatch(/\*\*warned\*\* by guard <code>weaken<\/code>/)
  })

  test('leaves out a change that is too large by itself, and shows those behind it', () => {
    const plan = manyChanges(3, (index) => (index === 1 ? 'x'.repeat(70_000) : `After ${index}`))
    const markdown = planMarkdown(plan)
    expect(countsOf(markdown, plan)).toEqual({ opened: 2, left: 1 })
    expect(markdown).toContain('**1 more change is not shown**: <code>flow-00001</code>. <code>flows plan</code> shows')
  })

  test('keeps guards, conflicts and unmanaged flows within bounds', () => {
    const keys = Array.from({ length: 10_000 }, (_, index) => `other-${index}`)
    const plan = planOf(
      [...keys.slice(0, 5_000).map((key) => desired(key)), desired('mine')],
      state(
        ...keys.slice(0, 5_000).map((key) => observed(key, {}, { project: 'other' })),
        ...keys.slice(5_000).map((key) => observed(key, {}, { project: null })),
      ),
    )
    const long: GuardResult = { guard: 'weaken', status: 'blocked', keys: [], message: '\u0007|`'.repeat(5_000) }
    const markdown = planMarkdown({ ...plan, guards: Array.from({ length: 8 }, () => long) })
    expect(size(markdown)).toBeLessThanOrEqual(ROOM)
    expect(markdown).toContain('4995 more definitions cannot be carried out')
    expect(markdown).toContain('and 4980 more')
    expect(countsOf(markdown, plan)).toEqual({ opened: 1, left: 0 })
  })
})
