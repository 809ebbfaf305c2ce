import { describe, expect, test } from 'vitest'
import { type Calls, callsOf } from '../../../src/terraform/framework/calls.js'
import type { Diagnostic, Provider, Resource } from '../../../src/terraform/framework/provider.js'
import { encodeValue } from '../../../src/terraform/wire/codec.js'
import { type ObjectValue, type Type, UNKNOWN } from '../../../src/terraform/wire/value.js'

/*
 * What the real Terraform rarely comes to, or hides. What it does is in rules.long.test.ts.
 */

const TYPE: Type = ['object', { name: 'string' }]
const SCHEMA = {
  description: 'A thing.',
  attributes: { name: { description: 'Its name.', type: 'string', given: 'required' } },
} as const
const NO_MEMORY = Buffer.alloc(0)
const WRONG: Diagnostic = { severity: 'error', summary: 'Wrong', detail: 'All of it.', path: [] }

function callsWith(resource: Partial<Resource>, more: Partial<Provider> = {}): { calls: Calls; failures: unknown[] } {
  const failures: unknown[] = []
  const unexpected = async () => {
    throw new Error('not called in this test')
  }
  const provider: Provider = {
    schema: SCHEMA,
    resources: {
      thing: {
        schema: SCHEMA,
        schemaVersion: 3,
        validate: unexpected,
        upgrade: unexpected,
        read: unexpected,
        plan: unexpected,
        apply: unexpected,
        import: unexpected,
        ...resource,
      },
    },
    dataSources: {},
    ephemeralResources: {},
    validate: async () => [],
    configure: async () => [],
    stop: () => {},
    close: async () => {},
    ...more,
  }
  const calls = callsOf(provider, {
    failed: (doing, error) => failures.push([doing, error instanceof Error ? error.message : error]),
    orCrash: (work) => work,
  })
  return { calls, failures }
}

/** A value as Terraform sends it. */
function dynamic(value: ObjectValue | null) {
  return { ...written(value), json: NO_MEMORY }
}

/** A value as Terraform is answered. */
function written(value: ObjectValue | null) {
  return { msgpack: encodeValue(TYPE, value) }
}

function state(json: string, version = 3) {
  return { type_name: 'thing', version, raw_state: { json: Buffer.from(json) } }
}

const READ = { type_name: 'thing', current_state: dynamic({ name: 'A' }), private: Buffer.from('kept') }

describe('reading', () => {
  test('a thing is gone only where the answer has no error', async () => {
    const gone = callsWith({ read: async () => ({ result: null, diagnostics: [] }) }).calls
    expect(await gone.ReadResource(READ)).toMatchObject({ new_state: written(null), private: READ.private })
    const failing = callsWith({ read: async () => ({ result: null, diagnostics: [WRONG] }) }).calls
    expect(await failing.ReadResource(READ)).toMatchObject({
      new_state: READ.current_state,
      diagnostics: [{ severity: 1, summary: 'Wrong' }],
    })
  })

  test('what is thrown leaves the state and what is kept beside it', async () => {
    const { calls, failures } = callsWith({
      read: async () => {
        throw new Error('no connection')
      },
    })
    expect(await calls.ReadResource(READ)).toEqual({
      new_state: READ.current_state,
      private: READ.private,
      diagnostics: [{ severity: 1, summary: 'Could not read thing', detail: 'no connection' }],
    })
    expect(failures).toEqual([['read thing', 'no connection']])
  })

  test.each<[unknown, string]>([
    ['a text', 'a text'],
    [new Error(), 'Error'],
    [undefined, 'undefined'],
  ])('whatever is thrown: %j', async (thrown, detail) => {
    const { calls } = callsWith({
      read: async () => {
        throw thrown
      },
    })
    expect((await calls.ReadResource(READ)).diagnostics).toMatchObject([{ detail }])
  })

  test('a value may come as JSON', async () => {
    const read = async (value: ObjectValue) => ({ result: { state: value, memory: NO_MEMORY }, diagnostics: [] })
    const { calls } = callsWith({ read })
    const current_state = { msgpack: NO_MEMORY, json: Buffer.from('{"name":"B"}') }
    expect(await calls.ReadResource({ ...READ, current_state })).toMatchObject({ new_state: written({ name: 'B' }) })
  })

  test('a type that the provider does not have is named', async () => {
    const { diagnostics } = await callsWith({}).calls.ReadResource({ ...READ, type_name: 'toString' })
    expect(diagnostics).toMatchObject([{ detail: 'This provider has no toString.' }])
  })
})

describe('states', () => {
  test('of today are not upgraded', async () => {
    expect(await callsWith({}).calls.UpgradeResourceState(state('{"name":"A","old":1}'))).toEqual({
      upgraded_state: written({ name: 'A' }),
    })
  })

  test('of earlier days are, by their version', async () => {
    const upgrade = async (old: unknown, version: number) => ({
      name: `${(old as { title: string }).title} ${version}`,
    })
    const { calls } = callsWith({ upgrade })
    expect(await calls.UpgradeResourceState(state('{"title":"A"}', 2))).toEqual({
      upgraded_state: written({ name: 'A 2' }),
    })
  })

  test.each([
    ['of a newer provider', state('{}', 4), 'was written by a newer version of this provider'],
    ['of before Terraform 0.12', state(''), 'Terraform 0.11 or older'],
    ['that are no JSON', state('{'), 'JSON'],
    ['of another shape', state('{"name":[]}'), 'name is not of type string'],
  ])('%s are refused', async (_, request, detail) => {
    expect((await callsWith({}).calls.UpgradeResourceState(request)).diagnostics).toMatchObject([
      { severity: 1, summary: 'Could not read the state of thing', detail: expect.stringContaining(detail) },
    ])
  })
})

describe('results that are missing', () => {
  const nothing = async () => ({ result: null, diagnostics: [] })
  const request = { type_name: 'other', config: dynamic({ name: 'A' }) }
  const other = { schema: SCHEMA, validate: async () => [], read: nothing, open: nothing }

  test('are said to be, where no diagnostic tells why', async () => {
    const { calls } = callsWith({ import: nothing }, { dataSources: { other }, ephemeralResources: { other } })
    expect((await calls.ImportResourceState({ type_name: 'thing', id: 'x' })).diagnostics).toMatchObject([
      { summary: 'Could not import thing x', detail: 'There is no thing x.' },
    ])
    expect((await calls.ReadDataSource(request)).diagnostics).toMatchObject([{ detail: 'Nothing was found.' }])
    expect((await calls.OpenEphemeralResource(request)).diagnostics).toMatchObject([{ detail: 'Nothing was opened.' }])
  })

  test('and where one does, it is the only one', async () => {
    const { calls } = callsWith({ import: async () => ({ result: null, diagnostics: [WRONG] }) })
    const { diagnostics, imported_resources } = await calls.ImportResourceState({ type_name: 'thing', id: 'x' })
    expect(diagnostics).toMatchObject([{ summary: 'Wrong' }])
    expect(imported_resources).toEqual([])
  })
})

describe('applying', () => {
  const request = {
    type_name: 'thing',
    prior_state: dynamic({ name: 'A' }),
    planned_state: dynamic({ name: 'B' }),
    config: dynamic({ name: 'B' }),
    planned_private: Buffer.from('planned'),
  }

  test('what does not fit the schema is an error, and the state is as before', async () => {
    const surplus = { state: { name: 'B', surplus: 1 }, memory: NO_MEMORY }
    const { calls } = callsWith({ apply: async () => ({ result: surplus, diagnostics: [] }) })
    expect(await calls.ApplyResourceChange(request)).toMatchObject({
      new_state: request.prior_state,
      private: request.planned_private,
      diagnostics: [{ summary: 'Could not apply thing', detail: 'the value has no attribute surplus' }],
    })
  })

  test('without an error, nothing unknown is hidden: Terraform calls it a mistake of the provider', async () => {
    const unknown: ObjectValue = { name: UNKNOWN }
    const { calls } = callsWith({
      apply: async () => ({ result: { state: unknown, memory: NO_MEMORY }, diagnostics: [] }),
    })
    expect(await calls.ApplyResourceChange(request)).toMatchObject({ new_state: written(unknown) })
  })

  test('nothing is handed over for an object to be made, or one to be removed', async () => {
    const seen: unknown[] = []
    const { calls } = callsWith({
      async apply({ prior, planned, config, memory }) {
        seen.push([prior, planned, config, Buffer.from(memory).toString()])
        return { result: { state: planned, memory }, diagnostics: [] }
      },
    })
    await calls.ApplyResourceChange({ ...request, prior_state: null })
    await calls.ApplyResourceChange({ ...request, planned_state: dynamic(null), config: null })
    expect(seen).toEqual([
      [null, { name: 'B' }, { name: 'B' }, 'planned'],
      [{ name: 'A' }, null, null, 'planned'],
    ])
  })
})

test('a provider that cannot stop says so', async () => {
  const stop = () => {
    throw new Error('stuck')
  }
  expect(await callsWith({}, { stop }).calls.StopProvider({})).toEqual({ Error: 'stuck' })
  expect(await callsWith({}).calls.StopProvider({})).toEqual({})
})

test('where Terraform stops, what only looks is answered at once, and what writes is finished', async () => {
  let finish = (_: { result: { state: ObjectValue; memory: Buffer }; diagnostics: [] }) => {}
  const never = () => new Promise<never>(() => {})
  const { calls, failures } = callsWith(
    { read: never, import: never, apply: () => new Promise((done) => (finish = done)) },
    { configure: never },
  )
  const state = dynamic({ name: 'A' })
  const looking = [
    calls.ConfigureProvider({ config: state, terraform_version: '1.11.4' }),
    calls.ReadResource({ type_name: 'thing', current_state: state, private: NO_MEMORY }),
    calls.ImportResourceState({ type_name: 'thing', id: 'a' }),
  ]
  const writing = calls.ApplyResourceChange({
    type_name: 'thing',
    prior_state: null,
    planned_state: state,
    config: state,
    planned_private: NO_MEMORY,
  })
  await calls.StopProvider({})
  for (const answer of await Promise.all(looking)) {
    expect(answer).toMatchObject({ diagnostics: [{ summary: 'Interrupted' }] })
  }
  expect((await looking[1]) as object, 'and the state is kept').toMatchObject({ new_state: state })
  expect(failures).toEqual([])
  finish({ result: { state: { name: 'A' }, memory: NO_MEMORY }, diagnostics: [] })
  expect(await writing).toMatchObject({ new_state: written({ name: 'A' }), diagnostics: [] })
})

test('the version of Terraform is told to the provider', async () => {
  const seen: unknown[] = []
  const configure = async (config: ObjectValue, version: string) => {
    seen.push([config, version])
    return []
  }
  const { calls } = callsWith({}, { configure })
  await calls.ConfigureProvider({ terraform_version: '1.11.4', config: dynamic({ name: 'A' }) })
  expect(seen).toEqual([[{ name: 'A' }, '1.11.4']])
})
