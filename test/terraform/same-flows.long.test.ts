import { cpSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { asDefinition, type FlowBody } from '../../src/model/flow.js'
import { boundOnce, flowBody } from '../helpers/arbitraries.js'
import { aFolder, aProject, flows, writeFiles } from '../helpers/cli.js'
import { flowsOf, type TerraformBeside, terraformBeside } from './beside.js'

/*
 * One set of definitions, four ways into a store, and the flows are the same, byte for byte: all but what tells one flow
 * from another (ids, times, the secret of a link). Each way then has nothing left to do, and neither has `flows plan`.
 */

type Library = typeof import('cdktn')
type Constructs = typeof import('../../src/constructs/index.js')

const require = createRequire(import.meta.url)

const WAYS = {
  'flows apply': async (project: string) => {
    const root = aProject()
    for (const part of ['flows', 'flows.config.yaml'])
      cpSync(join(project, part), join(root, part), { recursive: true })
    expect(await flows(['apply', '--yes'], { cwd: root })).toMatchObject({ code: 0 })
    return root
  },
  'flows synth and terraform': async (project: string) => {
    const workspace = terraformBeside(project, 'infra')
    expect(await flows(['synth', '--out', 'infra'], { cwd: workspace.root })).toMatchObject({ code: 0 })
    return applied(workspace)
  },
  'an app of cdktn': (project: string) => appliedApp('cdktn', project),
  'an app of cdktf': (project: string) => appliedApp('cdktf', project),
  'an app of cdktn, as HCL': (project: string) => appliedApp('cdktn', project, true),
  'an app of cdktf, as HCL': (project: string) => appliedApp('cdktf', project, true),
}

function appliedApp(library: string, project: string, isHcl = false): Promise<string> {
  const { VerificationFlows } = require(`verification-flows/${library}`) as Constructs
  return appliedStack(library, project, isHcl, (stack, root) => {
    VerificationFlows.fromDirectory(stack, 'flows', { directory: root })
  })
}

async function appliedStack(
  library: string,
  project: string,
  isHcl: boolean,
  build: (stack: InstanceType<Library['TerraformStack']>, root: string) => void,
): Promise<string> {
  const core = require(library) as Library
  const workspace = terraformBeside(project, 'cdk.out/stacks/kyc')
  // As the CDK's own command tells an app that it wants HCL.
  if (isHcl) vi.stubEnv('SYNTH_HCL_OUTPUT', 'true')
  const app = new core.App({ outdir: join(workspace.root, 'cdk.out'), hclOutput: isHcl })
  const stack = new core.TerraformStack(app, 'kyc')
  new core.LocalBackend(stack, { path: 'terraform.tfstate' })
  build(stack, workspace.root)
  app.synth()
  vi.unstubAllEnvs()
  return applied(workspace)
}

async function applied({ root, succeeds, terraform }: TerraformBeside): Promise<string> {
  await succeeds('init')
  await succeeds('apply', '-auto-approve')
  const again = await terraform('plan', '-detailed-exitcode')
  expect(again, again.stdout + again.stderr).toMatchObject({ code: 0 })
  return root
}

/** The flows as the API shows them, without what is each flow's own. */
async function flowsAt(root: string): Promise<string> {
  const own = new Set(['id', 'created', 'updated', 'url'])
  return JSON.stringify(await flowsOf(root), (name, value) => (own.has(name) ? undefined : value), 1)
}

/** Applies the definitions in every way, and compares. */
async function same(project: string): Promise<void> {
  const [first, ...others] = Object.entries(WAYS)
  if (first === undefined) return
  const expected = await flowsAt(await first[1](project))
  await Promise.all(
    others.map(async ([way, apply]) => {
      const root = await apply(project)
      expect(await flowsAt(root), way).toBe(expected)
      const plan = await flows(['plan', '--detailed-exitcode'], { cwd: root })
      expect(plan, `${way}: ${plan.stdout}${plan.stderr}`).toMatchObject({ code: 0 })
    }),
  )
}

/** Texts that Terraform, YAML or a shell would read as something else; the first sign is a dollar. */
const TRICKY = [
  '{var.x}',
  `$\{a}`,
  `$$\{a}`,
  '',
  ' a',
  '(a)',
  '{',
  '{a',
  '"q"',
  '\\n',
  "it's",
  '<<EOF',
  'ü–😀',
  '%{if}',
  '%%{a}',
  '#{a}',
]

const tricky = {
  ...Object.fromEntries(TRICKY.map((text, index) => [`$\{a}%{b}${index}`, `$${text}`])),
  '\ufeffname': '\ufeff\ufeffvalue\ufeff',
  long: `\ufeff${'x'.repeat(300)}`,
}

/** Terraform composes every text that it reads (Unicode's form NFC): one that is not composed is another text there. */
const composed = flowBody.map((body): FlowBody => JSON.parse(JSON.stringify(body).normalize('NFC')))

const bodies = fc
  .array(composed, { minLength: 9, maxLength: 18 })
  .map((drawn) => drawn.map((body, index) => boundOnce(`${index}`, body)))
  .map(([first, ...others]): FlowBody[] => [
    ...(first ? [{ ...first, name: `$${TRICKY.join('')}`, metadata: tricky }] : []),
    ...others,
  ])

describe('the same definitions give the same flows', () => {
  test('those of this repository', async () => {
    const project = aFolder()
    for (const part of ['flows', 'flows.config.yaml']) cpSync(resolve(part), join(project, part), { recursive: true })
    await same(project)
  })

  test('and whatever else a definition may say', async () => {
    await fc.assert(
      fc.asyncProperty(bodies, async (all) => {
        const project = aProject()
        writeFiles(
          project,
          Object.fromEntries(
            all.map((body, index) => [`flows/f${index}.yaml`, JSON.stringify(asDefinition(body, 'test'))]),
          ),
        )
        await same(project)
      }),
      // Many definitions once: what takes long is to start the programs.
      { numRuns: 1, endOnFailure: true },
    )
  })
})

describe.each([
  ['cdktn', false],
  ['cdktn', true],
  ['cdktf', false],
  ['cdktf', true],
])('flows written in code, for %s (as HCL: %s)', (library, isHcl) => {
  test('have the very texts of the code, also around references and where tokens stand for texts', async () => {
    const core = require(library) as Library
    const { FlowsProvider, VerificationFlow } = require(`verification-flows/${library}`) as Constructs
    const texts = ['two\nlines', 'the "quick" one', 'C:\\new\\', '\\"', 'tab\tand\n"', '%%{a} "q"', `$$\{a} "q"\\`]
    const root = await appliedStack(library, aProject(), isHcl, (stack, folder) => {
      new FlowsProvider(stack, 'provider', { project: 'acme-kyc', store: join(folder, '.flows/store.sqlite') })
      const local = new core.TerraformLocal(stack, 'which', { say: 'so' })
      const first = new VerificationFlow(stack, 'first', {
        key: 'first',
        name: 'The "first"',
        type: 'document',
        description: texts.join('|'),
        metadata: Object.fromEntries(texts.slice(1, 4).map((text, index) => [`"${index}" \\`, text])),
      })
      new VerificationFlow(stack, 'second', {
        key: 'second',
        name: `"${first.name}" \\ next`,
        type: 'document',
        description: core.Lazy.stringValue({ produce: () => 'lazy "text"\nand \\' }),
        metadata: {
          fn: core.Fn.join('-', ['a', first.key]),
          raw: `"$\{upper("a}")}" and "$\{{ a = "}" }["a"]}" of $\{lookup({ say = "so" }, "say")}\\`,
          local: core.Fn.lookup(local.expression, 'say'),
        },
      })
    })
    const [first, second] = await flowsOf(root)
    expect(first).toMatchObject({
      name: 'The "first"',
      description: texts.join('|').replace('%%{', '%{').replace('$$', '$'),
      metadata: Object.fromEntries(texts.slice(1, 4).map((text, index) => [`"${index}" \\`, text])),
    })
    expect(second).toMatchObject({
      name: '"The "first"" \\ next',
      description: 'lazy "text"\nand \\',
      metadata: { fn: 'a-first', raw: '"A}" and "}" of so\\', local: 'so' },
    })
  })
})
