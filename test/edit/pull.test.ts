import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { driftLeft } from '../../src/edit/drift-left.js'
import { definitionOf } from '../../src/edit/edit-definition.js'
import { editProject, type FileEdit, type FlowTarget } from '../../src/edit/edit-project.js'
import { promote } from '../../src/edit/promote.js'
import { type PullOptions, pull } from '../../src/edit/pull.js'
import { configIn } from '../../src/model/flow.js'
import type { DesiredFlow, ObservedState } from '../../src/model/state.js'
import { diff } from '../../src/plan/diff.js'
import { afterApply } from '../helpers/after-apply.js'
import { KEYS, observedState } from '../helpers/arbitraries.js'
import { aConfig, actions, observed, PROJECT, planOf, state } from '../helpers/builders.js'
import { ALONE, definitionText, ENVIRONMENTS, MODES } from '../helpers/definition-texts.js'
import { runs } from '../helpers/runs.js'

type Files = ReadonlyMap<string, string>

/** Definitions as files of a project. */
const files: fc.Arbitrary<Files> = fc
  .record({ keys: fc.subarray([...KEYS]), texts: fc.array(definitionText, { minLength: 6, maxLength: 6 }) })
  .map(({ keys, texts }) => new Map(keys.map((key, index) => [`flows/${key}.yaml`, texts[index]?.text ?? ''])))

function desiredOf(all: Files, environment: string): DesiredFlow[] {
  return [...all].map(([file, text]) => {
    const definition = definitionOf(file, text, MODES)
    const key = file.slice('flows/'.length, -'.yaml'.length)
    return { key, file, renamedFrom: definition.renamed_from ?? null, config: configIn(definition, environment, ALONE) }
  })
}

function editsOf(all: Files, environment: string, targets: readonly FlowTarget[], before?: ObservedState): FileEdit[] {
  const definitions = desiredOf(all, environment)
  return editProject(
    {
      definitions,
      text: (file) => all.get(file) ?? '',
      folder: 'flows',
      schemaFor: () => undefined,
      environment,
      environments: MODES,
      keysInUse: new Set(before?.flows.map(({ key }) => key)),
    },
    targets,
  )
}

function written(all: Files, edits: readonly FileEdit[]): Files {
  const after = new Map(all)
  for (const edit of edits) {
    if (edit.kind === 'rename') after.delete(edit.previousFile)
    if (edit.kind === 'remove') after.delete(edit.file)
    else after.set(edit.file, edit.text)
  }
  return after
}

const RUNS = runs(25)
const ALL: PullOptions = { project: PROJECT, keys: [], all: true }

describe('laws of pull, import and promote', () => {
  test('after pulling all there is nothing to plan but flows that are not there and flows that nobody manages', () => {
    fc.assert(
      fc.property(files, observedState, fc.constantFrom(...ENVIRONMENTS), (before, seen, environment) => {
        const { targets, exchanged } = pull(desiredOf(before, environment), seen, ALL)
        if (exchanged.length > 0) return // nothing is written
        const after = written(before, editsOf(before, environment, targets, seen))
        const plan = planOf(desiredOf(after, environment), seen, { environment })
        expect(plan.conflicts.filter(({ code }) => code === 'KEY_OF_OTHER_FLOW')).toEqual([])
        expect(plan.changes.map(({ action }) => action).filter((one) => one !== 'create' && one !== 'adopt')).toEqual(
          [],
        )
        expect(pull(desiredOf(after, environment), seen, ALL).targets).toEqual([])
        for (const other of ENVIRONMENTS) {
          if (other === environment) continue
          const were = new Map(desiredOf(before, other).map(({ file, config }) => [file, config]))
          for (const { file, config } of desiredOf(after, other)) {
            if (were.has(file)) expect(config).toEqual(were.get(file))
          }
        }
      }),
      RUNS,
    )
  })

  test('after pulling the drift nothing is left of it but what has a reason', () => {
    fc.assert(
      fc.property(files, observedState, (before, seen) => {
        const drift = { ...ALL, all: false }
        const { targets, exchanged } = pull(desiredOf(before, 'live'), seen, drift)
        if (exchanged.length > 0) return
        const after = written(before, editsOf(before, 'live', targets, seen))
        expect(pull(desiredOf(after, 'live'), seen, drift).targets).toEqual([])
        const about = { project: PROJECT, environment: 'live' }
        const found = pull(desiredOf(before, 'live'), seen, drift)
        const left = driftLeft(desiredOf(before, 'live'), seen, found, about)
        expect(driftLeft(desiredOf(after, 'live'), seen, { targets: [], withheld: [] }, about)).toEqual(
          left.map((flow) => expect.objectContaining({ id: flow.id, left: flow.left })),
        )
        const archived = seen.flows.filter(({ status }) => status === 'archived').map(({ id }) => id)
        for (const { left: why, id, key, fields } of left) {
          if (why !== 'changed_in_both' || archived.includes(id)) continue
          const renamed = found.targets.find((target) => target.key === key)?.definition
          expect(found.kept.map((one) => one.key)).toContain(renamed ?? key)
          for (const { path, applied, defined } of fields) {
            // A type and its options for documents stay together.
            const isOfType = path === '/type' || path.startsWith('/options/document/')
            if (applied !== null && !isOfType) expect(defined).not.toEqual(applied)
          }
        }
      }),
      RUNS,
    )
  })

  test('after importing what nobody manages and adopting it there is nothing to plan', () => {
    fc.assert(
      fc.property(observedState, (seen) => {
        const unmanaged = planOf([], seen).unmanaged.map(({ key }) => key)
        const targets = seen.flows
          .filter(({ key }) => unmanaged.includes(key))
          .map(({ key, config }) => ({ key, config }))
        const imported = desiredOf(written(new Map(), editsOf(new Map(), 'live', targets, seen)), 'live')
        const alone = { ...seen, flows: seen.flows.filter(({ key }) => unmanaged.includes(key)) }
        const adopting = planOf(imported, alone)
        expect(adopting.changes.every(({ action, fields }) => action === 'adopt' && fields.length === 0)).toBe(true)
        expect(planOf(imported, afterApply(adopting, alone)).changes).toEqual([])
      }),
      RUNS,
    )
  })

  test('after promoting two environments differ in nothing but what was excepted, and each stays bound as it was', () => {
    fc.assert(
      fc.property(files, fc.constantFrom([], ['return_url', 'static_link']), (before, except) => {
        const was = new Map(desiredOf(before, 'live').map(({ key, config }) => [key, config.stripe_flow]))
        const targets = promote(desiredOf(before, 'test'), desiredOf(before, 'live'), except)
        const after = written(before, editsOf(before, 'live', targets))
        const live = new Map(desiredOf(after, 'live').map(({ key, config }) => [key, config]))
        for (const { key, config } of desiredOf(after, 'test')) {
          const fields = diff(config, live.get(key) ?? null).filter(({ path }) => path !== '/stripe_flow')
          const left = fields.map(({ path }) => path)
          expect(live.get(key)?.stripe_flow).toBe(was.get(key))
          expect(left.filter((path) => except.length === 0 || !/^\/(return_url|static_link\/)/.test(path))).toEqual([])
        }
        expect(desiredOf(after, 'test')).toEqual(desiredOf(before, 'test'))
      }),
      RUNS,
    )
  })
})

describe('pull', () => {
  const A = 'flows/a.yaml'
  const text = 'name: Flow\ntype: document\n'
  const pulled = (seen: ObservedState, more: Partial<PullOptions> = {}, all: Files = new Map([[A, text]])) => {
    const found = pull(desiredOf(all, 'live'), seen, { ...ALL, all: false, ...more })
    return { ...found, edits: editsOf(all, 'live', found.targets, seen) }
  }

  test('takes over what was edited outside git, and leaves what git changed', () => {
    const flow = observed('a', { name: 'Old', protected: true }, { applied: aConfig({ name: 'Old' }) })
    const { edits, kept } = pulled(state(flow))
    expect(edits).toMatchObject([{ kind: 'edit', text: `${text}environments:\n  live:\n    protected: true\n` }])
    expect(kept).toEqual([{ key: 'a', why: 'changed_in_git' }])
    expect(pulled(state(flow), { all: true }).edits).toMatchObject([
      { text: `${text}environments:\n  live:\n    name: Old\n    protected: true\n` },
    ])
  })

  test('a field that git changed and somebody edited outside git stays as git says, and is told; --all takes the service', () => {
    const named: Files = new Map([[A, 'name: From git\ntype: document\n']])
    const flow = observed('a', { name: 'Outside', protected: true }, { applied: aConfig({ name: 'Old' }) })
    const { edits, kept } = pulled(state(flow), {}, named)
    expect(edits).toMatchObject([
      { text: 'name: From git\ntype: document\nenvironments:\n  live:\n    protected: true\n' },
    ])
    expect(kept).toEqual([{ key: 'a', why: 'changed_in_both' }])
    expect(pulled(state(flow), { all: true }, named)).toMatchObject({
      kept: [],
      edits: [{ fields: [{ after: 'Outside' }, {}] }],
    })
    // Both changed it to the same: that is no difference.
    const agreed = observed('a', { name: 'From git' }, { applied: aConfig({ name: 'Old' }) })
    expect(pulled(state(agreed), {}, named)).toMatchObject({ edits: [], kept: [] })
  })

  test('so do the checks of another type, and what git has changed beside them; else the type takes its checks along', () => {
    const selfie: Files = new Map([[A, `${text}options: { document: { require_matching_selfie: true } }\n`]])
    const other = observed('a', { type: 'id_number', options: {}, protected: true }, { applied: aConfig() })
    expect(pulled(state(other), {}, selfie)).toMatchObject({
      edits: [{ fields: [{ path: '/protected' }] }],
      kept: [{ key: 'a', why: 'changed_in_both' }],
    })
    const renamed: Files = new Map([[A, 'name: From git\ntype: document\n']])
    const { edits } = pulled(state(other), {}, renamed)
    expect(desiredOf(written(renamed, edits), 'live')).toMatchObject([
      { config: { name: 'From git', type: 'id_number', protected: true } },
    ])
  })

  test('a flow that was archived outside git keeps a definition that git has changed since', () => {
    const flow = observed('a', {}, { status: 'archived', applied: aConfig({ name: 'Old' }) })
    expect(pulled(state(flow))).toMatchObject({ edits: [], kept: [{ key: 'a', why: 'changed_in_both' }] })
    expect(pulled(state(flow), { all: true }).edits).toMatchObject([{ kind: 'remove', file: A }])
  })

  test('an API key is left where it is, and named by its field; the rest of the flow is written', () => {
    const flow = observed(
      'a',
      { description: 'is rk_test_51Ab0123456789abcdefghijklmn', protected: true },
      { applied: aConfig() },
    )
    const found = pulled(
      state(flow, observed('b', { name: 'sk_live_51Ab0123456789abcdefghijklmn' }, { applied: null })),
      { keys: ['a', 'b'] },
    )
    expect(found.withheld).toEqual([
      { key: 'a', paths: ['/description'], isWhole: false },
      { key: 'b', paths: ['/name'], isWhole: true },
    ])
    expect(found.edits).toMatchObject([{ file: A, fields: [{ path: '/protected' }] }])
    const inName = observed(
      'a',
      { metadata: { sk_live_51Ab0123456789abcdefghijklmn: 'x', team: 'risk' } },
      { applied: aConfig() },
    )
    expect(pulled(state(inName))).toMatchObject({
      withheld: [{ key: 'a', paths: ['/metadata/sk_live_51Ab0123456789abcdefghijklmn'] }],
      edits: [{ fields: [{ path: '/metadata/team' }] }],
    })
  })

  test('a key that was changed outside git renames the file, and other environments follow', () => {
    const { edits } = pulled(state(observed('b', {}, { applied_key: 'a' })))
    expect(edits).toMatchObject([
      { kind: 'rename', previousFile: A, file: 'flows/b.yaml', text: `${text}renamed_from: a\n`, isFollowed: true },
    ])
  })

  test('nothing where keys were exchanged: each file would be filled with what belongs into the other', () => {
    const all: Files = new Map([
      [A, text],
      ['flows/b.yaml', text],
      ['flows/c.yaml', text],
    ])
    const swapped = [observed('b', {}, { id: 'vf_1', applied_key: 'a' }), observed('a', {}, { applied_key: 'b' })]
    const seen = state(...swapped, observed('c', { name: 'Edited' }, { applied: aConfig() }))
    expect(pulled(seen, {}, all).exchanged).toMatchObject([{ desired: { key: 'a' } }, { desired: { key: 'b' } }])
    expect(pulled(seen, { keys: ['b'] }, all).exchanged).toHaveLength(2)
    expect(pulled(seen, { keys: ['c'] }, all)).toMatchObject({ exchanged: [], edits: [{ file: 'flows/c.yaml' }] })
  })

  test('nothing that would leave two definitions to one flow', () => {
    const moved = observed('b', {}, { id: 'vf_1', applied_key: 'a' })
    const made = observed('a', {}, { applied: null, applied_key: null, applied_status: null })
    expect(pulled(state(moved, made), { all: true }, new Map()).exchanged).toMatchObject([{}, {}])
  })

  test('a flow that was archived outside git loses its definition; one that git brings back does not', () => {
    expect(pulled(state(observed('a', {}, { status: 'archived' }))).edits).toMatchObject([{ kind: 'remove', file: A }])
    const { edits, kept } = pulled(state(observed('a', {}, { status: 'archived', applied_status: 'archived' })))
    expect({ edits, kept }).toEqual({ edits: [], kept: [{ key: 'a', why: 'restored_in_git' }] })
  })

  test('a definition that git removed comes back only by name or with all', () => {
    const seen = state(observed('a'), observed('gone', { name: 'Gone', protected: true }))
    expect(pulled(seen)).toMatchObject({ edits: [], kept: [{ key: 'gone', why: 'removed_in_git' }] })
    const back = [{ kind: 'create', file: 'flows/gone.yaml', text: 'name: Gone\ntype: document\nprotected: true\n' }]
    expect(pulled(seen, { keys: ['gone'] }).edits).toMatchObject(back)
    expect(pulled(seen, { all: true }).edits).toMatchObject(back)
  })

  test('a key that is nowhere is told', () => {
    expect(pulled(state(observed('a')), { keys: ['a', 'z'] }).unknown).toEqual(['z'])
  })

  test('flows of others and flows that nobody manages are left alone', () => {
    const seen = state(observed('a', { name: 'X' }, { project: null, applied: null }))
    expect(pulled(seen, { all: true }).edits).toEqual([])
    expect(actions(planOf(desiredOf(new Map([[A, text]]), 'live'), seen))).toEqual(['adopt a'])
  })
})
