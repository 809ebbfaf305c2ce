import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aDefinition, aFolder, aProject, flows } from '../helpers/cli.js'
import { begin } from '../stripe/history.js'
import { StripeStandIn } from '../stripe/stand-in.js'

const DAY = 24 * 60 * 60
const CONFIG = `project: acme
environments:
  test: { api: "http://127.0.0.1:2", api_key_env: FLOWS_KEY }
  live: { mode: live, api: "http://127.0.0.1:2", api_key_env: FLOWS_KEY }
`
const SELFIE = { document: { require_matching_selfie: true } }
const PHONE = { ...SELFIE, phone: { require_verification: true } }
const PAYOUTS = 'vf_1PayoutsPayoutsPayouts01'
const CAMPAIGN = 'vf_1CampaignCampaignCampai'
const OF_TEST = 'vf_1OfTestOfTestOfTestOfTe'

let standIn: StripeStandIn

beforeAll(async () => {
  standIn = await StripeStandIn.start()
  const now = Math.floor(Date.now() / 1000)
  const flows = [
    { id: PAYOUTS, options: SELFIE, edited: { at: 200, options: PHONE } },
    { id: CAMPAIGN, options: { document: { allowed_types: ['passport' as const] } } },
  ]
  begin(standIn.live, { count: 250, flows, from: now - 20 * DAY, to: now - 60 })
  standIn.test.addFlow(SELFIE, { id: OF_TEST })
})
afterAll(() => standIn.close())

const keyOf = (mode: 'test' | 'live', access: 'read' | 'write' = 'read'): string =>
  standIn.keys.restricted(mode, { sessions: access })
const envOf = (key: string) => ({ STRIPE_API_KEY: key, STRIPE_API_BASE: standIn.url })
const filesIn = (cwd: string) => {
  const names = readdirSync(join(cwd, 'flows')).sort()
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(cwd, 'flows', name), 'utf8')]))
}

/** What is set, the environment, the exit code and the code of the failure. */
type Stop = readonly [
  what: string,
  env: Readonly<Record<string, () => string>>,
  environment: string | undefined,
  exitCode: number,
  code: string,
]

describe('flows watch stripe', () => {
  test('works with a key and nothing else: no project, no service', async () => {
    const { code, stdout } = await flows(['watch', 'stripe', '--json'], {
      cwd: aFolder(),
      env: { STRIPE_LIVE_KEY: keyOf('live'), STRIPE_API_BASE: standIn.url },
    })
    const report = JSON.parse(stdout)
    expect([code, report.exit_code, report.mode, report.environment, report.sessions]).toEqual([
      2,
      2,
      'live',
      null,
      250,
    ])
    expect(report.flows.map(({ id, status }: { id: string; status: string }) => [id, status]).sort()).toEqual([
      [CAMPAIGN, 'not_in_git'],
      [PAYOUTS, 'not_in_git'],
    ])
    expect(standIn.limits.calls.size).toBe(1)
  })

  test('is quiet when git says the same, and names the line that does not', async () => {
    const cwd = aProject({}, CONFIG)
    const env = envOf(keyOf('live'))
    expect((await flows(['import', '--from-stripe'], { cwd, env })).code).toBe(0)
    expect((await flows(['validate'], { cwd, env })).code).toBe(0)
    const watched = await flows(['watch', 'stripe'], { cwd, env })
    expect([watched.code, watched.stdout]).toEqual([0, expect.stringContaining('2 flows: 2 in sync.')])
    const edited = aProject(
      {
        payouts: aDefinition(
          'Payouts',
          `options:\n  document:\n    require_matching_selfie: false\nstripe_flow: { live: ${PAYOUTS} }\n`,
        ),
      },
      CONFIG,
    )
    const drifted = await flows(['watch', 'stripe', '--json'], { cwd: edited, env })
    const flow = JSON.parse(drifted.stdout).flows.find(({ id }: { id: string }) => id === PAYOUTS)
    expect([drifted.code, flow.status, flow.definition]).toEqual([
      2,
      'drifted',
      { key: 'payouts', file: 'flows/payouts.yaml' },
    ])
    expect(flow.fields).toEqual([
      {
        path: '/options/document/require_matching_selfie',
        before: false,
        after: true,
        file: 'flows/payouts.yaml',
        line: 5,
      },
      { path: '/options/phone/require_verification', before: false, after: true, file: null, line: null },
    ])
    expect(flow.edits).toMatchObject([{ fields: [{ path: '/options/phone/require_verification' }] }])

    // A scheduled job says it at the lines, and in its summary.
    const github = await flows(['watch', 'stripe', '--format', 'github'], { cwd: edited, env })
    const title = 'title=payouts at Stripe'
    expect([github.code, github.stdout.split('\n').sort()]).toEqual([
      2,
      [
        '',
        `::warning file=flows/payouts.yaml,line=1,${title}::options.phone.require_verification: git says false, Stripe checks true (${PAYOUTS})`,
        `::warning file=flows/payouts.yaml,line=5,${title}::options.document.require_matching_selfie: git says false, Stripe checks true (${PAYOUTS})`,
        expect.stringMatching(`^::warning title=Flow not in git::${CAMPAIGN}: \\d+ sessions, and no definition`),
      ],
    ])
    const markdown = await flows(['watch', 'stripe', '--format', 'markdown'], { cwd: edited, env })
    expect(markdown.stdout).toContain('**2 flows: 1 drifted, 1 not in git.**')
    const row = (...cells: readonly string[]) => `| ${cells.map((cell) => `<code>${cell}</code>`).join(' | ')} |`
    const [selfie, phone] = ['require&#95;matching&#95;selfie', 'require&#95;verification']
    expect(markdown.stdout).toContain(row(`options.document.${selfie}`, 'false', 'true', 'flows/payouts.yaml:5'))
    expect(markdown.stdout).toMatch(new RegExp(`Edited between .*\\n\\n- <code>options.phone.${phone}</code>`))
  })

  const stops: readonly Stop[] = [
    ['no key', {}, 'live', 6, 'api_key_missing'],
    ['a key of the other mode', { STRIPE_API_KEY: () => keyOf('test') }, 'live', 6, 'key_of_other_mode'],
    ['a key that nobody knows', { STRIPE_API_KEY: () => 'rk_live_nobody00000000' }, 'live', 6, 'stripe_not_authorised'],
    [
      'a key without the permission',
      { STRIPE_API_KEY: () => standIn.keys.restricted('live', { events: 'read' }) },
      'live',
      6,
      'stripe_not_authorised',
    ],
    [
      'two keys, and nobody knows which',
      { STRIPE_TEST_KEY: () => keyOf('test'), STRIPE_LIVE_KEY: () => keyOf('live') },
      undefined,
      64,
      'bad_usage',
    ],
    [
      'an address that is not encrypted',
      { STRIPE_API_KEY: () => keyOf('live'), STRIPE_API_BASE: () => 'http://example.com' },
      'live',
      64,
      'bad_usage',
    ],
  ]
  test.each(stops)('stops at %s', async (_what, given, environment, code, expected) => {
    const env = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, value()]))
    const args = ['watch', 'stripe', '--json', ...(environment === undefined ? [] : ['--env', environment])]
    const run = await flows(args, { cwd: aProject({}, CONFIG), env: { STRIPE_API_BASE: standIn.url, ...env } })
    const { message, code: told } = JSON.parse(run.stdout)
    expect([run.code, told]).toEqual([code, expected])
    for (const key of Object.values(env)) expect(`${message}${run.stderr}`).not.toContain(key.slice(12))
  })
})

describe('flows import --from-stripe', () => {
  test('writes a definition for every flow in use, and binds one of the other mode to it', async () => {
    const cwd = aProject({}, CONFIG)
    const live = envOf(keyOf('live'))
    const imported = await flows(['import', '--from-stripe', '--key', `payouts=${PAYOUTS}`], { cwd, env: live })
    expect([imported.code, filesIn(cwd)]).toEqual([
      0,
      {
        'payouts.yaml': `name: Stripe flow ${PAYOUTS}
type: document
options:
  document:
    require_matching_selfie: true
  phone: { require_verification: true }
stripe_flow: { live: ${PAYOUTS} }
`,
      },
    ])
    await flows(['import', '--from-stripe', '--env', 'test', '--key', `payouts=${OF_TEST}`], {
      cwd,
      env: envOf(keyOf('test')),
    })
    expect(filesIn(cwd)['payouts.yaml']).toContain(`stripe_flow: { test: ${OF_TEST}, live: ${PAYOUTS} }`)
    const rest = JSON.parse(
      (await flows(['import', '--from-stripe', '--env', 'live', '--json'], { cwd, env: live })).stdout,
    )
    expect(rest.edits.map(({ file }: { file: string }) => file)).toEqual(['flows/stripe-gncampai.yaml'])
    const again = await flows(['import', '--from-stripe', '--env', 'live'], { cwd, env: live })
    expect(again.stdout).toContain('Nothing to import')
  })

  test('writes all of them or none, and says everything that stands against it', async () => {
    const cwd = aProject({ taken: aDefinition('Taken', `stripe_flow: { live: ${PAYOUTS} }\n`) }, CONFIG)
    const before = filesIn(cwd)
    const args = ['--key', `Payouts=${CAMPAIGN}`, '--key', `twice=${PAYOUTS}`, '--key', 'new=vf_1Unknown']
    const { code, stdout } = await flows(['import', '--from-stripe', '--env', 'live', ...args, '--json'], {
      cwd,
      env: envOf(keyOf('live')),
    })
    expect([code, JSON.parse(stdout).message]).toEqual([
      1,
      `Nothing was written: "Payouts" is not a key: lower-case letters, digits, - and _, at most 63; flows/taken.yaml is bound to ${PAYOUTS} already; no recent session shows what vf_1Unknown checks.`,
    ])
    expect(filesIn(cwd)).toEqual(before)
  })

  test('does not leave out a check that definitions do not know', async () => {
    const newer = standIn.live.addFlow({ ...SELFIE, iris: { required: true } } as never)
    await standIn.client(standIn.keys.live).identity.verificationSessions.create({ verification_flow: newer.id })
    const run = await flows(['import', '--from-stripe', newer.id, '--json'], {
      cwd: aProject({}, CONFIG),
      env: envOf(keyOf('live')),
    })
    expect([run.code, JSON.parse(run.stdout).message]).toEqual([
      1,
      `Nothing was written: ${newer.id} checks what no definition can say: options.iris.required.`,
    ])
  })
})

describe('flows sessions create --direct', () => {
  const definitions = {
    selfie: aDefinition(
      'Selfie',
      'options: { document: { require_matching_selfie: true } }\nreturn_url: https://example.com/done\n',
    ),
    phone: aDefinition('Phone', 'options:\n  phone: { require_verification: true }\n  matching: { name: similar }\n'),
    bound: aDefinition(
      'Bound',
      `options: { phone: { require_verification: true } }\nstripe_flow: { test: ${OF_TEST} }\n`,
    ),
  }
  const create = (flow: string, ...more: string[]) =>
    flows(['sessions', 'create', flow, '--direct', '--env', 'test', '--json', ...more], {
      cwd: aProject(definitions, CONFIG),
      env: envOf(keyOf('test', 'write')),
    })

  test('makes the session at Stripe, from the definition alone', async () => {
    const { code, stdout } = await create('selfie', '--client-reference-id', 'user_42', '--metadata', 'order=1')
    const session = JSON.parse(stdout)
    const there = await standIn.client().identity.verificationSessions.retrieve(session.id)
    expect([code, session]).toEqual([0, { ...there }])
    expect(there).toMatchObject({
      type: 'document',
      options: SELFIE,
      client_reference_id: 'user_42',
      metadata: { order: '1', flows_flow: 'selfie' },
      url: expect.stringContaining('https://'),
      client_secret: expect.stringContaining('_secret_'),
    })
    expect(standIn.test.session(session.id).return_url).toBe('https://example.com/done')
    expect(JSON.parse((await create('bound')).stdout)).toMatchObject({
      type: 'verification_flow',
      verification_flow: OF_TEST,
    })
  })

  test("refuses what Stripe's public API cannot express, at its lines, and makes nothing", async () => {
    const before = standIn.test.sessions.length
    const { code, stdout } = await create('phone')
    const told = JSON.parse(stdout)
    expect([code, told.code, told.message.split('\n').slice(1)]).toEqual([
      1,
      'flow_not_expressible',
      [
        "flows/phone.yaml:4:12 Stripe's public API has no parameter for options.phone.require_verification",
        "flows/phone.yaml:5:15 Stripe's public API has no parameter for options.matching.name",
      ],
    ])
    expect([(await create('none')).code, standIn.test.sessions.length]).toEqual([64, before])
  })

  test('makes one session although the answer is lost, and never repeats what was given of a person', async () => {
    const before = standIn.test.sessions.length
    standIn.faults.next('reset-after')
    expect((await create('selfie')).code).toBe(0)
    expect(standIn.test.sessions.length).toBe(before + 1)
    const { stdout, stderr, code } = await create('selfie', '--email', `${'canary'.repeat(900)}@example.com`)
    expect([code, JSON.parse(stdout).code]).toEqual([1, 'stripe_refused'])
    expect(stdout + stderr).not.toContain('canary')
  })
})
