import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { aFolder, flows, writeFiles } from '../helpers/cli.js'

const CONFIG = `project: acme-kyc
environments:
  local: {}
  live:
    mode: live
    api: http://127.0.0.1:2 # nobody answers there
    api_key_env: FLOWS_KEY
    guards: { weaken: block }
`
const SIGN_UP = `name: Sign-up
type: document
options:
  document: { allowed_types: [passport, id_card], require_live_capture: true, require_matching_selfie: true }
return_url: https://example.com/done
environments:
  live: { options: { phone: { require_verification: true } } }
`
const SELFIE = `require: has(flow.options.document) && flow.options.document.require_matching_selfie
message: people show their face
environments: [live]
`
const BUSY = `require: sessions_last_30_days < 100
message: this flow is used a lot
level: warn
`

/** A project with tests of the flow sign-up, each as one line of YAML. */
function aProjectWith(tests: readonly string[], rest: Readonly<Record<string, string>> = {}): string {
  const list = tests.map((text, index) => `  - { name: test ${index + 1}, ${text} }\n`).join('')
  return aFolder({
    'flows.config.yaml': CONFIG,
    'flows/sign-up.yaml': SIGN_UP,
    'policies/selfie.yaml': SELFIE,
    'policies/busy.yaml': BUSY,
    ...(tests.length > 0 && { 'tests/sign-up.test.yaml': `given: { flow: sign-up }\ntests:\n${list}` }),
    ...rest,
  })
}

interface Tested {
  readonly status: string
  readonly environment: string
  readonly failures: readonly {
    readonly line: number
    readonly column: number
    readonly message: string
    readonly expected: string
    readonly actual: string
  }[]
}

/** What became of each test, in each of its environments. */
async function tested(tests: readonly string[], rest: Readonly<Record<string, string>> = {}) {
  const { code, stdout } = await flows(['test', '--json'], { cwd: aProjectWith(tests, rest) })
  const {
    tests: results,
    summary,
    exit_code,
  } = JSON.parse(stdout) as Record<'tests', Tested[]> & {
    summary: object
    exit_code: number
  }
  expect(exit_code).toBe(code)
  return { code, summary, results, failures: results.flatMap(({ failures }) => failures) }
}

describe('a test of a person', () => {
  test('runs in every environment, with what its overlay says there', async () => {
    const { code, results, summary } = await tested([
      'given: { environments: [local] }, when: [verified], then: { report: { document: verified, selfie: verified } }',
      'given: { environments: [live] }, expect: { checks: [phone, document, selfie] }',
      'when: [verified], then: { status: verified }',
    ])
    expect(results.map(({ status, environment }) => `${status} ${environment}`)).toEqual([
      'passed local',
      'passed live',
      'passed local',
      'passed live',
    ])
    expect([code, summary]).toEqual([0, { tests: 4, passed: 4, failed: 0, files: 1 }])
  })

  test('says what becomes of the person: the status, the error, the report, what the application gets to know', async () => {
    const passing = [
      'when: [selfie_face_mismatch], then: { status: requires_input, error: selfie_face_mismatch }',
      'when: [document_expired, verified], then: { status: verified }',
      'when: [consent_declined], then: { status: requires_input, error: consent_declined, report: {} }',
      'when: [abandoned, abandoned], then: { error: abandoned }',
      'then: { status: requires_input, report: {} }',
      'given: { environments: [live] }, when: [phone_verification_declined], then: { report: { document: verified, selfie: verified, phone: unverified } }',
      'given: { environments: [live], provided_details: { phone: "+12025550123" } }, when: [verified], then: { phone: "+12025550123" }',
      'given: { environments: [local] }, when: [verified], then: { verified_outputs: { dob: true, first_name: true, phone: false, id_number: false } }',
      'expect: { allowed_types: [id_card, passport, passport], require_live_capture: true, matching: { name: none }, return_url: https://example.com/done }',
    ]
    expect((await tested(passing)).failures).toEqual([])
  })

  test.each([
    ['when: [verified], then: { status: requires_input }', 'the session is verified, not in need of input'],
    ['when: [document_expired], then: { error: abandoned }', 'the last attempt failed with document_expired'],
    ['when: [verified], then: { error: abandoned }', 'the last attempt did not fail'],
    [
      'when: [verified], then: { report: { document: verified } }',
      'the report says { document: verified, selfie: verified }',
    ],
    ['when: [abandoned], then: { report: { document: unverified } }', 'there is no report: nothing was checked'],
    ['when: [verified], then: { verified_outputs: { dob: false } }', 'the application gets dob'],
    ['when: [verified], then: { verified_outputs: { id_number: true } }', 'the application does not get id_number'],
    ['when: [verified], then: { email: a@example.com }', 'another email address was verified, or none'],
    ['expect: { checks: [document] }', 'the person is asked for [document, selfie]'],
    ['expect: { allowed_types: [passport] }', 'the person may show [id_card, passport]'],
    ['expect: { require_live_capture: false }', 'photos must come from the camera'],
    ['expect: { matching: { dob: similar } }', 'the date of birth is not compared with what is known'],
    ['expect: { return_url: null }', 'the person is sent elsewhere afterwards'],
  ])('fails where it is not so: %s', async (text, message) => {
    const { code, failures } = await tested([`given: { environments: [local] }, ${text}`])
    expect(code).toBe(1)
    expect(failures.map((failure) => failure.message)).toEqual([message])
  })

  test('fails where a check that should fail is not made any more', async () => {
    const { failures } = await tested([
      'given: { environments: [local] }, when: [document_expired, phone_verification_declined], then: { status: requires_input }',
    ])
    expect(failures).toEqual([
      {
        line: 3,
        column: 80,
        message: 'this cannot happen: the phone number is not checked',
        expected: 'phone_verification_declined',
        actual: 'checks: [document, selfie]',
      },
    ])
  })

  test('says everything that is not so, each with its place', async () => {
    const text = `tests:
  - name: all wrong
    given: { flow: sign-up, environments: [live] }
    when: [verified]
    then:
      status: requires_input
      report: {}
    expect:
      checks: [document]
`
    const { failures } = await tested([], { 'tests/deep/er.test.yml': text })
    expect(failures.map(({ line, column }) => `${line}:${column}`)).toEqual(['6:15', '7:15', '9:15'])
    expect(failures.map(({ expected, actual }) => `${expected} | ${actual}`)).toEqual([
      'requires_input | verified',
      '{} | { document: verified, selfie: verified, phone: verified }',
      '[document] | [document, selfie, phone]',
    ])
  })
})

describe('a test of a change', () => {
  test('says which policies and guards speak up, in which environment', async () => {
    const passing = [
      'given: { environments: [live] }, change: { options: { document: { require_matching_selfie: false } } }, then: { policies: [{ policy: selfie, status: blocked, message: people show their face }], guards: { weaken: blocked } }',
      'given: { environments: [local] }, change: { options: { document: { require_matching_selfie: null } } }, then: { policies: [], guards: { weaken: warned } }',
      'change: { description: Everybody }, then: { policies: [], guards: {} }',
      'given: { sessions_last_30_days: 100 }, change: { description: Everybody }, then: { policies: [{ policy: busy, status: warned }] }',
      'after: null, then: { guards: { archive: warned } }',
      'given: { flow: other, environments: [live] }, after: { name: Other, type: id_number }, then: { policies: [{ policy: selfie, status: blocked }] }',
      'given: { environments: [local] }, before: { name: A, type: document, protected: true }, change: { protected: false }, then: { guards: { protected: blocked } }',
      'before: null, after: { name: A, type: document, static_link: { active: true }, options: { document: { require_matching_selfie: true } } }, then: { guards: { expose_link: warned }, policies: [] }',
    ]
    const { failures, code } = await tested(passing)
    expect(failures).toEqual([])
    expect(code).toBe(0)
  })

  test.each([
    [
      'change: { description: A }, then: { policies: [{ policy: selfie, status: blocked }] }',
      'selfie says nothing about this change',
    ],
    [
      'change: { options: { document: null } }, then: { policies: [] }',
      'selfie speaks up as well: people show their face',
    ],
    [
      'change: { options: { document: null } }, then: { policies: [{ policy: selfie, status: warned }] }',
      'selfie blocks: apply refuses',
    ],
    [
      'given: { environments: [live], sessions_last_30_days: 200 }, change: { name: B }, then: { policies: [{ policy: busy, status: blocked }] }',
      'busy warns only: apply goes on',
    ],
    [
      'change: { options: { document: null } }, then: { policies: [{ policy: selfie, status: blocked, message: show it }] }',
      'selfie says something else',
    ],
    [
      'change: { description: A }, then: { guards: { weaken: blocked } }',
      'the guard weaken says nothing about this change',
    ],
    ['after: null, then: { guards: {} }', 'the guard archive speaks up as well: would archive 1 flow: sign-up'],
    ['after: null, then: { guards: { archive: blocked } }', 'the guard: would archive 1 flow: sign-up'],
  ])('fails where they do not: %s', async (text, message) => {
    const given = text.startsWith('given') ? text : `given: { environments: [live] }, ${text}`
    const { code, failures } = await tested([given])
    expect(code).toBe(1)
    expect(failures.map((failure) => failure.message)).toEqual([message])
  })
})

describe('flows test', () => {
  test('touches neither the store of the project nor a network, and needs no key', async () => {
    const cwd = aProjectWith([
      'when: [verified], then: { status: verified }',
      'after: null, then: { guards: { archive: warned } }',
    ])
    expect(await flows(['test'], { cwd })).toMatchObject({
      code: 0,
      stdout: 'tests/sign-up.test.yaml  4 passed\n\n4 tests passed in 1 file.\n',
    })
    expect(existsSync(join(cwd, '.flows/store.sqlite'))).toBe(false)
    expect(readdirSync(cwd).sort()).toEqual(['.flows', 'flows', 'flows.config.yaml', 'policies', 'tests'])
  })

  test('shows a failed test with the line, what was expected and what is the case', async () => {
    const cwd = aProjectWith(['given: { environments: [local] }, when: [verified], then: { status: requires_input }'])
    const { code, stdout } = await flows(['test'], { cwd: join(cwd, 'flows') })
    expect(code).toBe(1)
    expect(stdout).toBe(`../tests/sign-up.test.yaml  1 failed

failed test 1 (local)
  ../tests/sign-up.test.yaml:3:89 the session is verified, not in need of input
    3 | …ts: [local] }, when: [verified], then: { status: requires_input } }
      |                                                   ^
    expected  requires_input
    actual    verified

1 of 1 test failed in 1 file.
`)
  })

  test('without tests says so, and where they would be', async () => {
    const none = aProjectWith([])
    expect(await flows(['test'], { cwd: none })).toMatchObject({
      code: 0,
      stdout: 'There are no tests: they are files in tests/ that end in .test.yaml.\n',
    })
    const { stdout } = await flows(['test', '--json'], { cwd: none })
    expect(JSON.parse(stdout)).toEqual({
      ...{ format: 'flows.tests', format_version: '1.0', tests: [] },
      ...{ summary: { tests: 0, passed: 0, failed: 0, files: 0 }, exit_code: 0 },
    })
    const live = aProjectWith(['given: { environments: [live] }, then: { status: requires_input }'])
    expect((await flows(['test', '--env', 'local'], { cwd: live })).stdout).toBe('No test was selected.\n')
  })

  test('runs only what is named: files, parts of names, environments', async () => {
    const one = 'tests: [{ name: The Selfie fails, given: { flow: sign-up }, then: { status: requires_input } }]\n'
    const cwd = aProjectWith(['then: { status: verified }'], { 'tests/one.test.yaml': one })
    const names = async (...args: string[]) => {
      const { stdout } = await flows(['test', '--json', ...args], { cwd })
      return JSON.parse(stdout).tests.map(({ name, environment }: Record<string, string>) => `${name} ${environment}`)
    }
    expect(await names()).toEqual(['The Selfie fails local', 'The Selfie fails live', 'test 1 local', 'test 1 live'])
    expect(await names('--only', 'selfie')).toEqual(['The Selfie fails local', 'The Selfie fails live'])
    expect(await names('--env', 'live')).toEqual(['The Selfie fails live', 'test 1 live'])
    expect(await names('tests/sign-up.test.yaml', '--env', 'local')).toEqual(['test 1 local'])
  })

  test.each([
    [['--only', 'selfei'], '--only selfei: no test has this in its name'],
    [['--env', 'liv'], 'the configuration has no environment "liv"'],
    [['flows/sign-up.yaml'], 'flows/sign-up.yaml is not a test file of this project'],
    [['--junit', 'nowhere/report.xml'], 'the report cannot be saved: its folder is not there: nowhere/report.xml'],
    [['--json', '--format', 'junit'], '--json contradicts --format junit'],
  ])('refuses what makes no sense: %j', async (args, message) => {
    const cwd = aProjectWith(['then: { status: requires_input }'])
    const { code, stdout, stderr } = await flows(['test', ...args], { cwd })
    expect(code).toBe(64)
    expect(stdout + stderr).toContain(message)
  })

  test('gives GitHub an annotation for each failure, and people the rest', async () => {
    const cwd = aProjectWith(['given: { environments: [local] }, when: [verified], then: { status: requires_input }'])
    mkdirSync(join(cwd, '.git'))
    const { stdout } = await flows(['test', '--format', 'github'], { cwd })
    expect(stdout).toContain('1 of 1 test failed in 1 file.\n')
    expect(stdout).toContain(
      '::error file=tests/sign-up.test.yaml,line=3,col=89,title=test 1 (local)::the session is verified, not in need of input%0Aexpected: requires_input%0Aactual: verified\n',
    )
  })

  test('writes JUnit, to a file or as the result, and escapes what XML would read itself', async () => {
    const text = `tests:
  - { name: 'a < b & "c"', given: { flow: sign-up, environments: [local] }, when: [verified], then: { status: verified } }
  - { name: fails, given: { flow: sign-up, environments: [local] }, then: { status: verified } }
`
    const cwd = aProjectWith([], { 'tests/a.test.yaml': text })
    const { code, stdout } = await flows(['test', '--format', 'junit', '--junit', 'report.xml'], { cwd })
    expect(code).toBe(1)
    expect(readFileSync(join(cwd, 'report.xml'), 'utf8')).toBe(stdout)
    expect(await flows(['test', '--junit', 'report.xml'], { cwd })).toMatchObject({ code: 1 })
    // Nobody's work is replaced by a report, nor by a plan.
    for (const args of [
      ['test', '--junit', 'tests/a.test.yaml'],
      ['plan', '--out', 'tests/a.test.yaml'],
      ['plan', '--out', 'report.xml'],
    ]) {
      const refused = await flows(args, { cwd })
      expect([refused.code, refused.stderr]).toEqual([64, expect.stringContaining('and is not a ')])
    }
    expect(readFileSync(join(cwd, 'tests/a.test.yaml'), 'utf8')).toBe(text)
    expect(stdout).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="2" failures="1" errors="0" skipped="0" name="flows test">
  <testsuite tests="2" failures="1" errors="0" skipped="0" name="tests/a.test.yaml">
    <testcase name="a &lt; b &amp; &quot;c&quot; (local)" classname="tests.a.test" file="tests/a.test.yaml" line="2" />
    <testcase name="fails (local)" classname="tests.a.test" file="tests/a.test.yaml" line="3">
      <failure message="the session is in need of input, not verified" type="difference">tests/a.test.yaml:3:85 the session is in need of input, not verified
  expected: verified
  actual:   requires_input</failure>
    </testcase>
  </testsuite>
</testsuites>
`)
  })
})

test('the tests of this repository hold what its example flows promise', async () => {
  expect(await flows(['test', '--format', 'human'], { cwd: process.cwd() })).toMatchObject({ code: 0, stderr: '' })
})

describe('a test file that is wrong', () => {
  test.each([
    [
      'given: { flow: sign-pu }, when: [verified], then: { status: verified }',
      'FLOW_UNKNOWN',
      'did you mean "sign-up"?',
    ],
    ['given: { environments: [liv] }, then: { status: verified }', 'ENVIRONMENT_UNKNOWN', 'did you mean "live"?'],
    [
      'change: {}, then: { policies: [{ policy: selfi, status: blocked }] }',
      'POLICY_UNKNOWN',
      'did you mean "selfie"?',
    ],
    ['when: [selfie_mismatch], then: { status: verified }', 'UNKNOWN_VALUE', '"selfie_mismatch" is not permitted here'],
    ['when: [verified, abandoned], then: { status: verified }', 'INVALID_VALUE', 'nothing is left to submit'],
    ['when: [verified]', 'MISSING_FIELD', '"then" or "expect" is missing'],
    ['change: {}', 'MISSING_FIELD', '"then" is missing'],
    ['before: null, then: { guards: {} }', 'MISSING_FIELD', '"change" or "after" is missing'],
    ['before: null, after: null, then: { guards: {} }', 'INVALID_VALUE', 'nothing changes'],
    ['before: null, change: {}, then: { guards: {} }', 'OPTION_NOT_ALLOWED', 'describe the new flow in "after"'],
    ['change: {}, after: null, then: { guards: {} }', 'OPTION_NOT_ALLOWED', 'both say what the flow becomes'],
    [
      'when: [verified], then: { policies: [] }',
      'OPTION_NOT_ALLOWED',
      '"policies" does not go with a test without "change"',
    ],
    [
      'change: {}, when: [verified], then: { guards: {} }',
      'OPTION_NOT_ALLOWED',
      '"when" does not go with a test with "change"',
    ],
    ['change: {}, then: { status: verified, guards: {} }', 'OPTION_NOT_ALLOWED', 'make it two tests'],
    [
      'given: { sessions_last_30_days: 3 }, when: [verified], then: { status: verified }',
      'OPTION_NOT_ALLOWED',
      '"sessions_last_30_days" does not go',
    ],
    [
      'after: { name: A, type: id_number, options: { document: {} } }, then: { guards: {} }',
      'OPTION_NOT_ALLOWED',
      '"options.document" does not go with type "id_number"',
    ],
    ['change: { return_url: "http://10.0.0.1/" }, then: { guards: {} }', 'RETURN_URL_INVALID', 'environment "live"'],
    [
      'change: { type: id_number }, then: { guards: {} }',
      'OPTION_NOT_ALLOWED',
      '"options.document" does not go with type "id_number"',
    ],
    [
      `given: { provided_details: { email: sk_live_${'0123456789abcdef'.repeat(2)} } }, then: { status: verified }`,
      'API_KEY_IN_FILE',
      'an API key stands here',
    ],
    ['tehn: { status: verified }', 'UNKNOWN_FIELD', 'did you mean "then"?'],
  ])('is told with its place and exit code 3, and nothing runs: %s', async (text, code, message) => {
    const run = await flows(['test'], { cwd: aProjectWith([text]) })
    expect(run.code).toBe(3)
    expect(run.stdout).toBe('')
    expect(run.stderr).toMatch(new RegExp(`^tests/sign-up.test.yaml:3:\\d+ ${code} `, 'm'))
    expect(run.stderr).toContain(message)
  })

  test('is told together with everything else, by flows validate too', async () => {
    const cwd = aProjectWith(['when: [verfied], then: { status: verified }', 'expect: { checks: [face] }'], {
      'flows/other.yaml': 'name: Other\ntype: documents\n',
    })
    const run = await flows(['test'], { cwd })
    expect(run.code).toBe(3)
    expect(run.stderr).toContain('flows/other.yaml:2:7 UNKNOWN_VALUE')
    expect(run.stderr).toContain('tests/sign-up.test.yaml:3:')
    expect(run.stderr).toContain('tests/sign-up.test.yaml:4:')
    expect(run.stderr).toContain('3 errors in 2 files.')
    expect((await flows(['validate'], { cwd })).stderr).toBe(run.stderr)
  })

  test('stops no plan and no apply: tests are for whoever runs them', async () => {
    const cwd = aProjectWith(['when: [verfied], then: { status: verified }'])
    expect((await flows(['apply', '--yes'], { cwd })).code).toBe(0)
  })

  test('with two tests of one name is refused: nobody could tell which one failed', async () => {
    const text =
      'given: { flow: sign-up }\ntests:\n  - { name: a, then: { status: verified } }\n  - { name: a, then: { status: verified } }\n'
    const { stderr } = await flows(['test'], { cwd: aProjectWith([], { 'tests/a.test.yaml': text }) })
    expect(stderr).toContain('tests/a.test.yaml:4:13 KEY_DUPLICATE another test of this file has this name')
  })

  test('is noticed by a misspelt ending, and by nothing else in the folder', async () => {
    const cwd = aProjectWith(['then: { status: requires_input }'], {
      'tests/fixture.yaml': 'any: [thing',
      'tests/unit.test.js': 'any()',
    })
    mkdirSync(join(cwd, 'elsewhere'))
    symlinkSync(join(cwd, 'elsewhere'), join(cwd, 'tests/linked'))
    expect((await flows(['test'], { cwd })).code).toBe(0)
    writeFiles(cwd, { 'tests/high.tests.yaml': 'tests: []\n' })
    const { code, stderr } = await flows(['test'], { cwd })
    expect(code).toBe(3)
    expect(stderr).toContain('tests/high.tests.yaml:1:1 FILE_OVERLOOKED')
    expect(stderr).toContain('rename it to high.test.yaml')
  })

  test('is looked for in the folder that the configuration names, which has to be there and its own', async () => {
    const inChecks = {
      'checks/a.test.yaml': 'tests: [{ name: a, given: { flow: sign-up }, then: { status: verified } }]\n',
    }
    const cwd = aProjectWith([], { ...inChecks, 'flows.config.yaml': `${CONFIG}tests: ./checks/\n` })
    expect((await flows(['test'], { cwd })).stdout).toContain('checks/a.test.yaml  2 failed')
    writeFiles(cwd, { 'flows.config.yaml': `${CONFIG}tests: nowhere\n` })
    expect((await flows(['test'], { cwd })).stderr).toContain('flows.config.yaml:9:8 FOLDER_MISSING')
    for (const folder of ['flows/tests', 'policies']) {
      writeFiles(cwd, { 'flows.config.yaml': `${CONFIG}tests: ${folder}\n` })
      expect((await flows(['test'], { cwd })).stderr).toContain('tests need a folder of their own')
    }
  })

  test('is read anew when a definition changes that it is about', async () => {
    const cwd = aProjectWith(['change: { type: document }, then: { guards: {} }'])
    expect((await flows(['validate'], { cwd })).code).toBe(0)
    writeFiles(cwd, {
      'flows/sign-up.yaml': 'name: Sign-up\ntype: id_number\n',
      'tests/sign-up.test.yaml':
        'tests: [{ name: a, given: { flow: sign-up }, change: { options: { document: {} } }, then: { guards: {} } }]\n',
    })
    expect((await flows(['validate'], { cwd })).stderr).toContain('OPTION_NOT_ALLOWED')
    writeFiles(cwd, { 'flows/sign-up.yaml': SIGN_UP })
    expect((await flows(['validate'], { cwd })).code).toBe(0)
  })
})
