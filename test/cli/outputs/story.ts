import type { WriteCall } from '../../../src/service/operations/calls/call.js'
import { createFlow, updateFlow } from '../../../src/service/operations/flows/flows.js'
import { aDefinition } from '../../helpers/cli.js'

/** One command line of the story, and where what it prints is kept: `<command>/<name>.txt`. */
export interface Scene {
  /** The row of the command table, or `flows` for what belongs to none. */
  readonly command: string
  readonly name: string
  /** A word in capitals that an earlier scene kept stands for what it found. */
  readonly args: readonly string[]
  /** By default 0. */
  readonly code?: number
  /** What somebody does in the dashboard of the flows API before. */
  readonly outside?: (call: WriteCall) => Promise<unknown>
  /** Written before, from the folder of all projects; {URL} is the address of a flows API, {FORGE} of GitHub. */
  readonly files?: Readonly<Record<string, string>>
  /** Removed before. */
  readonly gone?: readonly string[]
  /** Where it runs, from there; by default in the project. */
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** What a person answers when asked. By default nobody is there. */
  readonly answer?: string
  /** Stops it, as Ctrl-C does, once it has printed this. */
  readonly until?: string
  /** What to find in the output for later scenes. */
  readonly keep?: Readonly<Record<string, RegExp>>
}

const CONFIG = `project: acme-kyc
environments:
  local:
    guards: { weaken: block, max_change_share: 0.3 }
  served: { api: "{URL}", api_key_env: FLOWS_KEY }
  away: { api: "http://127.0.0.1:2", api_key_env: FLOWS_KEY }
`

const HIGH_VALUE = `name: High-value transactions
description: Payouts above 10,000 EUR, for which the law asks for a document and for a face that matches it.
type: document
options:
  document:
    allowed_types: [id_card, passport]
    require_live_capture: true
    require_matching_selfie: true
  phone: { require_verification: true }
  matching: { name: similar, dob: similar }
return_url: https://example.com/payouts/verified
metadata: { team: risk }
protected: true
`

const WEAKER = HIGH_VALUE.replace('require_matching_selfie: true', 'require_matching_selfie: false').replace(
  'https://example.com/payouts/verified',
  'https://example.com/a-long-way/to-the-payouts/of-this-customer/verified',
)

/** The head of a pull request. */
export const COMMIT = 'c0ffee00'.repeat(5)

/** A job of GitHub Actions. */
const JOB = {
  GITHUB_ACTIONS: 'true',
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_API_URL: '{FORGE}',
  GITHUB_REPOSITORY: 'acme/kyc',
  GITHUB_SHA: COMMIT,
  GITHUB_REF: 'refs/pull/1/merge',
  GITHUB_RUN_ID: '77',
  GITHUB_TOKEN: 'ghs_workflow',
}

/** The service is not asked. */
const STRIPE_CONFIG = `project: acme-kyc
environments:
  test: { api: "http://127.0.0.1:2", api_key_env: FLOWS_KEY }
  live: { mode: live, api: "http://127.0.0.1:2", api_key_env: FLOWS_KEY }
`

/** A flow in Stripe's Dashboard, and keys of the account. */
export const STRIPE_FLOW = 'vf_1PayoutsPayoutsPayouts'
const AT_STRIPE = { STRIPE_API_BASE: '{STRIPE}' }
const READING = { ...AT_STRIPE, STRIPE_API_KEY: '{READING}' }
const NOT_READING = { ...AT_STRIPE, STRIPE_API_KEY: '{NOT_READING}' }
const WRITING = { ...AT_STRIPE, STRIPE_API_KEY: '{WRITING}' }

const LIVE_CAPTURE = `description: Anybody may send a picture that was taken before.
require: has(flow.options.document) && flow.options.document.require_live_capture
message: a flow captures the document live, so that nobody sends a picture that was taken before
`

const HIGH_VALUE_TESTS = `given: { flow: high-value }
tests:
  - name: a face that is not the one on the document costs the selfie
    when: [selfie_face_mismatch]
    then: { status: requires_input, error: selfie_face_mismatch }
  - name: people show a passport and nothing else
    given: { environments: [local] }
    expect: { allowed_types: [passport], checks: [document, selfie, phone, matching] }
  - name: the email address fails
    given: { environments: [served] }
    when: [email_unverified_other]
    then: { status: requires_input }
  - name: the selfie stays in local
    given: { environments: [local] }
    change: { options: { document: { require_matching_selfie: false } } }
    then: { guards: { weaken: blocked, protected: blocked } }
`

const help = (command: string, ...args: readonly string[]): Scene => ({
  command,
  name: ['help', ...args.slice(1)].join('-'),
  args: [...(args.length > 0 ? args : [command]), '--help'],
})

/** In the order in which they happen: a new command adds its rows where what it shows is there. */
export const STORY: readonly Scene[] = [
  {
    command: 'flows',
    name: 'no-project',
    args: ['plan'],
    code: 64,
    cwd: '',
    files: { 'project/flows.config.yaml': CONFIG, 'empty/.keep': '', 'fresh/.keep': '' },
  },
  { command: 'flows', name: 'help', args: ['--help'] },
  { command: 'flows', name: 'no-command', args: [] },
  { command: 'flows', name: 'unknown-command', args: ['aply'], code: 64 },
  { command: 'flows', name: 'unknown-help', args: ['help', 'aply'], code: 64 },
  { command: 'flows', name: 'unknown-option', args: ['plan', '--fromat=json'], code: 64 },
  { command: 'flows', name: 'unknown-environment', args: ['plan', '--env', 'liv'], code: 64 },

  { command: 'init', name: 'new', args: ['init', '--project', 'acme-kyc'], cwd: 'fresh' },
  { command: 'init', name: 'again', args: ['init', '--project', 'acme-kyc'], cwd: 'fresh', code: 1 },
  {
    command: 'init',
    name: 'live',
    args: ['init', 'live', '--project', 'acme-kyc', '--api', 'https://flows.example.com'],
    cwd: 'fresh',
  },
  help('init'),
  { command: 'ci', name: 'add', args: ['ci', 'add', 'gitlab'], cwd: 'fresh/live' },
  help('ci'),
  { command: 'upgrade', name: 'nothing', args: ['upgrade'], cwd: 'fresh/live' },
  help('upgrade'),

  {
    command: 'validate',
    name: 'invalid',
    args: ['validate'],
    code: 3,
    files: {
      'project/flows/high-value.yaml': `${HIGH_VALUE.replace('passport', 'pasport')}return_ulr: https://example.com/\n`,
      'project/flows/low-value.yaml': 'name: Low-value transactions\ntype: document\nstatic_link: { active: yes }\n',
    },
  },
  { command: 'plan', name: 'invalid', args: ['plan'], code: 3 },
  {
    command: 'validate',
    name: 'valid',
    args: ['validate'],
    files: {
      'project/flows/high-value.yaml': HIGH_VALUE,
      'project/flows/low-value.yaml': aDefinition('Low-value transactions'),
    },
  },
  help('validate'),
  { command: 'test', name: 'no-tests', args: ['test'] },
  {
    command: 'test',
    name: 'failed',
    args: ['test'],
    code: 1,
    files: { 'project/tests/high-value.test.yaml': HIGH_VALUE_TESTS },
  },
  { command: 'test', name: 'github', args: ['test', '--format', 'github'], code: 1 },
  { command: 'test', name: 'junit', args: ['test', '--format', 'junit'], code: 1 },
  { command: 'test', name: 'passed', args: ['test', '--only', 'selfie', '--env', 'local'] },
  { command: 'test', name: 'none-named', args: ['test', '--only', 'sefie'], code: 64 },
  {
    command: 'test',
    name: 'invalid',
    args: ['test'],
    code: 3,
    files: {
      'project/tests/low-value.test.yaml':
        'tests:\n  - name: anybody is verified\n    given: { flow: low-valeu }\n    when: [verifed]\n    then: { status: verified }\n',
    },
  },
  help('test'),
  {
    command: 'fmt',
    gone: ['project/tests/low-value.test.yaml', 'project/tests/high-value.test.yaml'],
    name: 'check',
    args: ['fmt', '--check'],
    code: 1,
    files: { 'project/flows/untidy.yaml': 'type: id_number\nname:   Untidy\n' },
  },
  { command: 'fmt', name: 'done', args: ['fmt'] },
  help('fmt'),
  { command: 'schema', name: 'unknown', args: ['schema', 'flwo'], code: 64 },
  help('schema'),

  { command: 'list', name: 'no-store', args: ['list'], code: 0 },
  { command: 'plan', name: 'create', args: ['plan'] },
  help('plan'),
  { command: 'apply', name: 'nobody-to-ask', args: ['apply'], code: 64 },
  { command: 'apply', name: 'refused', args: ['apply'], answer: 'n', code: 1 },
  { command: 'apply', name: 'agreed', args: ['apply'], answer: 'y' },
  { command: 'apply', name: 'nothing-to-do', args: ['apply', '--yes'] },
  help('apply'),
  { command: 'plan', name: 'nothing-to-do', args: ['plan'] },
  { command: 'list', name: 'flows', args: ['list'] },
  { command: 'list', name: 'none', args: ['list', '--project', 'other'] },
  help('list'),
  { command: 'show', name: 'flow', args: ['show', 'high-value'] },
  { command: 'show', name: 'unknown', args: ['show', 'high-valeu'], code: 1 },
  help('show'),
  {
    command: 'plan',
    name: 'blocked',
    args: ['plan', '--allow', 'archive'],
    code: 5,
    files: { 'project/flows/high-value.yaml': WEAKER },
  },
  { command: 'apply', name: 'blocked', args: ['apply', '--yes'], code: 5 },
  {
    command: 'plan',
    name: 'lifted',
    args: ['plan', '--allow', 'weaken', '--allow', 'protected=high-value'],
  },

  { command: 'sessions', name: 'none', args: ['sessions', 'list'] },
  {
    command: 'sessions',
    name: 'created',
    args: ['sessions', 'create', 'high-value', '--client-reference-id', 'order-6735'],
    keep: { SESSION: /vs_\w+/ },
  },
  { command: 'sessions', name: 'list', args: ['sessions', 'list'] },
  { command: 'sessions', name: 'show', args: ['sessions', 'show', 'SESSION'] },
  {
    command: 'sessions',
    name: 'submitted',
    args: ['sessions', 'submit', 'SESSION', '--outcome', 'document_expired'],
  },
  { command: 'sessions', name: 'unknown', args: ['sessions', 'show', 'vs_nothing'], code: 1 },
  help('sessions'),
  ...['create', 'list', 'show', 'submit'].map((name) => help('sessions', 'sessions', name)),

  { command: 'keys', name: 'none', args: ['keys', 'list'] },
  {
    command: 'keys',
    name: 'created',
    args: ['keys', 'create', '--name', 'ci-plan', '--scope', 'flows:read', 'deployments:write'],
    keep: { KEY: /ak_\w+/ },
  },
  { command: 'keys', name: 'list', args: ['keys', 'list'] },
  { command: 'keys', name: 'revoked', args: ['keys', 'revoke', 'KEY'] },
  help('keys'),
  ...['create', 'list', 'revoke'].map((name) => help('keys', 'keys', name)),

  { command: 'dashboard', name: 'link', args: ['dashboard', '--at', 'http://127.0.0.1:4010'] },
  help('dashboard'),

  { command: 'bootstrap', name: 'first', args: ['bootstrap'] },
  { command: 'bootstrap', name: 'twice', args: ['bootstrap'], code: 1 },
  { command: 'bootstrap', name: 'again', args: ['bootstrap', '--again'] },
  help('bootstrap'),

  { command: 'backup', name: 'done', args: ['backup', 'moving.sqlite'] },
  help('backup'),
  { command: 'restore', name: 'nobody-to-ask', args: ['restore', 'moving.sqlite'], code: 64 },
  { command: 'restore', name: 'done', args: ['restore', 'moving.sqlite'], answer: 'y' },
  help('restore'),
  help('serve'),
  { command: 'migrate', name: 'up-to-date', args: ['migrate'] },
  { command: 'migrate', name: 'up-to-date-json', args: ['migrate', '--check', '--json'] },
  help('migrate'),

  { command: 'plan', name: 'over-http', args: ['plan', '--env', 'served'] },
  { command: 'apply', name: 'over-http', args: ['apply', '--env', 'served', '--yes'] },
  { command: 'list', name: 'over-http', args: ['list', '--env', 'served'] },
  { command: 'show', name: 'over-http', args: ['show', 'low-value', '--env', 'served'] },
  {
    command: 'plan',
    name: 'conflict',
    args: ['plan', '--env', 'served'],
    code: 1,
    files: { 'project/flows/low-value.yaml': aDefinition('Low-value', 'renamed_from: untidy\n') },
    gone: ['project/flows/untidy.yaml'],
  },
  {
    command: 'plan',
    name: 'rename-and-archive',
    args: ['plan', '--env', 'served'],
    files: { 'project/flows/tidy.yaml': 'name: Tidy\ntype: id_number\nrenamed_from: untidy\n' },
    gone: ['project/flows/low-value.yaml'],
  },
  { command: 'plan', name: 'only', args: ['plan', '--env', 'served', '--only', 'tidy'] },
  { command: 'plan', name: 'commit-info', args: ['plan', '--env', 'served', '--commit-info'], env: JOB },
  { command: 'plan', name: 'saved', args: ['plan', '--env', 'served', '--out', 'plan.json'], env: JOB },
  {
    command: 'apply',
    name: 'saved',
    args: ['apply', 'plan.json'],
    env: JOB,
    keep: { DEPLOYMENT: /vfd_\w+/ },
  },
  { command: 'apply', name: 'applied-already', args: ['apply', 'plan.json'] },
  { command: 'diff', name: 'none', args: ['diff', 'local', 'served'] },
  { command: 'drift', name: 'none', args: ['drift', '--env', 'served'] },
  { command: 'pull', name: 'nothing', args: ['pull', '--env', 'served'] },
  {
    command: 'plan',
    name: 'saved-to-be-stale',
    args: ['plan', '--env', 'served', '--out', 'plan.json'],
    files: { 'project/flows/high-value.yaml': HIGH_VALUE },
  },
  {
    command: 'apply',
    name: 'stale',
    args: ['apply', 'plan.json'],
    code: 4,
    outside: async (call) => {
      await updateFlow(call, 'high-value', {
        description: 'Payouts above 5,000 EUR, as the regulator asked for on the telephone this morning.',
        options: { document: { require_live_capture: false } },
      })
      await updateFlow(call, 'tidy', { metadata: { team: 'support' } })
    },
  },
  { command: 'drift', name: 'found', args: ['drift', '--env', 'served'], code: 2 },
  { command: 'drift', name: 'one-flow', args: ['drift', 'tidy', '--env', 'served'], code: 2 },
  { command: 'drift', name: 'unknown', args: ['drift', 'tydi', '--env', 'served'], code: 64 },
  help('drift'),
  { command: 'plan', name: 'drift', args: ['plan', '--env', 'served'] },

  { command: 'history', name: 'deployments', args: ['history', '--env', 'served'] },
  { command: 'history', name: 'of-one-flow', args: ['history', '--env', 'served', '--flow', 'tidy', '--limit', '1'] },
  { command: 'history', name: 'unreachable', args: ['history', '--env', 'away'], code: 1 },
  help('history'),
  { command: 'show', name: 'deployment', args: ['show', 'DEPLOYMENT', '--env', 'served'] },
  { command: 'show', name: 'unknown-deployment', args: ['show', `vfd_${'0'.repeat(24)}`, '--env', 'served'], code: 1 },
  { command: 'blame', name: 'flow', args: ['blame', 'high-value', '--env', 'served'] },
  { command: 'blame', name: 'unknown', args: ['blame', 'high-valeu', '--env', 'served'], code: 1 },
  help('blame'),
  { command: 'events', name: 'deployment', args: ['events', 'DEPLOYMENT', '--env', 'served'] },
  { command: 'events', name: 'nothing-named', args: ['events'], code: 64 },
  {
    command: 'events',
    name: 'follow',
    args: ['events', '--follow', '--env', 'served'],
    until: 'Waiting',
    code: 130,
  },
  help('events'),

  { command: 'pull', name: 'check', args: ['pull', '--env', 'served', '--check', '--all'], code: 2 },
  { command: 'pull', name: 'kept', args: ['pull', '--env', 'served'] },
  { command: 'pull', name: 'all', args: ['pull', '--env', 'served', '--all'] },
  { command: 'pull', name: 'at', args: ['pull', '--env', 'served', '--at', 'DEPLOYMENT'] },
  { command: 'pull', name: 'at-again', args: ['pull', '--env', 'served', '--at', 'DEPLOYMENT'] },
  { command: 'pull', name: 'unknown', args: ['pull', 'high-valeu', '--env', 'served'], code: 64 },
  { command: 'pull', name: 'no-forge', args: ['pull', '--env', 'served', '--all', '--pull-request'], code: 64 },
  help('pull'),

  { command: 'import', name: 'nothing', args: ['import', '--env', 'served', '--yes'] },
  {
    command: 'import',
    name: 'nobody-to-ask',
    args: ['import', '--env', 'served'],
    code: 64,
    outside: async (call) => {
      const document = { require_live_capture: true }
      await createFlow(call, { key: 'spring-campaign', name: 'Spring', type: 'document', options: { document } })
      await createFlow(call, { key: 'autumn-campaign', name: 'Autumn', type: 'id_number' })
    },
  },
  { command: 'import', name: 'no-adopt', args: ['import', 'spring-campaign', '--env', 'served', '--no-adopt'] },
  { command: 'import', name: 'unknown', args: ['import', 'sprng-campaign', '--env', 'served', '--yes'], code: 1 },
  { command: 'import', name: 'done', args: ['import', '--env', 'served', '--yes'] },
  help('import'),
  { command: 'adopt', name: 'refused', args: ['adopt', 'spring-campaign', '--env', 'served'], answer: 'n', code: 1 },
  { command: 'adopt', name: 'agreed', args: ['adopt', 'spring-campaign', '--env', 'served'], answer: 'y' },
  { command: 'adopt', name: 'again', args: ['adopt', 'spring-campaign', '--env', 'served', '--yes'], code: 1 },
  help('adopt'),

  {
    command: 'diff',
    name: 'definitions',
    args: ['diff', 'local', 'served'],
    files: {
      'project/flows/high-value.yaml': `${HIGH_VALUE}environments:
  served:
    return_url: https://example.com/a-long-way/to-the-payouts/of-this-customer/verified
    options: { document: { require_matching_selfie: false } }
`,
    },
  },
  { command: 'diff', name: 'observed', args: ['diff', 'local', 'served', '--observed'] },
  { command: 'diff', name: 'unknown', args: ['diff', 'local', 'servd'], code: 64 },
  help('diff'),
  { command: 'promote', name: 'check', args: ['promote', 'local', 'served', '--check'], code: 2 },
  {
    command: 'promote',
    name: 'done',
    args: ['promote', 'local', 'served', '--except', 'return_url'],
  },
  { command: 'promote', name: 'nothing', args: ['promote', 'local', 'served', '--except', 'return_url'] },
  {
    command: 'promote',
    name: 'unknown-field',
    args: ['promote', 'local', 'served', '--except', 'retrun_url'],
    code: 64,
  },
  help('promote'),

  {
    command: 'comment',
    name: 'dry-run',
    args: ['comment', 'plan.json', '--dry-run'],
    env: JOB,
  },
  { command: 'comment', name: 'created', args: ['comment', 'plan.json'], env: JOB },
  { command: 'comment', name: 'unchanged', args: ['comment', 'plan.json'], env: JOB },
  {
    command: 'comment',
    name: 'applied',
    args: ['comment', '--env', 'served', '--status', 'applied', '--deployment', 'DEPLOYMENT'],
    env: JOB,
  },
  { command: 'comment', name: 'reviewed', args: ['comment', '--reviewed', '--env', 'served'], env: JOB },
  { command: 'comment', name: 'no-forge', args: ['comment', 'plan.json', '--pull-request', '1'], code: 64 },
  { command: 'comment', name: 'no-pull-request', args: ['comment', 'plan.json'], code: 64 },
  help('comment'),

  { command: 'synth', name: 'printed', args: ['synth', '--env', 'served'] },
  { command: 'synth', name: 'check', args: ['synth', '--out', 'terraform', '--check'], code: 2 },
  { command: 'synth', name: 'done', args: ['synth', '--out', 'terraform', '--import'] },
  { command: 'synth', name: 'again', args: ['synth', '--out', 'terraform', '--import'] },
  { command: 'synth', name: 'not-read', args: ['synth', '--out', 'flows.json'], code: 64 },
  help('synth'),
  { command: 'terraform', name: 'install', args: ['terraform', 'install', '--dir', 'terraform'] },
  { command: 'terraform', name: 'install-again', args: ['terraform', 'install', '--dir', 'terraform'] },
  {
    command: 'terraform',
    name: 'install-elsewhere',
    args: ['terraform', 'install', '--dir', 'elsewhere'],
    files: {
      'project/elsewhere/.keep': '',
      'project/settings.rc': 'provider_installation {\n  direct {}\n}\n',
    },
    env: { TF_CLI_CONFIG_FILE: 'settings.rc' },
  },
  { command: 'terraform', name: 'no-folder', args: ['terraform', 'install', '--dir', 'nowhere'], code: 64 },
  help('terraform'),
  help('terraform', 'terraform', 'install'),

  {
    command: 'import',
    name: 'not-shown',
    args: ['import', '--env', 'served', '--from-terraform', 'terraform/flows.tf.json'],
    code: 64,
  },
  {
    command: 'import',
    name: 'from-terraform-elsewhere',
    args: ['import', '--env', 'served', '--from-terraform', 'state.json'],
    code: 1,
    files: {
      'project/state.json': JSON.stringify({
        format_version: '1.0',
        values: {
          root_module: {
            resources: [
              {
                address: 'flows_verification_flow.gone',
                mode: 'managed',
                type: 'flows_verification_flow',
                values: { id: 'vf_0mfz1k2a9c4d8e7f6g5h4j3k' },
              },
            ],
          },
        },
      }),
    },
  },

  {
    command: 'watch',
    name: 'not-in-git',
    args: ['watch', 'stripe'],
    code: 2,
    cwd: 'stripe',
    files: { 'stripe/flows.config.yaml': STRIPE_CONFIG },
    env: READING,
  },
  { command: 'import', name: 'from-stripe', args: ['import', '--from-stripe'], cwd: 'stripe', env: READING },
  { command: 'watch', name: 'in-sync', args: ['watch', 'stripe'], cwd: 'stripe', env: READING },
  {
    command: 'watch',
    name: 'drifted',
    args: ['watch', 'stripe', '--env', 'live', '--since', '7d'],
    code: 2,
    cwd: 'stripe',
    files: {
      'stripe/flows/stripe-spayouts.yaml': aDefinition(
        'Payouts',
        `options:\n  matching: { name: similar }\nstripe_flow: { live: ${STRIPE_FLOW} }\n`,
      ),
    },
    env: READING,
  },
  { command: 'watch', name: 'no-key', args: ['watch', 'stripe'], code: 6, cwd: 'stripe' },
  { command: 'watch', name: 'no-permission', args: ['watch', 'stripe'], code: 6, cwd: 'stripe', env: NOT_READING },
  help('watch'),
  help('watch', 'watch', 'stripe'),
  {
    command: 'sessions',
    name: 'create-direct',
    args: ['sessions', 'create', 'direct', '--direct', '--env', 'test', '--client-reference-id', 'user_42'],
    cwd: 'stripe',
    files: { 'stripe/flows/direct.yaml': aDefinition('Direct') },
    env: WRITING,
  },
  {
    command: 'sessions',
    name: 'create-direct-refused',
    args: ['sessions', 'create', 'stripe-spayouts', '--direct', '--env', 'test'],
    code: 1,
    cwd: 'stripe',
    env: WRITING,
  },

  {
    command: 'link',
    name: 'not-active',
    args: ['link', 'tidy', '--env', 'served'],
  },
  {
    command: 'link',
    name: 'active',
    args: ['link', 'tidy', '--env', 'served'],
    outside: (call) => updateFlow(call, 'tidy', { static_link: { active: true } }),
  },
  { command: 'link', name: 'embedded', args: ['link', 'low-value'] },
  { command: 'link', name: 'nobody-to-ask', args: ['link', 'tidy', '--env', 'served', '--rotate'], code: 64 },
  { command: 'link', name: 'refused', args: ['link', 'tidy', '--env', 'served', '--rotate'], answer: 'n', code: 1 },
  { command: 'link', name: 'rotated', args: ['link', 'tidy', '--env', 'served', '--rotate'], answer: 'y' },
  help('link'),

  {
    command: 'plan',
    name: 'policies',
    args: ['plan', '--env', 'served'],
    code: 5,
    files: {
      'project/flows/low-value.yaml': aDefinition('Low-value transactions'),
      'project/flows/mid-value.yaml': aDefinition('Mid-value transactions', 'return_url: http://127.0.0.1/mid\n'),
      'project/policies/live-capture.yaml': LIVE_CAPTURE,
      'project/policies/return-url.yaml':
        'require: flow.return_url == null || flow.return_url.startsWith("https://")\nmessage: people return over https\nlevel: warn\n',
    },
  },
  { command: 'apply', name: 'policies', args: ['apply', '--env', 'served', '--yes'], code: 5 },
  { command: 'validate', name: 'valid-with-policies', args: ['validate'] },
  {
    command: 'validate',
    name: 'invalid-policy',
    args: ['validate'],
    code: 3,
    files: {
      'project/policies/live-capture.yaml': LIVE_CAPTURE.replace('live_capture', 'live_captur'),
      'project/policies/return-url.yaml':
        'require: flow.return_url ==\nmesage: people return over https\nlevel: warn\n',
    },
  },
  { command: 'doctor', name: 'problems', args: ['doctor'], env: { FLOWS_KEY: '' }, code: 1 },
  {
    command: 'doctor',
    name: 'one-environment',
    args: ['doctor', '--env', 'served'],
    files: { 'project/policies/live-capture.yaml': LIVE_CAPTURE },
    gone: ['project/policies/return-url.yaml'],
  },
  help('doctor'),
  { command: 'completion', name: 'unknown', args: ['completion', 'tcsh'], code: 64 },
  help('completion'),

  { command: 'serve', name: 'ready', args: ['serve', '--port', '0'], until: 'Ctrl-C', code: 130 },
  { command: 'dev', name: 'not-local', args: ['dev', '--env', 'served'], code: 64 },
  {
    command: 'dev',
    name: 'ready',
    args: ['dev', '--port', '0'],
    until: 'Applied',
    code: 130,
    gone: ['project/policies/live-capture.yaml'],
  },
  help('dev'),

  { command: 'plan', name: 'no-key', args: ['plan', '--env', 'served'], env: { FLOWS_KEY: '' }, code: 6 },
  { command: 'plan', name: 'wrong-key', args: ['plan', '--env', 'served'], env: { FLOWS_KEY: 'sk_test_no' }, code: 6 },
  { command: 'list', name: 'unreachable', args: ['list', '--env', 'away'], code: 1 },
]
