import { describe, expect, test } from 'vitest'
import { planGithub } from '../../src/render/plan/github.js'
import { desired, observed, planOf, state } from '../helpers/builders.js'

const selfie = (on: boolean) => ({ options: { document: { require_matching_selfie: on } } })

/** Plans know lines only after they were looked up in the files. */
function withLines(plan: ReturnType<typeof planOf>, lines: Readonly<Record<string, number>>) {
  return {
    ...plan,
    changes: plan.changes.map((change) => ({
      ...change,
      fields: change.fields.map((field) => ({ ...field, line: lines[field.path] ?? null })),
    })),
  }
}

describe('annotations of a plan', () => {
  test('stand on the changed lines: a warning where it weakens, a notice elsewhere', () => {
    const plan = planOf(
      [desired('a', { ...selfie(false), name: 'After' })],
      state(observed('a', { ...selfie(true), name: 'Before' })),
    )
    const lines = { '/name': 1, '/options/document/require_matching_selfie': 5 }
    expect(planGithub(withLines(plan, lines), 'kyc')).toBe(
      '::warning file=kyc/flows/a.yaml,line=5,title=update a::options.document.require_matching_selfie: true → false (selfie check switched off)\n' +
        '::notice file=kyc/flows/a.yaml,line=1,title=update a::name: "Before" → "After"\n',
    )
  })

  test('warn on every line of a blocked change', () => {
    const plan = planOf([desired('a', selfie(false))], state(observed('a', selfie(true))), {
      guards: { weaken: 'block' },
    })
    expect(planGithub(plan)).toMatch(/^::warning file=flows\/a.yaml,line=1,title=update a \(blocked\)::/)
  })

  test('tell new flows at the top of their file, and archived ones without a file', () => {
    const plan = planOf([desired('new')], state(observed('old', {}, { sessions_last_30_days: 5 })))
    expect(planGithub(plan)).toBe(
      '::warning title=archive old::archive, breaks callers, 5 sessions in 30 days%0Anew sessions from this flow will be refused\n' +
        '::notice file=flows/new.yaml,line=1,title=create new::create\n',
    )
  })

  test('name what cannot be carried out as an error', () => {
    const plan = planOf([desired('a')], state(observed('a', {}, { project: 'other' })))
    expect(planGithub(plan)).toMatch(/^::error file=flows\/a\.yaml,line=1,title=KEY_OF_OTHER_PROJECT::/)
  })

  test('are ten of a kind at most, the most worrying first, and the last counts the others', () => {
    const keys = Array.from({ length: 25 }, (_, index) => `flow-${String(index).padStart(2, '0')}`)
    const plan = planOf(
      keys.map((key, index) => desired(key, { ...selfie(index < 20), static_link: { active: true } })),
      state(...keys.map((key) => observed(key, selfie(true)))),
    )
    const lines = planGithub(plan).trimEnd().split('\n')
    expect(lines).toHaveLength(10)
    expect(lines.slice(0, 5).every((line) => line.includes('selfie check switched off'))).toBe(true)
    expect(lines[9]).toBe('::warning title=Flows plan::16 more warnings are in the plan itself')
  })

  test('let no name begin a command of its own', () => {
    const plan = planOf([desired('a', { name: 'x\n::error::y\r%0A,:' })], state(observed('a', { name: 'b' })))
    expect(planGithub(plan).trimEnd().split('\n')).toHaveLength(1)
    expect(planGithub(plan)).not.toContain('\r')
  })
})
