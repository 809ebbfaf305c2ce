import { describe, expect, test } from 'vitest'
import type { FlowVersion } from '../../src/model/resources.js'
import type { DesiredFlow, ObservedFlow } from '../../src/model/state.js'
import { attribute, type DriftedFlow, driftOf } from '../../src/plan/drift.js'
import { aConfig, desired, observed, PROJECT, planOf, state } from '../helpers/builders.js'

const SELFIE = { options: { document: { require_matching_selfie: true } } }

/** What drifted between these definitions and flows. */
function drift(wanted: readonly DesiredFlow[], ...flows: ObservedFlow[]): DriftedFlow[] {
  const all = state(...flows)
  return driftOf(planOf(wanted, all), all, wanted)
}

/** "path applied -> observed (defined)" of every field. */
function fields(drifted: readonly DriftedFlow[]): string[] {
  const text = (value: unknown) => JSON.stringify(value)
  return drifted.flatMap((flow) =>
    flow.fields.map(({ path, applied, observed: now, defined }) => {
      return `${flow.key} ${path} ${text(applied)} -> ${text(now)} (${text(defined)})`
    }),
  )
}

function version(number: number, more: Partial<FlowVersion> = {}): FlowVersion {
  return {
    id: `vf_a:${number}`,
    object: 'identity.verification_flow_version',
    verification_flow: 'vf_a',
    version: number,
    action: 'update',
    key: 'a',
    project: PROJECT,
    status: 'active',
    changed: [],
    config: aConfig(),
    actor: `editor ${number}`,
    deployment: null,
    created: 1_790_000_000 + number,
    ...more,
  }
}

describe('drift is', () => {
  test('nothing where the flow is as it was deployed, whatever git says by now', () => {
    expect(drift([desired('a')], observed('a'))).toEqual([])
    expect(drift([desired('a', { name: 'New in git' })], observed('a'))).toEqual([])
    expect(drift([desired('new')])).toEqual([])
  })

  test('a field edited outside git, with what it did to the verification', () => {
    const [flow] = drift([desired('a', SELFIE)], observed('a', {}, { applied: aConfig(SELFIE), version: 2 }))
    expect(fields([flow as DriftedFlow])).toEqual(['a /options/document/require_matching_selfie true -> false (true)'])
    expect(flow).toMatchObject({ kind: 'edited', version: 2, by: 'ci', assurance: { effect: 'weakens' } })
  })

  test('none any more where git says the same: it was pulled', () => {
    const edited = observed('a', { name: 'Edited', description: 'Edited' }, { applied: aConfig() })
    expect(fields(drift([desired('a', { name: 'Edited', description: 'Edited' })], edited))).toEqual([])
    expect(fields(drift([desired('a', { name: 'Edited' })], edited))).toEqual([
      'a /description null -> "Edited" (null)',
    ])
  })

  test('all three values of a field that git changed too', () => {
    const edited = observed('a', { name: 'Edited' }, { applied: aConfig({ name: 'Deployed' }) })
    expect(fields(drift([desired('a', { name: 'In git' })], edited))).toEqual([
      'a /name "Deployed" -> "Edited" ("In git")',
    ])
  })

  test('a key changed outside git, unless git took it over', () => {
    const moved = observed('b', {}, { applied_key: 'a' })
    expect(fields(drift([desired('a')], moved))).toEqual(['a /key "a" -> "b" ("a")'])
    expect(fields(drift([desired('b')], moved))).toEqual([])
  })

  test('both keys where two flows were exchanged outside git, and whatever else differs from their own definitions', () => {
    const wanted = [desired('one', { name: 'One' }), desired('two', { name: 'Two' })]
    const first = observed('two', { name: 'One' }, { id: 'vf_1', applied_key: 'one' })
    const second = observed('one', { name: 'Edited' }, { applied: aConfig({ name: 'Two' }), applied_key: 'two' })
    expect(fields(drift(wanted, first, { ...second, id: 'vf_2' }))).toEqual([
      'one /key "one" -> "two" ("one")',
      'two /key "two" -> "one" ("two")',
      'two /name "Two" -> "Edited" ("Two")',
    ])
  })

  test('told of every flow that a conflict keeps a plan from touching', () => {
    const edited = (key: string, from: string, id: string) =>
      observed(key, { name: 'Edited' }, { id, applied: aConfig(), applied_key: from })
    const passedOn = [edited('x', 'one', 'vf_1'), observed('one', {}, { id: 'vf_2', applied_key: 'two' })]
    expect(fields(drift([desired('one'), desired('two')], ...passedOn))).toEqual([
      'one /key "one" -> "x" ("one")',
      'one /name "Flow" -> "Edited" ("Flow")',
      'two /key "two" -> "one" ("two")',
    ])
    const renamed = [edited('old', 'old', 'vf_1'), edited('new', 'new', 'vf_2')]
    expect(fields(drift([desired('new', {}, 'old')], ...renamed))).toEqual([
      'new /name "Flow" -> "Edited" ("Flow")',
      'old /name "Flow" -> "Edited" ("Flow")',
    ])
    const made = observed('one', { name: 'Made' }, { id: 'vf_2', applied: null, applied_key: null })
    expect(drift([desired('one')], edited('x', 'one', 'vf_1'), made)).toMatchObject([
      { id: 'vf_1', kind: 'edited' },
      { id: 'vf_2', kind: 'created' },
    ])
  })

  test('a flow given to another project outside git', () => {
    const given = observed('a', { name: 'Edited' }, { project: 'other', applied: aConfig() })
    const [flow] = drift([desired('a')], given)
    expect(fields([flow as DriftedFlow])).toEqual([
      `a /project "${PROJECT}" -> "other" ("${PROJECT}")`,
      'a /name "Flow" -> "Edited" ("Flow")',
    ])
    const ours = [version(2, { project: 'other', changed: ['/project'] }), version(1, { deployment: 'vfd_1' })]
    expect(attribute(flow as DriftedFlow, ours, PROJECT)).toMatchObject({ kind: 'released' })
    const theirs = ours.map((one) => ({ ...one, project: 'other' }))
    expect(attribute(flow as DriftedFlow, theirs, PROJECT), 'it was never ours').toBeNull()
  })

  test('a flow archived or restored outside git', () => {
    const archived = observed('a', {}, { status: 'archived' })
    expect(fields(drift([desired('a')], archived))).toEqual(['a /status "active" -> "archived" ("active")'])
    expect(drift([], archived)).toEqual([])
    const restored = observed('a', {}, { applied_status: 'archived' })
    expect(fields(drift([], restored))).toEqual(['a /status "archived" -> "active" ("archived")'])
  })

  test('an edit of a flow whose definition is gone, which apply would archive', () => {
    const [flow] = drift([], observed('a', { name: 'Edited' }, { applied: aConfig() }))
    expect(flow).toMatchObject({ source: null, fields: [{ path: '/name', defined: null, line: null }] })
  })

  test('a flow that was created outside git in this project, unless git says the same', () => {
    const made = observed('a', { name: 'Made' }, { applied: null, applied_status: null, applied_key: null })
    expect(drift([], made)).toMatchObject([{ key: 'a', kind: 'created', source: null, fields: [] }])
    expect(fields(drift([desired('a')], made))).toEqual(['a /name null -> "Made" ("Flow")'])
    expect(drift([desired('a', { name: 'Made' })], made)).toEqual([])
  })

  test('a flow taken out of the project outside git', () => {
    const released = observed('a', { name: 'Edited' }, { project: null, applied: aConfig() })
    const [flow] = drift([desired('a')], released)
    expect(fields([flow as DriftedFlow])).toEqual([
      `a /project "${PROJECT}" -> null ("${PROJECT}")`,
      'a /name "Flow" -> "Edited" ("Flow")',
    ])
    const ours = [version(2, { project: null, changed: ['/project'] }), version(1, { deployment: 'vfd_1' })]
    expect(attribute(flow as DriftedFlow, ours, PROJECT)).not.toBeNull()
    const theirs = ours.map((one) => ({ ...one, ...(one.version === 1 && { project: 'other' }) }))
    expect(attribute(flow as DriftedFlow, theirs, PROJECT), 'it is there to be adopted').toBeNull()
  })

  test('never of another project, and never of flows that nobody deployed', () => {
    expect(drift([], observed('a', {}, { project: 'other', applied: aConfig({ name: 'x' }) }))).toEqual([])
    expect(drift([desired('a')], observed('a', { name: 'x' }, { project: null, applied: null }))).toEqual([])
  })
})

test('each field names who edited it last, and when; not who edited others', () => {
  const [flow] = drift(
    [desired('a')],
    observed('a', { name: 'Edited', description: 'Edited' }, { applied: aConfig(), version: 5 }),
  )
  const since = [
    version(5, { changed: ['/description'] }),
    version(4, { changed: ['/name'] }),
    version(3, { changed: ['/name', '/description'] }),
    version(2, { deployment: 'vfd_1', actor: 'ci', changed: ['/name'] }),
  ]
  expect(attribute(flow as DriftedFlow, since, PROJECT)?.fields).toMatchObject([
    { path: '/name', by: 'editor 4', version: 4, at: 1_790_000_004 },
    { path: '/description', by: 'editor 5', version: 5 },
  ])
})
