import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { Command } from '@commander-js/extra-typings'
import { describe, expect, test } from 'vitest'
import type { CommandRow } from '../../src/cli/program/command.js'
import { COMMANDS } from '../../src/cli/program/table.js'
import {
  aDefinition,
  aFolder,
  aProject,
  CONFIG,
  ended,
  FLOWS,
  flows,
  flowsProcess,
  startOnTerminal,
} from '../helpers/cli.js'

/** Every command, and those below the groups. */
const EVERY = (await Promise.all(COMMANDS.map(namesOf))).flat()

async function namesOf(row: CommandRow): Promise<string[]> {
  const command = new Command(row.name)
  ;(await row.load())(command, async () => {})
  return [row.name, ...command.commands.map((below) => `${row.name} ${below.name()}`)]
}

async function helpOf(name: string): Promise<string> {
  return (await flows([...name.split(' '), '--help'])).stdout
}

describe('help', () => {
  test('flows --help lists every command with its summary, on stdout', async () => {
    const { code, stdout, stderr } = await flows(['--help'])
    expect([code, stderr]).toEqual([0, ''])
    for (const { name, summary } of COMMANDS)
      expect(stdout).toMatch(new RegExp(`^ {2}${name} .*${summary.slice(0, 20)}`, 'm'))
  })

  test.each([[[]], [['sessions']], [['keys']], [['terraform']], [['--no-color']]])(
    'flows %s stops at a group of commands, and so shows its help as --help does',
    async (args) => {
      const { code, stdout, stderr } = await flows(args)
      expect([code, stderr]).toEqual([0, ''])
      expect(stdout).toBe((await flows([...args, '--help'])).stdout)
      expect(stdout).toContain('Usage: flows ')
    },
  )

  test.each([
    ['help nope', 'nope', 'flows --help lists the commands'],
    ['help paln', 'paln', 'did you mean plan?'],
    ['plam --help', 'plam', 'did you mean plan?'],
    ['-h plam', 'plam', 'did you mean plan?'],
    ['--config x.yaml help aply', 'aply', 'did you mean apply?'],
    ['help sessions creat', 'creat', 'did you mean create?'],
    ['sessions help creat', 'creat', 'did you mean create?'],
    ['keys lst --help', 'lst', 'did you mean list?'],
    ['help sessions nope', 'nope', 'flows sessions has create, list, show, submit'],
    ['sessions help nope', 'nope', 'flows sessions --help says what they do'],
    ['sessions nope', 'nope', 'flows sessions has create, list, show, submit'],
    ['terraform nope -h', 'nope', 'flows terraform has install'],
    ['nope', 'nope', 'flows --help lists the commands'],
    ['help sessions create nope', 'nope', 'flows sessions create --help shows its help'],
    ['help plan nope', 'nope', 'flows plan --help shows its help'],
  ])('flows %s says that there is no such command, and which one is near', async (line, word, hint) => {
    const { code, stdout, stderr } = await flows(line.split(' '))
    expect([code, stdout]).toEqual([64, ''])
    expect(stderr).toMatch(/^error .*\nhint {2}.*\n$/)
    expect(stderr).toContain(`unknown command '${word}'`)
    expect(stderr).toContain(hint)
    const json = await flows([...line.split(' '), '--json'])
    expect(JSON.parse(json.stdout)).toMatchObject({ code: 'bad_usage', exit_code: 64 })
  })

  test.each(EVERY)('flows %s --help shows examples', async (name) => {
    const { code, stdout } = await flows([...name.split(' '), '--help'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^Usage: flows /)
    expect(stdout).toMatch(/Examples:\n {2}# .+\n {2}\$ flows /)
  })

  test.each([
    ['help', '--help'],
    ['help help', '--help'],
    ['help plan', 'plan --help'],
    ['help sessions', 'sessions --help'],
    ['help sessions create', 'sessions create --help'],
    ['sessions help create', 'sessions create --help'],
    ['--config help help keys create', 'keys create --help'],
    ['help plan -- high-value', 'plan --help'],
  ])('flows %s is flows %s', async (line, same) => {
    const { code, stdout, stderr } = await flows(line.split(' '))
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toBe((await flows(same.split(' '))).stdout)
  })

  test('no line of any help is wider than 80 columns', async () => {
    const { stdout } = await flows(['--help'])
    const pages = [stdout, ...(await Promise.all(EVERY.map((name) => helpOf(name))))]
    expect(pages.flatMap((page) => page.split('\n').filter((line) => line.length > 80))).toEqual([])
  })

  test('--version prints the version of package.json', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
    expect(await flowsProcess(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n` })
    expect(await flowsProcess(['-V'])).toMatchObject({ code: 0, stdout: `${version}\n` })
  })
})

describe('bad usage exits 64, says what is wrong on stderr, and suggests the nearest', () => {
  test.each([
    [['plna'], "unknown command 'plna'", 'plan'],
    [['sessions', 'craete'], "unknown command 'craete'", 'create'],
    [['plan', '--detailed-exitcoed'], "unknown option '--detailed-exitcoed'", '--detailed-exitcode'],
    [['plan', '--format', 'xml'], "'xml' is invalid", 'human, json, markdown, github'],
    [['schema', 'flows'], "'flows' is invalid", 'flow, base, config, policy, test, plan, deployment, api'],
    [['plan', '--allow', 'everything'], "'everything' is invalid", 'weaken, archive'],
    [['plan', '--allow', 'protected'], "'protected' is invalid", '--allow protected=<key>'],
    [['plan', '--allow', 'max_change_share=a'], 'is invalid', 'takes no key'],
    [['plan', '--fromat', 'json'], "unknown option '--fromat'", 'did you mean --format?'],
    [['plan', '--fromat=json'], "unknown option '--fromat=json'", 'did you mean --format?'],
    [['keys', 'list', '--jsn=yes'], "unknown option '--jsn=yes'", 'did you mean --json?'],
    [['plan', '--detailed-exitcode=yes'], 'unknown option', '--detailed-exitcode takes no value'],
    [['show'], "missing required argument 'flow or deployment'", ''],
    [['validate', 'extra'], 'too many arguments', ''],
  ])('flows %j', async (args, wrong, suggestion) => {
    const cwd = aProject({ a: aDefinition('A') })
    const { code, stdout, stderr } = await flows(args, { cwd })
    expect([code, stdout]).toEqual([64, ''])
    expect(stderr).toContain(wrong)
    expect(stderr).toContain(suggestion)
  })

  test.each([
    [['plna', '--json'], "unknown command 'plna'"],
    [['show', '--json'], "missing required argument 'flow or deployment'"],
    [['plan', '--json', '--fromat', 'xml'], "unknown option '--fromat'"],
    [['plan', '--format', 'json', '--allow', 'all'], "'all' is invalid"],
    [['list', '--format=json', 'extra'], 'too many arguments'],
    [['plan', '--json', '--env', 'loacl'], 'has no environment "loacl"'],
  ])('flows %j tells it in JSON on stdout', async (args, wrong) => {
    const cwd = aProject({ a: aDefinition('A') })
    const { code, stdout, stderr } = await flows(args, { cwd })
    expect([code, stderr]).toEqual([64, ''])
    const told = JSON.parse(stdout)
    expect(told).toMatchObject({ format: 'flows.error', code: 'bad_usage', exit_code: 64 })
    expect(told.message).toContain(wrong)
  })

  test.each([[['json', '--fromat']], [['show', '--', '--json', 'b']], [['list', '--project', 'json', '--x']]])(
    'flows %j does not ask for JSON',
    async (args) => {
      const { code, stdout, stderr } = await flows(args, { cwd: aProject({ a: aDefinition('A') }) })
      expect([code, stdout]).toEqual([64, ''])
      expect(stderr).toMatch(/^error /)
    },
  )

  test.each([
    [['sessions', 'create', 'a', '--metadata', 'novalue'], 'A label is written as key=value.'],
    [['sessions', 'list', '--limit', '1000'], 'It is a number from 1 to 100.'],
    [['validate', '--json', '--format', 'sarif'], '--json contradicts --format sarif'],
    [['plan', '--env', 'live'], 'has no environment "live"'],
    [['plan', '--env', 'loacl'], 'did you mean "local"?'],
    [['plan', '--allow', 'weaken='], 'Name a flow behind'],
    [['serve', '--webhook-allow', 'localhost'], 'It is not a range of addresses'],
    [['serve', '--public-url', 'flows.example.com'], 'It is not a complete address'],
    [['serve', '--public-url', 'http://flows.example.com'], 'It is not encrypted'],
    [['serve', '--public-url', 'https://flows.example.com/v1'], 'write https://flows.example.com.'],
    [['fmt', 'flows.config.yaml'], 'is not a definition, policy or test of this project'],
    [['plan', '--config', 'missing.yaml'], 'there is no file missing.yaml'],
  ])('flows %j', async (args, wrong) => {
    const cwd = aProject({ a: aDefinition('A') })
    const { code, stdout, stderr } = await flows(args, { cwd })
    expect(code).toBe(64)
    expect(args.includes('--json') ? stdout : stderr).toContain(wrong)
  })

  test('outside a project it says how to start one', async () => {
    const { code, stderr } = await flows(['plan'], { cwd: aFolder() })
    expect(code).toBe(64)
    expect(stderr).toContain('flows init')
  })
})

describe('stdout carries the result, stderr the talk', () => {
  test('a failure with --json is JSON on stdout with its exit code inside', async () => {
    const cwd = aProject({ a: aDefinition('A') })
    const { code, stdout } = await flows(['show', 'missing', '--json'], { cwd })
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ format: 'flows.error', code: 'resource_missing', exit_code: 1 })
  })

  test('the same failure for people is on stderr', async () => {
    const cwd = aProject({ a: aDefinition('A') })
    const { stdout, stderr } = await flows(['show', 'missing'], { cwd })
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^error .*missing/)
  })

  test('text from elsewhere moves no cursor and begins no line of its own', async () => {
    const ESC = '\u001b'
    const name = `${ESC}[2J\u009b2J\nerror it was you`
    const config = `${CONFIG}  live: { mode: live, api: "http://127.0.0.1:1", api_key_env: KEY }\n`
    const cwd = aProject({ [`${ESC}[31m/a`]: `type:  document\nname: A\n` }, config)
    const outputs = [
      await flows(['fmt', '--check'], { cwd }),
      await flows(['show', name], { cwd }),
      await flows(['show', name, '--json'], { cwd }),
      await flows(['plan', '--allow', name], { cwd }),
      await flows(['init', name], { cwd }),
    ]
    for (const { stdout, stderr } of outputs) {
      const said = stdout + stderr
      expect(said).toContain('\\u001b')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      expect(said).not.toMatch(/[\u001b\u009b]|^error it was you/m)
    }
    expect(JSON.parse(outputs[2]?.stdout ?? '').message).toContain(name)
  })

  test('every --json result of a plan carries the exit code', async () => {
    const cwd = aProject({ a: aDefinition('A') })
    const { code, stdout } = await flows(['plan', '--json', '--detailed-exitcode'], { cwd })
    expect(code).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject({ format: 'flows.plan', format_version: '1.0', exit_code: 2 })
  })

  test('a missing key exits 6 and names the variable, never a value', async () => {
    const config = `${CONFIG}  live: { mode: live, api: "https://flows.example.com", api_key_env: FLOWS_LIVE_KEY }\n`
    const { code, stderr } = await flows(['plan', '--env', 'live'], { cwd: aProject({ a: aDefinition('A') }, config) })
    expect(code).toBe(6)
    expect(stderr).toContain('FLOWS_LIVE_KEY')
  })

  test('FLOWS_ENV chooses the environment', async () => {
    const config = `${CONFIG}  test: { api: "https://flows.example.com", api_key_env: FLOWS_TEST_KEY }\n`
    const cwd = aProject({ a: aDefinition('A') }, config)
    expect((await flows(['plan'], { cwd })).code).toBe(0)
    expect((await flows(['plan'], { cwd, env: { FLOWS_ENV: 'test' } })).code).toBe(6)
  })

  test('else the only environment is taken, else local; an empty FLOWS_ENV chooses nothing', async () => {
    const only = 'project: acme-kyc\nenvironments:\n  staging: {}\n'
    const planned = async (config: string, FLOWS_ENV: string) => {
      const { stdout } = await flows(['plan'], { cwd: aProject({ a: aDefinition('A') }, config), env: { FLOWS_ENV } })
      return /^Plan for acme-kyc in (\S+)/.exec(stdout)?.[1]
    }
    expect(await planned(only, '')).toBe('staging')
    const two = `${only}  local: { api: "https://flows.example.com", api_key_env: KEY }\n`
    const { stderr } = await flows(['plan'], { cwd: aProject({ a: aDefinition('A') }, two), env: { FLOWS_ENV: '' } })
    expect(stderr).toContain('environment "local" needs an API key')
    expect(await planned(two, 'staging')).toBe('staging')
    for (const command of [['list'], ['show'], ['sessions', 'list']]) {
      const { stdout } = await flows([...command, '--help'])
      expect(stdout.replace(/\s+/g, ' ')).toContain('(default: FLOWS_ENV, else the only one, else local)')
    }
  })

  test('the configuration is found from a folder below', async () => {
    const cwd = aProject({ a: aDefinition('A') })
    expect(await flows(['validate'], { cwd: `${cwd}/flows` })).toMatchObject({
      code: 0,
      stdout: '1 definition valid.\n',
    })
  })
})

describe('outputs that nobody takes', () => {
  const shell = async (line: string) => {
    const cwd = aProject({ a: aDefinition('A') })
    const child = spawn('bash', ['-c', line.replaceAll('flows', `'${process.execPath}' '${FLOWS}'`)], { cwd })
    return ended(child)
  }

  test.each(['flows --help', 'flows plan --help', 'flows plan', 'flows schema plan', 'flows validate --json'])(
    '%s ends quietly when its reader is gone',
    async (line) => {
      // It begins when the reader says that it has closed its end.
      const { code, stderr } = await shell(
        `mkfifo gone; { read -r < gone; ${line}; } | { exec 0<&-; echo > gone; }; exit "\${PIPESTATUS[0]}"`,
      )
      expect([code, stderr]).toEqual([0, ''])
    },
  )

  test('a full disk is told in one line, and what was applied is applied', async () => {
    const { code, stderr } = await shell(
      'flows apply --yes > /dev/full; code=$?; flows plan --detailed-exitcode >&2 && exit $code',
    )
    expect(code).toBe(1)
    expect(stderr).toContain('error the result could not be printed: ENOSPC')
    expect(stderr).toContain('Nothing to do')
    expect(stderr).not.toContain('    at ')
  })
})

describe('colour', () => {
  const cwd = () => aProject({ a: aDefinition('A') })
  const ESC = '\u001b['

  test('there is none without a terminal', async () => {
    expect((await flowsProcess(['plan'], { cwd: cwd() })).stdout).not.toContain(ESC)
  })

  test('there is some on a terminal, unless NO_COLOR or --no-color says otherwise', async () => {
    const folder = cwd()
    expect((await ended(startOnTerminal(['plan'], { cwd: folder }))).stdout).toContain(ESC)
    expect((await ended(startOnTerminal(['plan'], { cwd: folder, env: { NO_COLOR: '1' } }))).stdout).not.toContain(ESC)
    expect((await ended(startOnTerminal(['--no-color', 'plan'], { cwd: folder }))).stdout).not.toContain(ESC)
  })

  test('FORCE_COLOR and --color bring it into a pipe; NO_COLOR wins over FORCE_COLOR', async () => {
    const folder = cwd()
    expect((await flowsProcess(['plan'], { cwd: folder, env: { FORCE_COLOR: '1' } })).stdout).toContain(ESC)
    expect((await flows(['--color', 'plan'], { cwd: folder })).stdout).toContain(ESC)
    const both = { FORCE_COLOR: '1', NO_COLOR: '1' }
    expect((await flows(['plan'], { cwd: folder, env: both })).stdout).not.toContain(ESC)
  })
})

describe('flows schema', () => {
  test.each(['flow', 'config', 'plan', 'deployment', 'api'])('%s prints the published schema', async (name) => {
    const { code, stdout } = await flows(['schema', name])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual(JSON.parse(readFileSync(`schemas/${name}.schema.json`, 'utf8')))
  })
})

describe('flows init', () => {
  test('asks nothing without a terminal, and what it makes can be planned and applied', async () => {
    const cwd = aFolder()
    const made = await flows(['init', 'Acme KYC!'], { cwd })
    expect(made).toMatchObject({ code: 0 })
    expect(made.stderr.match(/^made {2}.+$/gm)).toHaveLength(13)
    const project = `${cwd}/Acme KYC!`
    expect(readFileSync(`${project}/flows.config.yaml`, 'utf8')).toContain('project: "acme-kyc"')
    expect(await flows(['validate'], { cwd: project })).toMatchObject({ code: 0 })
    expect(await flows(['fmt', '--check'], { cwd: project })).toMatchObject({ code: 0 })
    expect(await flows(['apply', '--yes'], { cwd: project })).toMatchObject({ code: 0 })
    expect(await flows(['sessions', 'create', 'sign-up'], { cwd: project })).toMatchObject({ code: 0 })
  })

  test('never writes over a project, nor over a file that is there', async () => {
    const cwd = aFolder({ 'flows/sign-up.yaml': 'mine' })
    expect((await flows(['init', '--project', 'acme-kyc'], { cwd })).stderr).toContain('kept  flows/sign-up.yaml')
    expect(readFileSync(`${cwd}/flows/sign-up.yaml`, 'utf8')).toBe('mine')
    expect(await flows(['init'], { cwd })).toMatchObject({ code: 1 })
  })

  test('on a terminal it asks for the name', async () => {
    const cwd = aFolder()
    const child = startOnTerminal(['init'], { cwd })
    expect((await ended(child, 'asked-for\r')).code).toBe(0)
    expect(readFileSync(`${cwd}/flows.config.yaml`, 'utf8')).toContain('project: "asked-for"')
  })

  test('with --api it adds the live environment, and plan and apply to the workflow', async () => {
    const cwd = aFolder()
    await flows(['init', '--project', 'acme-kyc', '--api', 'https://flows.example.com'], { cwd })
    expect(await flows(['validate'], { cwd })).toMatchObject({ code: 0 })
    expect((await flows(['plan', '--env', 'live'], { cwd })).code).toBe(6)
    const workflow = readFileSync(`${cwd}/.github/workflows/flows.yaml`, 'utf8')
    const { parse } = await import('yaml')
    expect(Object.keys(parse(workflow).jobs)).toEqual(['validate', 'plan', 'apply', 'drift'])
    const action = readFileSync(`${cwd}/.github/actions/flows/action.yml`, 'utf8')
    expect(action.slice(action.indexOf('\n') + 1)).toBe(readFileSync('action.yml', 'utf8'))
  })

  test.each([
    ['http://flows.example.com', 'is not encrypted'],
    ['https://flows.example.com/v1', 'write https://flows.example.com'],
    ['https://user:secret@flows.example.com', 'carries credentials'],
    ['flows.example.com', 'is not a complete address'],
  ])('refuses an address that validate would refuse: %s', async (api, wrong) => {
    const cwd = aFolder()
    const { code, stderr } = await flows(['init', '--project', 'acme-kyc', '--api', api], { cwd })
    expect(code).toBe(64)
    expect(stderr).toContain(wrong)
    expect(readdirSync(cwd)).toEqual([])
  })

  test('refuses a name that is none', async () => {
    expect((await flows(['init', '--project', 'Not A Name'], { cwd: aFolder() })).code).toBe(64)
  })
})

test('the reference names the commands that have no --json, and no others', async () => {
  const named = /where it has something to tell: all but ([^;]*), of which/.exec(
    readFileSync('docs/reference/commands.md', 'utf8'),
  )?.[1]
  const without: string[] = []
  for (const row of COMMANDS) {
    const command = new Command(row.name)
    ;(await row.load())(command, async () => {})
    for (const one of command.commands.length > 0 ? command.commands : [command]) {
      const name = one === command ? row.name : `${row.name} ${one.name()}`
      if (!one.options.some(({ long }) => long === '--json')) without.push(name)
    }
  }
  const printJson = ['events', 'schema', 'synth']
  expect([...(named ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name).sort()).toEqual(
    without.filter((name) => !printJson.includes(name)).sort(),
  )
})
