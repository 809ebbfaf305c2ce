import { describe, expect, test } from 'vitest'
import type { ObservedFlow } from '../../src/model/state.js'
import { aConfig, actions, desired, observed, planOf, state } from '../helpers/builders.js'

const selfie = { options: { document: { require_matching_selfie: true } } }

describe('what a plan does with a flow', () => {
  test('a definition without a flow is planned as create', () => {
    expect(actions(planOf([desired('new')], state()))).toEqual(['create new'])
  })

  test('a flow that differs from its definition is planned as update, with the fields that differ', () => {
    const plan = planOf([desired('a', { ...selfie, name: 'New' })], state(observed('a', { name: 'Old' })))
    expect(actions(plan)).toEqual(['update a'])
    expect(plan.changes[0]?.fields).toMatchObject([
      { path: '/name', before: 'Old', after: 'New', origin: 'config' },
      { path: '/options/document/require_matching_selfie', before: false, after: true, origin: 'config' },
    ])
  })

  test('a flow that is as defined is counted, not listed', () => {
    const plan = planOf([desired('a', selfie)], state(observed('a', selfie)))
    expect(plan.changes).toEqual([])
    expect(plan.summary.noop).toBe(1)
  })

  test('a flow whose file is gone is planned as archive', () => {
    expect(actions(planOf([], state(observed('old'))))).toEqual(['archive old'])
  })

  test('an archived flow whose file is gone needs nothing', () => {
    expect(actions(planOf([], state(observed('old', {}, { status: 'archived' }))))).toEqual([])
  })

  test('an archived flow whose file is back is planned as restore', () => {
    const plan = planOf([desired('back')], state(observed('back', {}, { status: 'archived' })))
    expect(actions(plan)).toEqual(['restore back'])
    expect(plan.changes[0]?.id).toBe('vf_back')
  })

  test('an unmanaged flow with the same key is planned as adopt', () => {
    const unmanaged = observed('signup', { name: 'By hand' }, { project: null, applied: null })
    const plan = planOf([desired('signup')], state(unmanaged))
    expect(actions(plan)).toEqual(['adopt signup'])
    expect(plan.changes[0]?.fields.map(({ path }) => path)).toEqual(['/name'])
  })

  test('an unmanaged flow without a definition is listed, never touched', () => {
    const plan = planOf([], state(observed('signup', { name: 'By hand' }, { project: null, applied: null })))
    expect(plan.changes).toEqual([])
    expect(plan.unmanaged).toEqual([{ key: 'signup', id: 'vf_signup', name: 'By hand' }])
  })

  test("another project's flow with the same key is a conflict, never taken", () => {
    const plan = planOf([desired('signup')], state(observed('signup', {}, { project: 'other' })))
    expect(plan.changes).toEqual([])
    expect(plan.conflicts).toMatchObject([
      { code: 'KEY_OF_OTHER_PROJECT', key: 'signup', id: 'vf_signup', file: 'flows/signup.yaml' },
    ])
    expect(plan.conflicts[0]?.message).toContain('"other"')
  })

  test('where another project holds the new key of a rename, the old flow is not archived', () => {
    const plan = planOf([desired('new', {}, 'old')], state(observed('new', {}, { project: 'other' }), observed('old')))
    expect(plan.changes).toEqual([])
    expect(plan.conflicts).toMatchObject([{ code: 'KEY_OF_OTHER_PROJECT', key: 'new' }])
  })

  test("another project's flows are none of our business", () => {
    const plan = planOf([], state(observed('theirs', {}, { project: 'other' })))
    expect([plan.changes, plan.unmanaged, plan.conflicts]).toEqual([[], [], []])
  })

  test('renamed_from renames in place: same id, no archive', () => {
    const plan = planOf([desired('new', {}, 'old')], state(observed('old')))
    expect(actions(plan)).toEqual(['rename old -> new'])
    expect(plan.changes[0]?.id).toBe('vf_old')
  })

  test('a renamed_from that was applied before does nothing', () => {
    expect(actions(planOf([desired('new', {}, 'old')], state(observed('new'))))).toEqual([])
  })

  test.each(['active', 'archived'] as const)(
    'a rename onto a key that an %s flow has is a conflict: neither flow is touched',
    (status) => {
      const plan = planOf([desired('new', {}, 'old')], state(observed('new', {}, { status }), observed('old')))
      expect(plan.changes).toEqual([])
      expect(plan.conflicts).toMatchObject([{ code: 'RENAME_TARGET_EXISTS', key: 'new', id: 'vf_old' }])
      expect(plan.conflicts[0]?.message).toContain(
        status === 'archived' ? 'an archived flow has the key "new"' : 'both flows exist',
      )
    },
  )

  test('a renamed_from whose old flow is archived, unmanaged or foreign does nothing once the new flow exists', () => {
    for (const more of [{ status: 'archived' as const }, { project: null, applied: null }, { project: 'other' }]) {
      const plan = planOf([desired('new', {}, 'old')], state(observed('new'), observed('old', {}, more)))
      expect([plan.changes, plan.conflicts]).toEqual([[], []])
    }
  })

  test("renamed_from cannot take another project's flow", () => {
    const plan = planOf([desired('new', {}, 'theirs')], state(observed('theirs', {}, { project: 'other' })))
    expect(plan.changes).toEqual([])
    expect(plan.conflicts).toMatchObject([{ code: 'KEY_OF_OTHER_PROJECT', key: 'new', id: 'vf_theirs' }])
  })

  test('archives come last, the rest by key', () => {
    const plan = planOf([desired('z'), desired('b')], state(observed('a')))
    expect(actions(plan)).toEqual(['create b', 'create z', 'archive a'])
  })
})

describe('three-way: what git changed and what somebody edited are told apart', () => {
  const applied = aConfig({ name: 'Flow', return_url: 'https://example.com/a' })
  const edited = { applied, version: 4, updated_by: 'dashboard', updated: 1_790_000_500 }

  test('a field that git changed has origin config', () => {
    const plan = planOf([desired('a', { return_url: 'https://example.com/b' })], {
      ...state(observed('a', { return_url: 'https://example.com/a' }, { applied })),
    })
    expect(plan.changes[0]?.fields).toMatchObject([{ path: '/return_url', origin: 'config' }])
    expect(plan.changes[0]?.drift).toBeNull()
  })

  test('a field edited outside git has origin drift, with what had been applied, who and when', () => {
    const flow = observed('a', { return_url: 'https://example.com/evil' }, edited)
    const plan = planOf([desired('a', { return_url: 'https://example.com/a' })], state(flow))
    expect(plan.changes[0]?.fields).toMatchObject([
      {
        path: '/return_url',
        before: 'https://example.com/evil',
        after: 'https://example.com/a',
        applied: 'https://example.com/a',
        origin: 'drift',
      },
    ])
    expect(plan.changes[0]?.drift).toEqual({ by: 'dashboard', at: 1_790_000_500, version: 4 })
  })

  test('a field that git changed while somebody edited it is drift: apply overwrites an edit', () => {
    const flow = observed('a', { return_url: 'https://example.com/edited' }, edited)
    const plan = planOf([desired('a', { return_url: 'https://example.com/b' })], state(flow))
    expect(plan.changes[0]?.fields).toMatchObject([{ origin: 'drift', applied: 'https://example.com/a' }])
  })

  test('an edit that git has followed since is no change', () => {
    const flow = observed('a', { return_url: 'https://example.com/edited' }, edited)
    expect(actions(planOf([desired('a', { return_url: 'https://example.com/edited' })], state(flow)))).toEqual([])
  })
})

describe('status', () => {
  test('restore, archive, and the adoption of an archived flow say that the status changes', () => {
    const back = observed('back', {}, { status: 'archived', applied_status: 'archived' })
    const hidden = observed('hidden', {}, { status: 'archived', project: null, applied: null, applied_status: null })
    const plan = planOf([desired('back'), desired('hidden')], state(back, hidden, observed('gone')))
    expect(actions(plan)).toEqual(['restore back', 'adopt hidden', 'archive gone'])
    expect(plan.changes.map(({ fields }) => fields)).toMatchObject([
      [{ path: '/status', before: 'archived', after: 'active', origin: 'config' }],
      [{ path: '/status', before: 'archived', after: 'active', origin: 'config' }],
      [{ path: '/status', before: 'active', after: 'archived', origin: 'config' }],
    ])
  })

  test('a flow that somebody archived outside git is restored as drift, with who and when', () => {
    const flow = observed('a', {}, { status: 'archived', updated_by: 'dashboard', version: 2 })
    const plan = planOf([desired('a')], state(flow))
    expect(plan.changes[0]).toMatchObject({
      action: 'restore',
      fields: [{ path: '/status', origin: 'drift', applied: 'active' }],
      drift: { by: 'dashboard', version: 2 },
    })
  })
})

describe('edits outside git, other than to a field', () => {
  const edited = { updated_by: 'dashboard', version: 2 }

  test('a flow whose key somebody changed is renamed back: no new flow, no archive', () => {
    const plan = planOf([desired('a')], state(observed('b', {}, { ...edited, id: 'vf_1', applied_key: 'a' })))
    expect(actions(plan)).toEqual(['rename b -> a'])
    expect(plan.changes[0]).toMatchObject({ id: 'vf_1', drift: { by: 'dashboard' } })
  })

  const given = (id: string, from: string, to: string, more: Partial<ObservedFlow> = {}) =>
    observed(to, {}, { ...edited, id, applied_key: from, ...more })
  const [one, two] = [desired('one'), desired('two')]

  test.each([
    ['exchanged', [one, two], [given('vf_1', 'one', 'two'), given('vf_2', 'two', 'one')], ['one vf_2', 'two vf_1']],
    ['passed on', [one, two], [given('vf_1', 'one', 'x'), given('vf_2', 'two', 'one')], ['one vf_2', 'two vf_2']],
    ['given to a new definition', [one, two], [given('vf_1', 'one', 'two')], ['one vf_1', 'two vf_1']],
    [
      'exchanged and archived',
      [one, two],
      [given('vf_1', 'one', 'x'), given('vf_2', 'two', 'one', { status: 'archived' })],
      ['one vf_2', 'two vf_2'],
    ],
    [
      'given to a flow made outside git',
      [one],
      [given('vf_1', 'one', 'x'), observed('one', {}, { applied: null, applied_key: null, applied_status: null })],
      ['one vf_1'],
    ],
    [
      'given to a flow that nobody manages',
      [one],
      [given('vf_1', 'one', 'x'), observed('one', {}, { project: null, applied: null, applied_key: null })],
      ['one vf_1'],
    ],
    [
      'given to the flow that another is renamed from',
      [desired('z', {}, 'one'), two],
      [given('vf_2', 'two', 'one')],
      ['two vf_2', 'z vf_2'],
    ],
  ])('keys that were %s are a conflict: no flow gets what another one was to be', (_, wanted, flows, expected) => {
    const plan = planOf(wanted, state(...flows))
    expect(actions(plan)).toEqual([])
    expect(plan.conflicts.map(({ code, key, id }) => `${code} ${key} ${id}`)).toEqual(
      expected.map((text) => `KEY_OF_OTHER_FLOW ${text}`),
    )
    expect(plan.unmanaged.map(({ id }) => id).filter((id) => expected.some((text) => text.endsWith(id)))).toEqual([])
  })

  test('a key that was passed on says what to do', () => {
    const { conflicts } = planOf([one, two], state(given('vf_1', 'one', 'x'), given('vf_2', 'two', 'one')))
    expect(conflicts[0]).toMatchObject({
      message: 'the flow that was deployed as "two" was given the key "one" outside git',
      hint: 'give it its key "two" back in the service, then plan again',
    })
  })

  test.each([
    ['git renamed it, too', [desired('x', {}, 'one')], [given('vf_1', 'one', 'x')]],
    ['the definition was renamed with it, as pull does', [desired('x')], [given('vf_1', 'one', 'x')]],
    [
      'its old key is what a flow deployed since was renamed from',
      [desired('z', {}, 'one'), desired('x')],
      [given('vf_1', 'one', 'x'), observed('z')],
    ],
    [
      'another flow was deployed under its old key since',
      [one, desired('x')],
      [given('vf_1', 'one', 'x'), observed('one')],
    ],
  ])('a key changed outside git is no conflict where %s', (_, wanted, flows) => {
    const plan = planOf(wanted, state(...flows))
    expect([plan.conflicts, plan.changes]).toEqual([[], []])
  })

  test('what git says the same of is accepted: nothing changes, and apply records it', () => {
    const flow = observed('a', { name: 'Edited' }, { ...edited, applied: aConfig() })
    const plan = planOf([desired('a', { name: 'Edited' }), desired('b')], state(flow, observed('b')))
    expect(actions(plan)).toEqual([])
    expect(plan.accepted).toEqual([{ key: 'a', id: 'vf_a', base_version: 2, after: flow.config }])
    expect(planOf([desired('a', { name: 'Edited' })], state(flow), { only: ['x'] }).accepted).toBeUndefined()
    const moved = planOf([desired('x', {}, 'a')], state(observed('x', {}, { ...edited, applied_key: 'a' })))
    expect([actions(moved), moved.accepted]).toMatchObject([[], [{ key: 'x' }]])
    const made = observed('a', {}, { applied: null, applied_key: null, applied_status: null })
    expect(planOf([desired('a')], state(made)).accepted).toMatchObject([{ key: 'a' }])
  })

  test('the archive of a flow that somebody edited says so', () => {
    const plan = planOf([], state(observed('a', { name: 'Edited' }, { ...edited, applied: aConfig() })))
    expect(plan.changes[0]).toMatchObject({ action: 'archive', drift: { by: 'dashboard', version: 2 } })
  })

  test('a deployed flow that nobody touched has no drift', () => {
    expect(planOf([], state(observed('a'))).changes[0]?.drift).toBeNull()
  })
})

describe('digests', () => {
  test('the same difference on another version has the same diff digest and another plan digest', () => {
    const wanted = [desired('a', selfie)]
    const one = planOf(wanted, state(observed('a', {}, { version: 1 })))
    const two = planOf(wanted, state(observed('a', {}, { version: 2 })))
    expect(two.changes[0]?.diff_digest).toBe(one.changes[0]?.diff_digest)
    expect(two.digest).not.toBe(one.digest)
  })

  test('a flow created again under a key that a rename set free has another plan digest', () => {
    const first = planOf([desired('a')], state())
    const again = planOf([desired('a')], { ...state(), last_deployment: 'vfd_after_the_rename' })
    expect(again.digest).not.toBe(first.digest)
  })

  test('project and mode are part of the plan digest', () => {
    const wanted = [desired('a')]
    const digests = [
      planOf(wanted, state()).digest,
      planOf(wanted, state(), { project: 'other' }).digest,
      planOf(wanted, { ...state(), livemode: true }).digest,
    ]
    expect(new Set(digests).size).toBe(3)
  })
})
