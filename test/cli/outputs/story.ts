import { aDefinition } from '../../helpers/cli.js'

/** One command line of the story, and where what it prints is kept: `<command>/<name>.<variant>.txt`. */
export interface Scene {
  /** The row of the command table, or `flows` for what belongs to none. */
  readonly command: string
  readonly name: string
  /** A word in capitals that an earlier scene kept stands for what it found. */
  readonly args: readonly string[]
  /** By default 0. */
  readonly code?: number
  /** Written before, from the folder of all projects; {URL} is the address of a flows API. */
  readonly files?: Readonly<Record<string, string>>
  /** Removed before. */
  readonly gone?: readonly string[]
  /** Where it runs, from there; by default in the project. */
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** What a person answers when asked. By default nobody is there. */
  readonly answer?: string
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
  { command: 'flows', name: 'no-command', args: [], code: 64 },
  { command: 'flows', name: 'unknown-command', args: ['aply'], code: 64 },
  { command: 'flows', name: 'unknown-option', args: ['plan', '--fromat=json'], code: 64 },
  { command: 'flows', name: 'unknown-environment', args: ['plan', '--env', 'liv'], code: 64 },

  { command: 'init', name: 'new', args: ['init', '--project', 'acme-kyc'], cwd: 'fresh' },
  { command: 'init', name: 'again', args: ['init', '--project', 'acme-kyc'], cwd: 'fresh', code: 1 },
  help('init'),

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
  {
    command: 'fmt',
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

  { command: 'backup', name: 'done', args: ['backup', 'moving.sqlite'] },
  help('backup'),
  { command: 'restore', name: 'nobody-to-ask', args: ['restore', 'moving.sqlite'], code: 64 },
  { command: 'restore', name: 'done', args: ['restore', 'moving.sqlite'], answer: 'y' },
  help('restore'),
  help('serve'),

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
  { command: 'plan', name: 'no-key', args: ['plan', '--env', 'served'], env: { FLOWS_KEY: '' }, code: 6 },
  { command: 'plan', name: 'wrong-key', args: ['plan', '--env', 'served'], env: { FLOWS_KEY: 'sk_test_no' }, code: 6 },
  { command: 'list', name: 'unreachable', args: ['list', '--env', 'away'], code: 1 },
]
