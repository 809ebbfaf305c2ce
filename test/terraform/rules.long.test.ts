import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fixtureProvider, TROUBLE } from './fixture/provider.js'
import { attached, type Workspace } from './harness.js'

/*
 * What the machinery owes to Terraform, tried on the real one with a small provider of things in files.
 */

const PROVIDER = 'provider "flows" { folder = abspath("things") }\n'

function aWorkspace(config: string): Workspace {
  return attached(fixtureProvider, { config: PROVIDER + config })
}

function thing(body: string): string {
  return `resource "flows_thing" "a" {\n${body}\n}\n`
}

/** A second plan has nothing to do. */
async function expectNothingToDo({ terraform }: Workspace): Promise<void> {
  const { code, stdout, stderr } = await terraform('plan', '-detailed-exitcode')
  expect(stdout + stderr).toContain('No changes.')
  expect(code).toBe(0)
}

const EVERYTHING = `
  name   = "A"
  size   = 12
  on     = false
  tags   = { b = "1", a = "2" }
  labels = ["y", "x"]
  steps  = ["y", "x", "y"]
  link   = { active = true }
  settings {
    mode = "m"
    inner { level = 3 }
  }`

describe('the life of a thing', () => {
  test('it is made as it was written, and then there is nothing to do', async () => {
    const workspace = aWorkspace(thing(EVERYTHING))
    await workspace.succeeds('apply', '-auto-approve')
    const { id, link, ...written } = workspace.state()['flows_thing.a'] ?? {}
    expect(link).toEqual({ active: true, url: `https://example.com/${id}` })
    expect(written).toEqual({
      name: 'A',
      kind: null,
      size: 12,
      on: false,
      secret: null,
      tags: { a: '2', b: '1' },
      labels: ['x', 'y'],
      steps: ['y', 'x', 'y'],
      settings: { mode: 'm', inner: { level: 3 } },
      revision: 1,
    })
    await expectNothingToDo(workspace)
  })

  test('what is not written is null, and what the provider knows better is its default', async () => {
    const workspace = aWorkspace(thing('  name = "A"'))
    await workspace.succeeds('apply', '-auto-approve')
    expect(workspace.state()['flows_thing.a']).toMatchObject({
      settings: null,
      tags: null,
      labels: null,
      link: { active: false },
    })
    await expectNothingToDo(workspace)
  })

  test('empty is not null', async () => {
    const workspace = aWorkspace(thing('  name = ""\n  tags = {}\n  labels = []\n  steps = []\n  settings {}'))
    await workspace.succeeds('apply', '-auto-approve')
    expect(workspace.state()['flows_thing.a']).toMatchObject({
      name: '',
      tags: {},
      labels: [],
      steps: [],
      settings: { mode: null, inner: null },
    })
    await expectNothingToDo(workspace)
  })

  test('a change is made in place', async () => {
    const workspace = aWorkspace(thing('  name = "A"'))
    await workspace.succeeds('apply', '-auto-approve')
    const { id } = workspace.state()['flows_thing.a'] ?? {}
    workspace.write(PROVIDER + thing('  name = "B"\n  settings { mode = "new" }'))
    const plan = await workspace.succeeds('plan')
    expect(plan).toContain('will be updated in-place')
    expect(plan).toMatch(/revision\s+= 1 -> \(known after apply\)/)
    await workspace.succeeds('apply', '-auto-approve')
    expect(workspace.state()['flows_thing.a']).toMatchObject({ id, name: 'B', revision: 2, settings: { mode: 'new' } })
    await expectNothingToDo(workspace)
  })

  test('where it cannot be, the thing is made anew', async () => {
    const workspace = aWorkspace(thing('  name = "A"\n  kind = "x"'))
    await workspace.succeeds('apply', '-auto-approve')
    const { id } = workspace.state()['flows_thing.a'] ?? {}
    workspace.write(PROVIDER + thing('  name = "A"\n  kind = "y"'))
    expect(await workspace.succeeds('plan')).toMatch(/kind\s+= "x" -> "y" # forces replacement/)
    await workspace.succeeds('apply', '-auto-approve')
    expect(workspace.state()['flows_thing.a']?.id).not.toBe(id)
    await expectNothingToDo(workspace)
  })

  test('an edit by somebody else is seen, and undone', async () => {
    const workspace = aWorkspace(thing('  name = "A"'))
    await workspace.succeeds('apply', '-auto-approve')
    edit(workspace, (state) => ({ ...state, name: 'theirs' }))
    expect(await workspace.succeeds('plan')).toMatch(/name\s+= "theirs" -> "A"/)
    await workspace.succeeds('apply', '-auto-approve')
    await expectNothingToDo(workspace)
  })

  test('one that is gone is made again', async () => {
    const workspace = aWorkspace(thing('  name = "A"'))
    await workspace.succeeds('apply', '-auto-approve')
    rmSync(join(workspace.folder, 'things'), { recursive: true })
    expect(await workspace.succeeds('plan')).toContain('1 to add, 0 to change, 0 to destroy')
    await workspace.succeeds('apply', '-auto-approve')
    await expectNothingToDo(workspace)
  })

  test('it is removed in the end', async () => {
    const workspace = aWorkspace(thing('  name = "A"'))
    await workspace.succeeds('apply', '-auto-approve')
    expect(await workspace.succeeds('destroy', '-auto-approve')).toContain('1 destroyed')
    expect(workspace.state()).toEqual({})
  })

  test('one that exists is imported by its id', async () => {
    const workspace = aWorkspace(thing(EVERYTHING))
    await workspace.succeeds('apply', '-auto-approve')
    const { id } = workspace.state()['flows_thing.a'] ?? {}
    rmSync(join(workspace.folder, 'terraform.tfstate'))
    await workspace.succeeds('import', 'flows_thing.a', String(id))
    await expectNothingToDo(workspace)
  })

  test('an import of what does not exist says so', async () => {
    const workspace = aWorkspace(thing('  name = "A"'))
    const { code, stderr } = await workspace.terraform('import', 'flows_thing.a', 'thing-0')
    expect(code).toBe(1)
    expect(stderr).toContain('There is no flows_thing thing-0.')
  })

  test('a configuration is generated for what an import block names', async () => {
    const workspace = aWorkspace(thing('  name = "A"\n  tags = { team = "risk" }'))
    await workspace.succeeds('apply', '-auto-approve')
    const { id } = workspace.state()['flows_thing.a'] ?? {}
    rmSync(join(workspace.folder, 'terraform.tfstate'))
    workspace.write(`${PROVIDER}import {\n  to = flows_thing.a\n  id = "${id}"\n}\n`)
    await workspace.succeeds('plan', '-generate-config-out=generated.tf')
    expect(readFileSync(join(workspace.folder, 'generated.tf'), 'utf8')).toContain('team = "risk"')
    expect(await workspace.succeeds('apply', '-auto-approve')).toContain('1 imported, 0 added, 0 changed')
    await expectNothingToDo(workspace)
  })

  test('a hundred at once stay apart', async () => {
    const workspace = aWorkspace(
      'resource "flows_thing" "a" {\n  count = 100\n  name = format("T%d", count.index)\n}\n',
    )
    expect(await workspace.succeeds('apply', '-auto-approve', '-parallelism=100')).toContain('100 added')
    const names = Object.entries(workspace.state()).map(([address, { name }]) => [address, name])
    expect(names).toContainEqual(['flows_thing.a[57]', 'T57'])
    expect(new Set(names.map(([, name]) => name)).size).toBe(100)
    await expectNothingToDo(workspace)
  })
})

describe('values come through as they are', () => {
  test.each([
    ['an integer beyond what JavaScript counts to', 'size = 9007199254740993', { size: '9007199254740993' }],
    ['one beyond 64 bits', 'size = 123456789012345678901234567890', { size: '123456789012345678901234567890' }],
    ['a fraction that no binary number is', 'size = 0.1', { size: '0.1' }],
    ['one that is', 'size = -0.25', { size: '-0.25' }],
    ['a key __proto__', 'tags = { "__proto__" = "x" }', { tags: '{"__proto__":"x"}' }],
    ['other scripts', 'tags = { "ключ" = "値\\n\\u0000 \\"\\\\" }', { tags: '{"ключ":"値\\n\\u0000 \\"\\\\"}' }],
  ])('%s', async (_, attribute, expected) => {
    const workspace = aWorkspace(thing(`  name = "A"\n  ${attribute}`))
    await workspace.succeeds('apply', '-auto-approve')
    const [[name, text] = []] = Object.entries(expected)
    // As Terraform prints it: JSON.parse would round.
    const state = readFileSync(join(workspace.folder, 'terraform.tfstate'), 'utf8').replace(/\n\s*|(?<=":) /g, '')
    expect(state).toContain(`"${name}":${text}`)
    await expectNothingToDo(workspace)
  })

  test('whatever they are, in fifty things at once', async () => {
    const things = fc.sample(aThing, 50)
    const written = Object.fromEntries(things.map((body, index) => [`t${index}`, escaped(body)]))
    const workspace = aWorkspace('')
    workspace.write(JSON.stringify({ resource: { flows_thing: written } }), 'things.tf.json')
    await workspace.succeeds('apply', '-auto-approve')
    const state = workspace.state()
    for (const [index, body] of things.entries()) {
      const { labels, ...others } = body
      expect(state[`flows_thing.t${index}`]).toMatchObject(others)
      if (labels !== undefined)
        expect(new Set(state[`flows_thing.t${index}`]?.labels as string[])).toEqual(new Set(labels))
    }
    await expectNothingToDo(workspace)
  })

  test('a text of a megabyte', async () => {
    const workspace = aWorkspace(thing('  name = file("long")'))
    workspace.write('x'.repeat(1024 ** 2), 'long')
    await workspace.succeeds('apply', '-auto-approve')
    expect(workspace.state()['flows_thing.a']?.name).toHaveLength(1024 ** 2)
    await expectNothingToDo(workspace)
  })

  test('what is not known in the plan is known in the apply', async () => {
    const workspace = aWorkspace(`
resource "terraform_data" "later" { input = "later" }
resource "flows_thing" "a" {
  name   = "n-\${terraform_data.later.output}"
  size   = length(terraform_data.later.id)
  tags   = { (terraform_data.later.id) = "x", k = terraform_data.later.output }
  labels = [terraform_data.later.output]
  link   = { active = terraform_data.later.output == "later" }
  settings { mode = terraform_data.later.output }
}
resource "flows_thing" "b" {
  name = flows_thing.a.link.url
}
`)
    const plan = await workspace.succeeds('plan')
    expect(plan).toMatch(/name\s+= \(known after apply\)/)
    await workspace.succeeds('apply', '-auto-approve')
    expect(workspace.state()).toMatchObject({
      'flows_thing.a': { name: 'n-later', size: 36, labels: ['later'], link: { active: true } },
      'flows_thing.b': { name: expect.stringMatching('^https://example.com/thing-') },
    })
    await expectNothingToDo(workspace)
  })

  test('a secret is not shown', async () => {
    const workspace = aWorkspace(thing('  name = "A"\n  secret = "hunter2"'))
    const { stdout, stderr } = await workspace.terraform('apply', '-auto-approve')
    expect(stdout).toMatch(/secret\s+= \(sensitive value\)/)
    expect(stdout + stderr).not.toContain('hunter2')
    expect(workspace.state()['flows_thing.a']?.secret).toBe('hunter2')
  })
})

describe('a diagnostic stands at the line that it is about', () => {
  const valid = `provider "flows" {\n  folder = abspath("things")\n}\n` // lines 1 to 3
  test.each([
    ['an attribute', 'name = "bad"', '', 'name = "bad"'],
    ['the key of a map', 'name = "A"\n  tags = {\n    ok = "x"\n    no = "bad"\n  }', '', 'no = "bad"'],
    ['an element of a list', 'name = "A"\n  steps = [\n    "x",\n    "bad",\n  ]', '', '"bad",'],
    [
      'an attribute of a block in a block',
      'name = "A"\n  settings {\n    inner {\n      level = 13\n    }\n  }',
      '',
      'level = 13',
    ],
    [
      'an object, where it is about one of its attributes, which is then named',
      'name = "unlinked"\n  link = {\n    active = true\n  }',
      'At link.active: ',
      'link = {',
    ],
    ['a set, whose elements have no place', 'name = "A"\n  labels = ["bad"]', 'At labels[0]: ', 'labels = ["bad"]'],
  ])('%s', async (_, body, named, line) => {
    const workspace = attached(fixtureProvider, { config: valid + thing(`  ${body}`) })
    const { code, stdout } = await workspace.terraform('validate', '-json')
    expect(code).toBe(1)
    const { diagnostics } = JSON.parse(stdout)
    expect(diagnostics).toMatchObject([
      { severity: 'error', summary: 'Not allowed', detail: `${named}Choose something other than "bad".` },
    ])
    const config = (valid + thing(`  ${body}`)).split('\n')
    expect(config[diagnostics[0].range.start.line - 1]).toContain(line)
  })

  test('the provider block and an ephemeral resource have lines as well', async () => {
    const workspace = attached(fixtureProvider, {
      config: `provider "flows" {\n  folder = "bad"\n}\n${thing('  name = "A"')}`,
    })
    expect((await workspace.terraform('validate')).stderr).toContain('on main.tf line 2, in provider "flows"')
    workspace.write(`${PROVIDER}ephemeral "flows_ticket" "t" {\n  holder = "bad"\n}\n`)
    expect((await workspace.terraform('validate')).stderr).toContain(
      'on main.tf line 3, in ephemeral "flows_ticket" "t"',
    )
  })

  test('a warning lets things go on', async () => {
    const workspace = aWorkspace(thing('  name = "odd"'))
    const { code, stdout } = await workspace.terraform('apply', '-auto-approve')
    expect(code).toBe(0)
    expect(stdout).toContain('Warning: Odd')
  })
})

describe('what is thrown is said, and nothing that exists is forgotten', () => {
  test('in plan', async () => {
    const { code, stderr } = await aWorkspace(thing(`  name = "${TROUBLE.throwInPlan}"`)).terraform('plan')
    expect(code).toBe(1)
    expect(stderr).toContain('Could not plan flows_thing')
    expect(stderr).toContain('Planning is not for everyone.')
    expect(stderr).toContain('with flows_thing.a')
  })

  test('while a thing is made: it is not in the state', async () => {
    const workspace = aWorkspace(thing(`  name = "${TROUBLE.throwInApply}"`))
    const { code, stderr } = await workspace.terraform('apply', '-auto-approve')
    expect(code).toBe(1)
    expect(stderr).toContain('Could not apply flows_thing')
    expect(stderr).not.toContain('bug in the provider')
    expect(workspace.state()).toEqual({})
  })

  test('while a thing is changed: the state is as before', async () => {
    const workspace = aWorkspace(thing('  name = "A"'))
    await workspace.succeeds('apply', '-auto-approve')
    const before = workspace.state()
    workspace.write(PROVIDER + thing(`  name = "${TROUBLE.throwInApply}"`))
    expect((await workspace.terraform('apply', '-auto-approve')).code).toBe(1)
    expect(workspace.state()).toEqual(before)
  })

  test('while a thing is read: the state is as before', async () => {
    const workspace = aWorkspace(thing('  name = "A"'))
    await workspace.succeeds('apply', '-auto-approve')
    const before = workspace.state()
    edit(workspace, (state) => ({ ...state, name: TROUBLE.throwInRead }))
    await workspace.succeeds('apply', '-auto-approve', '-refresh-only')
    const { code, stderr } = await workspace.terraform('plan')
    expect(code).toBe(1)
    expect(stderr).toContain('The disk is on fire.')
    expect(Object.keys(workspace.state())).toEqual(Object.keys(before))
  })

  test('a thing that is half done is kept, without what nobody knows, and made anew', async () => {
    const workspace = aWorkspace(thing(`  name = "${TROUBLE.halfDone}"`))
    const { code, stderr } = await workspace.terraform('apply', '-auto-approve')
    expect(code).toBe(1)
    expect(stderr).toContain('The other half is missing.')
    expect(stderr).not.toContain('bug in the provider')
    expect(workspace.state()['flows_thing.a']).toMatchObject({ revision: null, link: { active: false, url: null } })
    workspace.write(PROVIDER + thing('  name = "A"'))
    expect(await workspace.succeeds('plan')).toContain('is tainted, so must be replaced')
  })

  test('an answer that does not fit the schema is said to be one', async () => {
    const { code, stderr } = await aWorkspace(thing(`  name = "${TROUBLE.misfit}"`)).terraform('apply', '-auto-approve')
    expect(code).toBe(1)
    expect(stderr).toContain('the value has no attribute surplus')
  })
})

describe('states of earlier runs', () => {
  test('one of today, with a member that the schema does not know, and without another', async () => {
    const workspace = aWorkspace(thing('  name = "A"'))
    await workspace.succeeds('apply', '-auto-approve')
    editState(workspace, ({ on: _, ...attributes }) => ({ ...attributes, surplus: { deep: [1] } }))
    await expectNothingToDo(workspace)
  })

  test('an older one is brought into the shape of today', async () => {
    const workspace = aWorkspace(thing('  name = "A (from 1)"'))
    await workspace.succeeds('apply', '-auto-approve')
    editState(workspace, ({ name: _, ...attributes }) => ({ ...attributes, title: 'A' }), 1)
    edit(workspace, (state) => state)
    await expectNothingToDo(workspace)
  })

  test('a newer one is refused', async () => {
    const workspace = aWorkspace(thing('  name = "A"'))
    await workspace.succeeds('apply', '-auto-approve')
    editState(workspace, (attributes) => attributes, 3)
    const { code, stderr } = await workspace.terraform('plan')
    expect(code).toBe(1)
    expect(stderr).toContain('newer provider version')
  })

  test('what the provider keeps beside a state comes back to it', async () => {
    const workspace = aWorkspace(thing('  name = "A"'))
    await workspace.succeeds('apply', '-auto-approve')
    const { id } = workspace.state()['flows_thing.a'] ?? {}
    workspace.write(PROVIDER + thing('  name = "B"'))
    await workspace.succeeds('apply', '-auto-approve')
    const state = JSON.parse(readFileSync(join(workspace.folder, 'terraform.tfstate'), 'utf8'))
    const kept = Buffer.from(state.resources[0].instances[0].private, 'base64').toString()
    expect(kept).toBe(`made as ${id}`)
  })
})

describe('data sources and ephemeral resources', () => {
  test('a data source reads what exists', async () => {
    const workspace = aWorkspace(`${thing('  name = "A"\n  tags = { team = "risk" }')}
data "flows_thing" "found" {
  name       = "A"
  depends_on = [flows_thing.a]
}
output "team" { value = data.flows_thing.found.tags.team }
`)
    expect(await workspace.succeeds('apply', '-auto-approve')).toContain('team = "risk"')
    await expectNothingToDo(workspace)
  })

  test('one that finds nothing says so at its line', async () => {
    const { code, stderr } = await aWorkspace('data "flows_thing" "found" {\n  name = "B"\n}\n').terraform('plan')
    expect(code).toBe(1)
    expect(stderr).toMatch(/No such thing[\s\S]*on main\.tf line 3, in data "flows_thing" "found"/)
  })

  test('an ephemeral resource is opened for a run, and leaves no trace in the state', async () => {
    const workspace = aWorkspace(`
ephemeral "flows_ticket" "t" { holder = "ann" }
resource "terraform_data" "door" {
  provisioner "local-exec" {
    command = "printf '%s' \\"$CODE\\" > opened"
    environment = { CODE = ephemeral.flows_ticket.t.code }
  }
}
`)
    await workspace.succeeds('apply', '-auto-approve')
    expect(readFileSync(join(workspace.folder, 'opened'), 'utf8')).toBe('code of ann')
    expect(readFileSync(join(workspace.folder, 'terraform.tfstate'), 'utf8')).not.toContain('code of ann')
    // Once in the plan, once in the apply.
    expect(readFileSync(join(workspace.folder, 'journal'), 'utf8')).toBe('opened for ann\nopened for ann\n')
  })
})

test('the schema, as Terraform tells it', async () => {
  const workspace = aWorkspace(thing('  name = "A"'))
  const told = JSON.parse(await workspace.succeeds('providers', 'schema', '-json'))
  const schemas = told.provider_schemas['registry.terraform.io/verification-flows/flows']
  expect(Object.keys(schemas.ephemeral_resource_schemas)).toEqual(['flows_ticket'])
  const { version, block } = schemas.resource_schemas.flows_thing
  expect(version).toBe(2)
  expect(block).toMatchObject({ description: 'A thing, kept in a *file*.', description_kind: 'markdown' })
  expect(block.attributes.tags).toEqual({
    type: ['map', 'string'],
    description: 'A map.',
    description_kind: 'markdown',
    optional: true,
  })
  expect(block.attributes.secret).toMatchObject({ optional: true, sensitive: true })
  expect(block.attributes.id).toMatchObject({ type: 'string', computed: true })
  expect(block.attributes.link).toMatchObject({
    nested_type: { nesting_mode: 'single', attributes: { active: { optional: true, computed: true } } },
    optional: true,
    computed: true,
  })
  expect(block.block_types.settings).toMatchObject({
    nesting_mode: 'single',
    block: { block_types: { inner: { nesting_mode: 'single' } } },
  })
})

/** Terraform brings texts into this form. */
const aText = fc.string({ unit: 'grapheme' }).map((text) => text.normalize('NFC'))
const aThing = fc.record(
  {
    name: aText.map((text) => `n ${text}`),
    size: fc.oneof(fc.maxSafeInteger(), fc.double({ noNaN: true, min: 0.1, max: 1e15 })),
    on: fc.boolean(),
    tags: fc.dictionary(aText, aText, { noNullPrototype: true }),
    labels: fc.array(aText),
    steps: fc.array(aText),
    settings: fc.record({ mode: aText }),
  },
  { requiredKeys: ['name'], noNullPrototype: true },
)

/** So that nothing in a text is taken for an expression. */
function escaped(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/[$%](?=\{)/g, '$&$&')
  if (Array.isArray(value)) return value.map(escaped)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [escaped(key), escaped(member)]))
}

/** Somebody else changes the thing of a workspace. */
function edit({ folder, state }: Workspace, change: (thing: object) => object): void {
  const { id } = state()['flows_thing.a'] ?? {}
  const file = join(folder, 'things', `${id}.json`)
  writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, 'utf8')))))
}

/** The state is as another version of the provider would have left it. */
function editState({ folder }: Workspace, change: (attributes: Record<string, unknown>) => object, version = 2): void {
  const file = join(folder, 'terraform.tfstate')
  const state = JSON.parse(readFileSync(file, 'utf8'))
  const [instance] = state.resources[0].instances
  Object.assign(instance, { attributes: change(instance.attributes), schema_version: version })
  writeFileSync(file, JSON.stringify(state))
}
