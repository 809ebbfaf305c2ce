import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fileDigest, type Plan, sealed } from '../../src/model/plan.js'
import { readPlanFile } from '../../src/validate/plan-file.js'
import { desiredFlows, observedState } from '../helpers/arbitraries.js'
import { desired, observed, planOf, state } from '../helpers/builders.js'

describe('a plan as JSON', () => {
  test('round-trips, and every plan fits the published schema', () => {
    fc.assert(
      fc.property(desiredFlows, observedState, (wanted, observed) => {
        const plan = planOf(wanted, observed)
        expect(readPlanFile(JSON.stringify(plan))).toEqual({ plan })
        expect(readPlanFile(JSON.stringify({ ...plan, exit_code: 2 }))).toEqual({ plan })
      }),
      { numRuns: 500 },
    )
  })

  test.each([
    ['no JSON', () => 'flows.plan', 'this is not a saved plan: it is not JSON'],
    ['another format', (plan: object) => JSON.stringify({ ...plan, format: 'other' }), 'this is not a saved plan'],
    ['an array', (plan: object) => JSON.stringify([plan]), 'this is not a saved plan'],
    ['a number', () => '7', 'this is not a saved plan'],
    ['a string', () => '"flows.plan"', 'this is not a saved plan'],
    ['null', () => 'null', 'this is not a saved plan'],
    ['an object without a format', () => '{}', 'this is not a saved plan'],
    ['another version', (plan: object) => JSON.stringify({ ...plan, format_version: '2.0' }), 'format version "2.0"'],
    ['an unknown member', (plan: object) => JSON.stringify({ ...plan, more: 1 }), 'additional properties'],
    ['another project', (plan: object) => JSON.stringify({ ...plan, project: 'other' }), '/digest'],
    ['a value that was edited', (plan: object) => JSON.stringify(plan).replaceAll('"Flow"', '"Evil"'), '/digest'],
  ])('is refused with a reason: %s', (_, tamper, reason) => {
    const read = readPlanFile(tamper(planOf([desired('a')], state())))
    expect('faults' in read && read.faults.join('\n')).toContain(reason)
    expect('faults' in read && read.faults.join('\n')).not.toContain('must be object')
  })
})

describe('a saved plan', () => {
  const selfie = { options: { document: { require_matching_selfie: true } } }
  const commit = { commit: 'c'.repeat(40), branch: 'main', dirty: true, pull_request: 7 }
  const saved = sealed(
    {
      ...planOf(
        [desired('a'), desired('b'), desired('theirs')],
        state(observed('a', selfie), observed('mine', {}, { project: null }), observed('theirs', {}, { project: 'x' })),
        { guards: { weaken: 'block' }, only: ['a', 'theirs'], address: 'https://flows.example.com' },
      ),
      source: commit,
    },
    ['weaken=a', 'weaken=a'],
  )

  test('reads as it was saved, and says what it is for', () => {
    expect(readPlanFile(JSON.stringify(saved, null, 2))).toEqual({ plan: saved })
    expect(saved).toMatchObject({
      service: { address: 'https://flows.example.com', store: 'store-1' },
      source: commit,
      allowed: ['weaken=a'],
      only: ['a', 'theirs'],
      left_out: 1,
      file_digest: fileDigest(saved),
    })
  })

  /** Every value in it, as a path. */
  function places(value: unknown, path: readonly string[] = []): string[][] {
    if (value === null || typeof value !== 'object') return [[...path]]
    return Object.entries(value).flatMap(([name, inner]) => places(inner, [...path, name]))
  }

  function altered(path: readonly string[]): unknown {
    const copy = structuredClone(saved) as unknown
    let at = copy as Record<string, unknown>
    for (const name of path.slice(0, -1)) at = at[name] as Record<string, unknown>
    const last = path.at(-1) ?? ''
    const was = at[last]
    at[last] =
      typeof was === 'boolean' ? !was : typeof was === 'number' ? was + 1 : typeof was === 'string' ? `${was}0` : 'text'
    return copy
  }

  test('is refused when any value in it was altered, one by one', () => {
    const all = places(saved)
    expect(all.length).toBeGreaterThan(60)
    for (const path of all) {
      const read = readPlanFile(JSON.stringify(altered(path)))
      expect('faults' in read && read.faults.length > 0, path.join('/')).toBe(true)
    }
  })

  test.each(Object.keys(saved).filter((name) => name !== 'file_digest') as (keyof Plan)[])(
    'is refused when %s was taken out',
    (name) => {
      const { [name]: _, ...rest } = saved
      expect(readPlanFile(JSON.stringify(rest))).toHaveProperty('faults')
    },
  )

  test.each([
    ['the environment', { environment: 'live' }],
    ['the mode', { livemode: true }],
    ['the service', { service: { address: 'https://flows.example.com', store: 'store-2' } }],
    ['what is allowed', { allowed: ['weaken'] }],
    ['the commit', { source: { ...commit, dirty: false } }],
    ['what the guards said', { guards: [] }],
    ['what was left out', { left_out: 0 }],
  ])('names the digest that does not fit when %s was altered', (_, change) => {
    const read = readPlanFile(JSON.stringify({ ...saved, ...change }))
    expect('faults' in read && read.faults.join()).toContain('/file_digest')
  })
})
