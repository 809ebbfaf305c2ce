import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from '@commander-js/extra-typings'
import { describe, expect, test } from 'vitest'
import { serve } from '../../src/cli/commands/service/serve.js'
import { definitionsAt, type ForgeOptions, placesOf } from '../../src/cli/service/forge.js'
import { identityProvider, type OidcOptions } from '../../src/cli/service/oidc.js'
import { settingsOf, settle } from '../../src/cli/service/settings.js'
import { stripeSettings } from '../../src/cli/service/stripe.js'
import { variable } from '../../src/cli/service/variables.js'
import { aGithubServer } from '../forge/github-server.js'
import { aGitlabServer } from '../forge/gitlab-server.js'
import { aFolder, aProject, flows } from '../helpers/cli.js'

/** The options of `flows serve` after its line, its variables and its file of settings. */
function settled(args: readonly string[], env: Record<string, string> = {}, file?: string): Record<string, unknown> {
  const cwd = aFolder(file === undefined ? {} : { 'settings.yaml': file })
  let options: Record<string, unknown> = {}
  const command = new Command('serve').exitOverride()
  serve(command, async () => {})
  command.action((given, self) => {
    settle(self, { env, cwd }, (given as { settings?: string }).settings)
    options = self.opts()
  })
  command.parse([...args, ...(file === undefined ? [] : ['--settings', 'settings.yaml'])], { from: 'user' })
  return options
}

/** Every problem of a file of settings: "line:column code message". */
function faults(file: string): string[] {
  try {
    settled([], {}, file)
  } catch (error) {
    const { diagnostics } = error as {
      diagnostics: { at: { line: number; column: number }; code: string; message: string }[]
    }
    return diagnostics.map(({ at, code, message }) => `${at.line}:${at.column} ${code} ${message}`)
  }
  throw new Error('the file has no fault')
}

describe('a setting of flows serve', () => {
  test('is what the command line says, else a variable, else the file, else the default', () => {
    const file = 'port: 1\nhost: file.example.com\nrate_limit: 3\n'
    const env = { FLOWS_SERVE_PORT: '2', FLOWS_SERVE_HOST: 'env.example.com' }
    expect(settled(['--port', '4'], env, file)).toMatchObject({
      port: 4,
      host: 'env.example.com',
      rateLimit: 3,
      drainDelay: 0,
    })
  })

  test('has a variable and a field of the file for each option, which take what the option takes', () => {
    const samples: Record<string, unknown> = {
      port: 4011,
      host: '0.0.0.0',
      public_url: 'https://flows.example.com',
      rate_limit: 7,
      trust_proxy: '10.0.0.0/8,loopback',
      drain_delay: 5,
      metrics_port: 9464,
      metrics_host: '::1',
      webhook_allow: '127.0.0.0/8,10.0.0.0/8',
      webhook_proxy: 'http://proxy.example.com:3128',
      api_version: '2026-10-28.endive',
      stripe_rate_limit: 5,
      stripe_changes_every: 60,
      oidc_issuer: 'https://login.example.com',
      oidc_client_id: 'flows',
      oidc_scopes: 'openid groups',
      oidc_groups_claim: 'roles',
      oidc_roles: 'staff=viewer,kyc=analyst',
      audit_days: 90,
      brand_name: 'Acme & Sons',
      brand_logo: 'logo.svg',
      brand_color: '#7a1f5c',
      brand_color_test: '#135c2a',
      migrations: 'refuse',
      edit_managed_flows: true,
      forge: 'gitlab',
      forge_url: 'https://git.example.com',
      forge_repository: 'acme/kyc',
      forge_branch: 'trunk',
      forge_folders: 'acme-kyc=flows,sellers=services/sellers/flows',
      log: true,
    }
    const command = new Command('serve')
    serve(command, async () => {})
    const settings = settingsOf(command)
    const fields = settings.flatMap(({ field }) => field ?? [])
    expect(fields).toEqual(Object.keys(samples))
    const line = Object.entries(samples).flatMap(([field, value]) => {
      const option = `--${field.replaceAll('_', '-')}`
      return value === true ? [option] : [option, String(value)]
    })
    const { settings: _, ...byFile } = settled([], {}, `${JSON.stringify(samples)}\n`)
    const env = Object.fromEntries(
      settings.flatMap(({ variable, field }) => (field === undefined ? [] : [[variable, String(samples[field])]])),
    )
    const byLine = settled(line)
    expect(byFile).toEqual(byLine)
    expect(settled([], env)).toEqual(byLine)
    expect(byLine).toMatchObject({ webhookAllow: ['127.0.0.0/8', '10.0.0.0/8'], log: true })
  })

  test.each([
    ['true', true],
    ['1', true],
    ['FALSE', false],
    ['0', false],
  ])('that is on or off is %s', (text, log) => {
    expect(settled([], { FLOWS_SERVE_LOG: text })).toMatchObject({ log })
  })

  test('that is blank is not set', () => {
    expect(settled([], { FLOWS_SERVE_PORT: ' ', FLOWS_SERVE_HOST: '' })).toMatchObject({
      port: 4010,
      host: '127.0.0.1',
    })
  })

  test('can be on several lines of a list in the file', () => {
    const file = 'webhook_allow:\n  - 127.0.0.0/8\n  - 10.0.0.0/8\ntrust_proxy: [loopback, 10.0.0.1]\n'
    expect(settled([], {}, file)).toMatchObject({
      webhookAllow: ['127.0.0.0/8', '10.0.0.0/8'],
      trustProxy: 'loopback,10.0.0.1',
    })
  })
})

describe('what cannot be a setting', () => {
  test('is named with its place in the file, all of it at once, and no password is shown', () => {
    const file =
      'port: 70000\nlog: maybe\nhots: a\nhost: { a: 1 }\nwebhook_proxy: http://me:hunter2@proxy:1\nsettings: x\n'
    const found = faults(file)
    expect(found).toEqual([
      '1:7 INVALID_VALUE port: A port is a number up to 65535.',
      '2:6 INVALID_VALUE log: It is true or false.',
      '3:1 UNKNOWN_FIELD no setting has the name "hots"',
      '4:7 INVALID_VALUE host: a text, a number, true, false or a list of texts belongs here',
      '5:16 INVALID_VALUE webhook_proxy: an address with a password does not belong in a file',
      '6:1 UNKNOWN_FIELD no setting has the name "settings"',
    ])
    expect(faults('- a\n')).toEqual(['1:1 WRONG_TYPE settings are fields with values, such as "port: 4010"'])
    expect(faults('port: [\n')[0]).toMatch(/YAML_SYNTAX/)
  })

  test('stops flows serve before it listens: exit code 3 for the file, 64 for a variable', async () => {
    const cwd = aProject()
    writeFileSync(join(cwd, 's.yaml'), 'webhook_proxy: http://me:hunter2@proxy:1\n')
    const byFile = await flows(['serve', '--settings', 's.yaml'], { cwd })
    expect(byFile).toMatchObject({ code: 3, stderr: expect.stringContaining('s.yaml:1:16 INVALID_VALUE') })
    expect(byFile.stderr).not.toContain('hunter2')
    const byVariable = await flows(['serve'], { cwd, env: { FLOWS_SERVE_PORT: 'x' } })
    expect(byVariable).toMatchObject({ code: 64, stderr: expect.stringContaining('the value of FLOWS_SERVE_PORT') })
    const missing = await flows(['serve'], { cwd, env: { FLOWS_SERVE_SETTINGS: 'nowhere.yaml' } })
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('nowhere.yaml cannot be read') })
  })
})

describe('what is wrong with the settings of flows serve', () => {
  test('is named at once, wherever it stands, and no secret is shown', async () => {
    const cwd = aProject()
    writeFileSync(join(cwd, 's.yaml'), 'prot: 1\n')
    const env = {
      FLOWS_SERVE_PORT: 'abc',
      FLOWS_SERVE_RATE_LIMIT: '-1',
      FLOWS_SERVE_LOG: 'maybe',
      FLOWS_SERVE_MIGRATIONS: 'sometimes',
      FLOWS_SERVE_SETTINGS: 's.yaml',
      FLOWS_SERVE_WEBHOOK_PROXY: 'me:hunter2@proxy',
      FLOWS_SERVE_HOST: 'a',
      FLOWS_SERVE_HOST_FILE: 'b',
      FLOWS_SERVE_PRT: '1',
      FLOWS_SERVE_TRUST_PROXI_FILE: '/run/secrets/x',
      FLOWS_SERVE_SERVICE_PORT_HTTP: '80',
      FLOWS_SERVE_BLANK: ' ',
      STRIPE_TEST_KEY: 'hunter2',
      STRIPE_LIVE_WEBHOOK_SECRET: 'hunter2',
      DATABASE_URL: 'mysql://me:hunter2@db/flows',
    }
    const { code, stderr } = await flows(['serve'], { cwd, env })
    const [head, ...lines] = stderr.trimEnd().split('\n')
    expect({ code, head }).toEqual({ code: 64, head: `error ${lines.length} settings cannot be used:` })
    expect(lines.map((line) => line.replace(/FLOWS_SERVE_PORT, .*/, '...'))).toEqual([
      '  flows serve has no variable FLOWS_SERVE_PRT; did you mean FLOWS_SERVE_PORT?',
      '  flows serve has no variable FLOWS_SERVE_TRUST_PROXI_FILE; did you mean FLOWS_SERVE_TRUST_PROXY_FILE?',
      '  flows serve has no variable FLOWS_SERVE_SERVICE_PORT_HTTP; the variables are ...',
      '  both FLOWS_SERVE_HOST and FLOWS_SERVE_HOST_FILE are set, and it is not known which one holds; unset one of them',
      '  the value of FLOWS_SERVE_PORT cannot be used: A port is a number up to 65535.',
      '  the value of FLOWS_SERVE_RATE_LIMIT cannot be used: It is a whole number of requests a second, up to a million.',
      '  the value of FLOWS_SERVE_MIGRATIONS cannot be used: Allowed choices are run, refuse.',
      '  the value of FLOWS_SERVE_LOG cannot be used: It is true or false.',
      '  s.yaml:1:1 UNKNOWN_FIELD no setting has the name "prot"; did you mean port?',
      expect.stringContaining("  the value of '--webhook-proxy <url>' is not the address of a proxy; "),
      expect.stringContaining('  STRIPE_TEST_KEY '),
      '  STRIPE_LIVE_WEBHOOK_SECRET is set without STRIPE_LIVE_KEY; set STRIPE_LIVE_KEY, too',
      expect.stringContaining('  DATABASE_URL is not the address of a PostgreSQL database: it does not begin with'),
    ])
    expect(stderr).not.toContain('hunter2')
  })

  test('is told of one fault with its own words and hint', async () => {
    const { code, stderr } = await flows(['serve'], { cwd: aProject(), env: { FLOWS_SERVE_PRT: '1' } })
    expect({ code, stderr }).toEqual({
      code: 64,
      stderr: 'error flows serve has no variable FLOWS_SERVE_PRT\nhint  did you mean FLOWS_SERVE_PORT?\n',
    })
  })

  test('names the option to change where it cannot listen', async () => {
    const hintFor = async (env: Record<string, string>) =>
      (await flows(['serve'], { cwd: aProject(), env: { FLOWS_SERVE_PORT: '0', ...env } })).stderr
    expect(await hintFor({ FLOWS_SERVE_HOST: '999.1.1.1' })).toContain('name another one with --host: ')
    expect(await hintFor({ FLOWS_SERVE_METRICS_HOST: '192.0.2.1', FLOWS_SERVE_METRICS_PORT: '0' })).toContain(
      'name another one with --metrics-host: ',
    )
  })
})

describe('a variable', () => {
  test('can stand in a file that NAME_FILE names, without the line break at its end', () => {
    const file = join(aFolder({ secret: ' postgres://a\n' }), 'secret')
    expect(variable({ DATABASE_URL_FILE: file }, 'DATABASE_URL')).toBe('postgres://a')
    expect(variable({ DATABASE_URL: 'postgres://b' }, 'DATABASE_URL')).toBe('postgres://b')
    expect(variable({ DATABASE_URL: ' ' }, 'DATABASE_URL')).toBeUndefined()
  })

  test('is refused where both are set, or where the file is missing or too large', () => {
    const folder = aFolder({ large: 'x'.repeat(64 * 1024 + 1) })
    const read = (env: Record<string, string>) => () => variable(env, 'DATABASE_URL')
    expect(read({ DATABASE_URL: 'a', DATABASE_URL_FILE: 'b' })).toThrow(
      'both DATABASE_URL and DATABASE_URL_FILE are set',
    )
    expect(read({ DATABASE_URL_FILE: join(folder, 'none') })).toThrow('cannot be read: ENOENT')
    expect(read({ DATABASE_URL_FILE: join(folder, 'large') })).toThrow('larger than 65536 bytes')
  })
})

describe('flows migrate', () => {
  test('brings a store up to date and names what ran; --check names what is needed and makes nothing', async () => {
    const cwd = aProject()
    const check = () => flows(['migrate', '--check', '--json'], { cwd })
    const before = await check()
    const { pending, ran, exit_code: exitCode } = JSON.parse(before.stdout)
    expect([before.code, exitCode, ran, pending[0]]).toEqual([2, 2, [], '0001-initial'])
    const refused = await flows(['serve', '--migrations', 'refuse'], { cwd })
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('hint  flows migrate runs them') })
    const migrated = await flows(['migrate'], { cwd })
    expect(migrated).toMatchObject({ code: 0, stdout: expect.stringContaining('  0001-initial\n') })
    expect(await check()).toMatchObject({ code: 0 })
    expect((await flows(['migrate'], { cwd })).stdout).toMatch(/ is up to date\.\n$/)
  })
})

describe('what the service needs for Stripe', () => {
  const key = (mode: string, kind = 'rk') => `${kind}_${mode}_${'a1B2'.repeat(8)}`
  const secret = `whsec_${'a1B2'.repeat(8)}`
  const fault = (env: Record<string, string>) => {
    try {
      stripeSettings({ env })
    } catch (error) {
      const { code, message, hint } = error as { code: string; message: string; hint: string }
      for (const value of Object.values(env)) expect(message + hint).not.toContain(value)
      return `${code}: ${message}`
    }
    throw new Error('nothing is wrong with it')
  }

  test('is a key of each mode, or a file with it; and signing secrets, two of them while one takes the place of the other', () => {
    const file = join(aFolder({ key: `${key('live')}\n` }), 'key')
    const env = {
      STRIPE_TEST_KEY: key('test', 'sk'),
      STRIPE_LIVE_KEY_FILE: file,
      STRIPE_LIVE_WEBHOOK_SECRET: `${secret}, ${secret}2`,
      STRIPE_API_BASE: 'http://127.0.0.1:4010',
    }
    expect(stripeSettings({ env })).toEqual({
      apiBase: 'http://127.0.0.1:4010',
      test: { key: key('test', 'sk'), webhookSecrets: [] },
      live: { key: key('live'), webhookSecrets: [secret, `${secret}2`] },
    })
    expect(stripeSettings({ env: {} })).toMatchObject({ test: undefined, live: undefined })
  })

  test('is refused with everything that is wrong, and without a value', () => {
    expect(
      fault({
        STRIPE_TEST_KEY: key('live'),
        STRIPE_LIVE_KEY: key('live', 'pk'),
        STRIPE_API_BASE: 'http://stripe.example.com',
      }),
    ).toMatch(
      /^settings_invalid: 3 settings cannot be used:\n {2}STRIPE_API_BASE is not encrypted; .*\n {2}STRIPE_TEST_KEY is a key of live mode; .*\n {2}STRIPE_LIVE_KEY is a publishable key, .*$/,
    )
    expect(fault({ STRIPE_LIVE_WEBHOOK_SECRET: secret })).toContain('is set without STRIPE_LIVE_KEY')
    expect(fault({ STRIPE_TEST_KEY: key('test'), STRIPE_TEST_WEBHOOK_SECRET: 'we_123' })).toContain(
      'is not a signing secret of webhooks',
    )
  })
})

describe('signing in by an identity provider', () => {
  const SECRET = { FLOWS_OIDC_CLIENT_SECRET: 'the secret' }
  const whole = {
    public_url: 'https://flows.example.com',
    oidc_issuer: 'https://login.example.com',
    oidc_client_id: 'flows',
    oidc_roles: 'a=b=viewer, kyc team=analyst',
  }
  const provider = (file: object, env: Record<string, string> = {}) =>
    identityProvider(settled([], {}, `${JSON.stringify(file)}\n`) as unknown as OidcOptions, { env })

  test('is set up whole, or not at all', () => {
    expect(provider({})).toBeUndefined()
    expect(provider(whole, SECRET)?.name).toBe('login.example.com')
    expect(settled(['--oidc-roles', whole.oidc_roles])).toMatchObject({
      oidcRoles: [
        ['a=b', 'viewer'],
        ['kyc team', 'analyst'],
      ],
    })
  })

  test.each([
    ['oidc_issuer', '--oidc-issuer'],
    ['oidc_client_id', '--oidc-client-id'],
    ['oidc_roles', '--oidc-roles'],
    ['public_url', '--public-url'],
  ])('needs %s', (field, named) => {
    expect(() => provider({ ...whole, [field]: undefined }, SECRET)).toThrow(`needs ${named}`)
  })

  test('names everything that is missing at once, the secret too, and shows no secret', () => {
    expect(() => provider(whole)).toThrow('needs FLOWS_OIDC_CLIENT_SECRET')
    expect(() => provider({}, SECRET)).toThrow(/^4 settings cannot be used:/)
    expect(() => provider({}, SECRET)).not.toThrow('the secret')
  })

  test.each([
    ['oidc_issuer: http://login.example.com', 'It is not encrypted'],
    ['oidc_issuer: https://login.example.com/?a=b', 'neither a query nor a fragment'],
    ['oidc_scopes: profile', 'One of the scopes has to be openid'],
    ['oidc_roles: kyc', 'Write group=role'],
    ['oidc_roles: kyc=owner', 'There is no role "owner"'],
    ['audit_days: 0', 'It is at least 1'],
  ])('refuses %s', (line, message) => {
    expect(faults(`${line}\n`)[0]).toContain(message)
  })
})

describe('opening pull requests', () => {
  const TOKEN = { FLOWS_FORGE_TOKEN: 'ghs_workflow' }
  const whole = {
    forge: 'github',
    forge_repository: 'acme/kyc',
    forge_folders: 'shop=kyc/flows/, shop=.,sellers=flows',
  }
  const definitions = (file: object, env: Record<string, string> = {}) =>
    definitionsAt(settled([], {}, `${JSON.stringify(file)}\n`) as unknown as ForgeOptions, { env })

  test('is set up whole, or not at all', () => {
    expect(definitions({})).toBeUndefined()
    const made = definitions(whole, TOKEN)
    expect([made?.label, made?.has('shop'), made?.has('sellers'), made?.has('others')]).toEqual([
      'GitHub',
      true,
      true,
      false,
    ])
    expect(settled(['--forge-folders', whole.forge_folders])).toMatchObject({
      forgeBranch: 'main',
      forgeFolders: [
        ['shop', 'kyc/flows'],
        ['shop', ''],
        ['sellers', 'flows'],
      ],
    })
  })

  test.each([
    ['github', aGithubServer, 'acme/kyc', 'ghs_workflow'],
    ['gitlab', aGitlabServer, '42', 'glpat-bot'],
    ['gitlab', aGitlabServer, 'acme/kyc', 'glpat-bot'],
  ] as const)(
    'asks the API below the address of a %s of their own',
    async (forge, aServer, forge_repository, token) => {
      const { origin, files } = await aServer()
      files.push('main', { 'kyc/flows/kyc.yaml': 'name: KYC\n' })
      const file = { ...whole, forge, forge_url: `${origin}/`, forge_repository }
      const found = await definitions(file, { FLOWS_FORGE_TOKEN: token })?.find('shop', 'kyc')
      expect([found?.path, found?.text]).toEqual(['kyc/flows/kyc.yaml', 'name: KYC\n'])
    },
  )

  test('names everything that is missing at once, the token too, and shows no token', () => {
    expect(() => definitions(whole)).toThrow('needs FLOWS_FORGE_TOKEN')
    expect(() => definitions({}, TOKEN)).toThrow(/^3 settings cannot be used:/)
    expect(() => definitions({}, TOKEN)).not.toThrow('ghs_workflow')
    expect(() => definitions(whole, { FLOWS_FORGE_TOKEN: 'two words' })).toThrow('holds white space')
    expect(() => definitions({ ...whole, forge_repository: 'kyc' }, TOKEN)).toThrow('is not the name of a repository')
  })

  test.each(['../kyc', 'acme/..', './kyc'])('refuses the repository %s', (forge_repository) => {
    expect(() => definitions({ ...whole, forge_repository }, TOKEN)).toThrow('is not the name of a repository')
  })

  test.each([{ forge_url: 'https://git.example.com' }, { forge_branch: 'trunk' }])('refuses %j alone', (file) => {
    expect(() => definitions(file)).toThrow('do nothing without --forge')
  })

  test.each([
    ['github', undefined, 'https://github.com', 'https://api.github.com'],
    ['github', 'https://GitHub.com', 'https://github.com', 'https://api.github.com'],
    ['github', 'https://www.github.com/', 'https://github.com', 'https://api.github.com'],
    ['github', 'https://github.com:443', 'https://github.com', 'https://api.github.com'],
    ['github', 'https://acme.ghe.com', 'https://acme.ghe.com', 'https://api.acme.ghe.com'],
    ['github', 'https://git.example.com/', 'https://git.example.com', 'https://git.example.com/api/v3'],
    ['gitlab', 'https://www.gitlab.com', 'https://gitlab.com', 'https://gitlab.com/api/v4'],
  ] as const)('takes the forge %s at %j to be %s, with its API at %s', (kind, url, web, api) => {
    expect(placesOf(kind, url)).toEqual({ web, api })
  })

  test.each([
    ['forge: gitea', 'Allowed choices are github, gitlab'],
    ['forge_url: http://git.example.com', 'It is not encrypted'],
    ['forge_url: https://git.example.com/?a=b', 'neither a query nor a fragment'],
    ['forge_branch: a..b', 'It is the name of a branch'],
    ['forge_branch: -x', 'It is the name of a branch'],
    ['forge_folders: flows', 'Write project=folder'],
    ['forge_folders: Shop=flows', 'Write project=folder'],
    ['forge_folders: shop=../flows', 'from the root of the repository'],
    ['forge_folders: shop=/flows', 'from the root of the repository'],
  ])('refuses %s', (line, message) => {
    expect(faults(`${line}\n`)[0]).toContain(message)
  })
})
