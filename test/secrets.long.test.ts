import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { COMMANDS } from '../src/cli/program/table.js'
import { service } from '../src/service/operations/calls/call.js'
import { localUser } from '../src/service/operations/calls/principal.js'
import { updateFlow } from '../src/service/operations/flows/flows.js'
import { openSqliteStore } from '../src/store/sqlite/open.js'
import { aDefinition, flows, writeFiles } from './helpers/cli.js'
import { type Served, served } from './service/serving.js'

/** What nobody but its owner may read, each of its own kind. */
const CANARIES = {
  email: 'canary-person@example.com',
  phone: '+12025550147',
  reference: 'canary-reference',
  'label of a session': 'canary-label',
  'password of the database': 'canary-password',
  'token in the address of the repository': 'ghp_canaryrepositorytoken0000',
  'token of the CI': 'canary-ci-token',
  'API key in a flow': `sk_live_${'canary'.repeat(4)}`,
  'API key in a file': `rk_live_${'canaryfile'.repeat(3)}`,
} as const

type Canary = keyof typeof CANARIES

/** A way to call a command; what it is there to show to who asks for it, and nothing else, is named. */
interface Calling {
  readonly args: readonly string[]
  readonly shows?: readonly Canary[]
}

interface World {
  readonly session: string
  readonly deployment: string
  readonly folder: string
}

const human = (args: readonly string[]): Calling => ({ args })
const inFormats = (args: readonly string[], ...formats: readonly string[]): Calling[] =>
  formats.map((format) => ({ args: [...args, '--format', format] }))

/** Of every command, how it is called here. A new command fails the test until it has its row. */
const CALLS: Readonly<Record<string, (world: World) => readonly Calling[]>> = {
  init: ({ folder }) => [human(['init', join(folder, 'new'), '--project', 'new'])],
  validate: () => inFormats(['validate'], 'human', 'json', 'github', 'sarif'),
  fmt: () => [human(['fmt', '--check']), human(['fmt', 'flows/none.yaml'])],
  test: () => inFormats(['test'], 'human', 'json', 'junit', 'github'),
  schema: () => [human(['schema', 'api'])],
  plan: ({ folder }) => [
    ...inFormats(['plan'], 'human', 'json', 'markdown', 'github'),
    human(['plan', '--out', join(folder, 'plan.json')]),
  ],
  drift: () => inFormats(['drift'], 'human', 'json', 'markdown', 'github'),
  // The service stands in for Stripe here.
  watch: () => inFormats(['watch', 'stripe'], 'human', 'json'),
  history: () => inFormats(['history'], 'human', 'json'),
  blame: () => inFormats(['blame', 'a'], 'human', 'json'),
  events: ({ deployment }) => [human(['events', deployment])],
  pull: () => inFormats(['pull', '--all', '--check'], 'human', 'json'),
  import: () => inFormats(['import'], 'human', 'json'),
  adopt: () => inFormats(['adopt', 'a', '--yes'], 'human', 'json'),
  diff: () => inFormats(['diff', 'local', 'remote'], 'human', 'json'),
  promote: () => inFormats(['promote', 'local', 'remote', '--check'], 'human', 'json'),
  // The dry run says what would be said where everybody reads it; the CI's forge is nobody's here.
  comment: () => [
    human(['comment', '--dry-run']),
    human(['comment', '--pull-request', '1']),
    human(['comment', '--pull-request', '1', '--json']),
    human(['comment', '--reviewed', '--sha', '0'.repeat(40)]),
  ],
  synth: ({ folder }) => [
    human(['synth']),
    human(['synth', '--import']),
    human(['synth', '--out', join(folder, 'terraform')]),
  ],
  // Not into the folder that is searched: the program has the name of the simulator's person in it.
  terraform: () =>
    inFormats(['terraform', 'install', '--dir', mkdtempSync(join(tmpdir(), 'flows-plugins-'))], 'human', 'json'),
  list: () => inFormats(['list'], 'human', 'json'),
  link: () => inFormats(['link', 'a'], 'human', 'json'),
  show: ({ deployment }) => [
    ...inFormats(['show', 'a'], 'human', 'json'),
    ...inFormats(['show', deployment], 'human', 'json'),
  ],
  sessions: ({ session }) => [
    { args: ['sessions', 'list'], shows: ['reference'] },
    { args: ['sessions', 'list', '--json'], shows: ['reference', 'label of a session', 'email', 'phone'] },
    { args: ['sessions', 'show', session], shows: ['reference', 'label of a session'] },
    { args: ['sessions', 'show', session, '--json'], shows: ['reference', 'label of a session', 'email', 'phone'] },
    { args: ['sessions', 'create', 'a', '--email', CANARIES.email, '--phone', 'canary'] },
    { args: ['sessions', 'create', 'b', '--direct', '--email', CANARIES.email] },
    { args: ['sessions', 'submit', session, '--outcome', 'canary-outcome'] },
  ],
  doctor: () => inFormats(['doctor'], 'human', 'json'),
  ci: () => [human(['ci', 'add', 'github'])],
  upgrade: () => [human(['upgrade', '--check'])],
  completion: () => ['bash', 'zsh', 'fish'].map((shell) => human(['completion', shell])),
  // With a port that no listener may have, so that it ends; test/cli/dev.long.test.ts has it running.
  dev: () => [human(['dev', '--port', '99999'])],
  // The store behind these cannot be reached: what is told of it is told of its address.
  serve: () => [human(['serve', '--port', '0'])],
  migrate: () => inFormats(['migrate', '--check'], 'human', 'json'),
  dashboard: () => [human(['dashboard', '--at', 'http://127.0.0.1:1'])],
  bootstrap: () => [human(['bootstrap'])],
  keys: () => inFormats(['keys', 'list'], 'human', 'json'),
  backup: ({ folder }) => [human(['backup', join(folder, 'backup.sqlite')])],
  restore: ({ folder }) => [human(['restore', join(folder, 'none.sqlite'), '--yes'])],
  // Last: it takes back what was edited.
  apply: () => [human(['apply']), ...inFormats(['apply', '--yes'], 'human', 'json', 'jsonl')],
}

const WITHOUT_ENV = new Set([
  'init',
  'validate',
  'fmt',
  'schema',
  'diff',
  'promote',
  'terraform',
  'ci',
  'upgrade',
  'completion',
])
const AT_THE_STORE = new Set(['serve', 'migrate', 'dashboard', 'bootstrap', 'keys', 'backup', 'restore'])

test('every command has a row here', () => {
  expect(Object.keys(CALLS).sort()).toEqual(COMMANDS.map(({ name }) => name).sort())
})

let api: Served
let folder: string
/** With which every command runs. */
let env: Readonly<Record<string, string>>

beforeEach(async () => {
  api = await served({ processing: 0, webhookAllow: ['127.0.0.0/8'] })
  folder = mkdtempSync(join(tmpdir(), 'flows-secrets-'))
  writeFiles(folder, {
    'flows.config.yaml': `project: acme-kyc\nenvironments:\n  local: {}\n  remote: { api: "${api.url}", api_key_env: FLOWS_KEY }\n`,
    'flows/a.yaml': aDefinition('A'),
    'flows/b.yaml': aDefinition('B'),
  })
  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder })
  git('init', '-q')
  const token = CANARIES['token in the address of the repository']
  git('remote', 'add', 'origin', `https://someone:${token}@example.com/acme/flows.git`)
  git('add', '-A')
  git('-c', 'user.name=A', '-c', 'user.email=a@example.com', '-c', 'commit.gpgsign=false', 'commit', '-qm', 'one')
  const ci = CANARIES['token of the CI']
  env = {
    GITHUB_TOKEN: ci,
    GITHUB_ACTIONS: 'true',
    GITHUB_REPOSITORY: 'acme/flows',
    // Nobody listens there.
    GITHUB_API_URL: 'http://127.0.0.1:1',
    GITHUB_SERVER_URL: `https://someone:${ci}@example.com`,
    GITHUB_RUN_ID: '1',
    CI_JOB_TOKEN: ci,
    CI_REPOSITORY_URL: `https://gitlab-ci-token:${ci}@example.com/acme/flows.git`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: ci,
    FLOWS_KEY: api.key,
    STRIPE_API_BASE: api.url,
    STRIPE_API_KEY: api.key,
    FLOWS_ENV: '',
    NO_COLOR: '1',
  }
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** All that a command line printed on either output. */
async function printedBy(args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<string> {
  const { stdout, stderr } = await flows(args, { cwd: folder, env: { ...env, ...more } })
  return stdout + stderr
}

/** Flows deployed, one edited outside git so that an API key stands in it, and a verified person, in an environment. */
async function aWorld(environment: string): Promise<World & { readonly secrets: readonly string[] }> {
  const at = ['--env', environment]
  await printedBy(['apply', '--yes', ...at])
  const edit = { metadata: { note: CANARIES['API key in a flow'] } }
  if (environment === 'local') {
    const store = await openSqliteStore({ file: join(folder, '.flows', 'store.sqlite') })
    await service({ store }).write({ livemode: false, principal: localUser('dashboard') }, (call) =>
      updateFlow(call, 'a', edit),
    )
    await store.close()
  } else
    await api.service.write({ livemode: false, principal: localUser('dashboard') }, (call) =>
      updateFlow(call, 'a', edit),
    )
  const { email, phone, reference } = CANARIES
  const person = ['--email', email, '--phone', phone, '--client-reference-id', reference]
  const label = ['--metadata', `note=${CANARIES['label of a session']}`]
  const session = JSON.parse(await printedBy(['sessions', 'create', 'b', ...person, ...label, '--json', ...at]))
  await printedBy(['sessions', 'submit', session.id, ...at])
  const { deployments } = JSON.parse(await printedBy(['history', '--json', ...at]))
  const { body } = await api.call('POST', '/v1/webhook_endpoints', {
    body: { url: 'https://example.com', enabled_events: { 0: '*' } },
  })
  const outputs = await api.call('GET', `/v1/identity/verification_sessions/${session.id}?expand[]=verified_outputs`)
  const verified = Object.values(outputs.body.verified_outputs ?? {}).filter((one) => typeof one === 'string')
  return {
    session: session.id,
    deployment: deployments[0].id,
    folder,
    secrets: [api.key, api.liveKey, body.secret, ...(verified as string[])].filter(
      (one) => one.length > 4 && !Object.values<string>(CANARIES).includes(one),
    ),
  }
}

/** The names of the canaries that a text holds. */
function heard(text: string, secrets: readonly string[] = []): string[] {
  const known = Object.entries(CANARIES).filter(([, canary]) => text.includes(canary))
  return [...known.map(([name]) => name), ...secrets.filter((secret) => text.includes(secret))]
}

/** All that lies in the project but the store and git's own files, which are nobody else's to read. */
function filesIn(root: string): string {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => !/^\.git\/|store\.sqlite|backup\.sqlite/.test(name))
    .map((name) => join(root, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'latin1'))
    .join('\n')
}

describe.each(['local', 'remote'])(
  'no secret and nothing personal is printed, in the environment %s',
  (environment) => {
    test('by any command in any format, nor left in a file, nor told in the log', async () => {
      const world = await aWorld(environment)
      for (const [name, callsOf] of Object.entries(CALLS)) {
        let told = ''
        for (const { args, shows = [] } of callsOf(world)) {
          const takesEnv = !AT_THE_STORE.has(name) && !WITHOUT_ENV.has(name)
          const DATABASE_URL = `postgres://flows:${CANARIES['password of the database']}@127.0.0.1:1/flows`
          const printed = await printedBy(
            [...args, ...(takesEnv ? ['--env', environment] : [])],
            AT_THE_STORE.has(name) ? { DATABASE_URL } : {},
          )
          told += printed
          // The schemas are the same for everybody, and have the examples that the simulator answers.
          const unexpected = heard(printed, name === 'schema' ? [] : world.secrets).filter(
            (one) => !shows.includes(one as Canary),
          )
          expect(unexpected, `${args.join(' ')}:\n${printed}`).toEqual([])
        }
        expect(told, name).not.toBe('')
      }
      expect(heard(filesIn(folder), world.secrets)).toEqual([])
      expect(heard(JSON.stringify(api.log), world.secrets)).toEqual([])
    })
  },
)

test('an API key in a definition or in the configuration is refused, and not repeated', async () => {
  const key = CANARIES['API key in a file']
  writeFiles(folder, { 'flows/a.yaml': aDefinition('A', `metadata: { note: ${key} }\n`) })
  for (const format of ['human', 'json', 'github', 'sarif']) {
    const printed = await printedBy(['validate', '--format', format])
    expect(printed).toContain('API_KEY_IN_FILE')
    expect(heard(printed)).toEqual([])
  }
  expect(heard(await printedBy(['apply', '--yes', '--format', 'jsonl', '--env', 'local']))).toEqual([])
  writeFiles(folder, { 'flows.config.yaml': `project: acme-kyc\nflows: ${key}\nenvironments: { local: {} }\n` })
  expect(heard(await printedBy(['plan', '--json']))).toEqual([])
})

test('the address of the database is not repeated when it is none', async () => {
  const DATABASE_URL = `mysql://flows:${CANARIES['password of the database']}@127.0.0.1/flows`
  const printed = await printedBy(['keys', 'list'], { DATABASE_URL })
  expect(printed).toContain('DATABASE_URL')
  expect(heard(printed)).toEqual([])
})
