import { describe, expect, test } from 'vitest'
import { aDefinition, aFolder, aProject, CONFIG, flows, writeFiles } from '../helpers/cli.js'

const LIVE_CAPTURE = `require: flow.options.document.require_live_capture
message: documents are captured live
`
const CAPTURED = 'options:\n  document:\n    require_live_capture: true\n'

function aProjectWith(
  policies: Readonly<Record<string, string>>,
  definitions: Readonly<Record<string, string>>,
): string {
  const cwd = aProject(definitions)
  writeFiles(cwd, Object.fromEntries(Object.entries(policies).map(([name, text]) => [`policies/${name}.yaml`, text])))
  return cwd
}

test('a plan that was remembered is not answered where its policies ask how much a flow is used, nor for another project', async () => {
  const busy = 'require: sessions_last_30_days == 0\nmessage: nobody uses it yet\nlevel: warn\n'
  const cwd = aProjectWith({ busy }, { a: aDefinition('A') })
  await flows(['apply', '--yes'], { cwd })
  for (let run = 1; run <= 2; run += 1)
    expect((await flows(['plan'], { cwd })).stdout).not.toContain('nobody uses it yet')
  await flows(['sessions', 'create', 'a'], { cwd })
  expect((await flows(['plan'], { cwd })).stdout).toContain('warned   busy: nobody uses it yet')

  writeFiles(cwd, { 'policies/busy.yaml': LIVE_CAPTURE })
  for (let run = 1; run <= 2; run += 1) {
    expect((await flows(['plan'], { cwd })).stdout).toContain('warned   busy: documents are captured live')
  }
  writeFiles(cwd, { 'flows.config.yaml': CONFIG.replace('acme-kyc', 'acme-pay') })
  expect((await flows(['plan'], { cwd })).stdout).not.toContain('acme-kyc in local')
})

describe('flows validate', () => {
  test('tells what is wrong with policies and with definitions at once, and exits 3', async () => {
    const cwd = aProjectWith(
      { p: 'message: m\nrequire: flow.options.document.require_live_captur\n' },
      { a: 'name: A\ntype: documents\n' },
    )
    const { code, stderr } = await flows(['validate'], { cwd })
    expect(code).toBe(3)
    expect(stderr).toContain('flows/a.yaml:2:7 UNKNOWN_VALUE')
    expect(stderr).toContain('policies/p.yaml:2:32 EXPRESSION_TYPE')
    expect(stderr).toContain('did you mean "require_live_capture"?')
    expect((await flows(['plan'], { cwd })).stderr).toBe(stderr)
    expect((await flows(['apply', '--yes'], { cwd })).code).toBe(3)
  })

  test('counts both', async () => {
    const cwd = aProjectWith({ p: LIVE_CAPTURE }, { a: aDefinition('A') })
    expect(await flows(['validate'], { cwd })).toMatchObject({ code: 0, stdout: '1 definition and 1 policy valid.\n' })
  })
})

describe('a policy that a plan breaks', () => {
  test('is shown with its place, and apply refuses it with exit 5', async () => {
    const cwd = aProjectWith(
      { 'live-capture': LIVE_CAPTURE },
      { a: aDefinition('A', CAPTURED.replace('true', 'false')) },
    )
    const plan = await flows(['plan'], { cwd })
    expect(plan.code).toBe(5)
    expect(plan.stdout).toContain(`Policies:
    blocked  live-capture: documents are captured live
             a  flows/a.yaml:5
             lift it for one run: --allow policy=live-capture:a
`)
    const refused = await flows(['apply', '--yes', '--json'], { cwd })
    expect(refused.code).toBe(5)
    expect(JSON.parse(refused.stdout)).toMatchObject({ code: 'blocked_by_guard', exit_code: 5 })
    expect(JSON.parse(refused.stdout).message).toContain('policy live-capture: documents are captured live: a')
    expect((await flows(['list', '--json'], { cwd })).stdout).not.toContain('"A"')
  })

  test('by a flow that stays as it is warns in apply too, where there is nothing to do', async () => {
    const cwd = aProjectWith({}, { a: aDefinition('A') })
    expect((await flows(['apply', '--yes'], { cwd })).code).toBe(0)
    writeFiles(cwd, { 'policies/live-capture.yaml': LIVE_CAPTURE })
    const warning = `Policies:
    warned   live-capture: documents are captured live
             a (unchanged)  flows/a.yaml:1

`
    expect((await flows(['plan'], { cwd })).stdout).toContain(warning)
    expect(await flows(['apply', '--yes'], { cwd })).toMatchObject({
      code: 0,
      stdout: 'Nothing to do: 1 unchanged in local.\n',
      stderr: warning,
    })
  })

  test('is lifted by name for one run, which the deployment records', async () => {
    const cwd = aProjectWith({ 'live-capture': LIVE_CAPTURE }, { a: aDefinition('A') })
    const allow = ['--allow', 'policy=live-capture:a', '--allow', 'policy=live-captured']
    const { code, stdout, stderr } = await flows(['apply', '--yes', '--json', ...allow], { cwd })
    expect(code, stderr).toBe(0)
    expect(JSON.parse(stdout).deployment.allowed).toEqual(['policy=live-capture:a', 'policy=live-captured'])
    expect(stderr).toContain('there is no policy "live-captured"')
  })

  test.each(['policy', 'policy=', 'policy=p:'])('--allow %s is no name', async (allow) => {
    const cwd = aProjectWith({ p: LIVE_CAPTURE }, { a: aDefinition('A') })
    expect((await flows(['plan', '--allow', allow], { cwd })).code).toBe(64)
  })
})

test('a policy that was changed since is never answered from what an earlier plan remembered', async () => {
  const cwd = aProjectWith({ p: LIVE_CAPTURE }, { a: aDefinition('A', CAPTURED) })
  await flows(['apply', '--yes'], { cwd })
  const said = async () => {
    const { code, stdout } = await flows(['plan', '--json'], { cwd })
    const { policies, exit_code } = JSON.parse(stdout) as {
      policies?: { status: string; line: number }[]
      exit_code: number
    }
    expect([code, exit_code]).toEqual([0, 0])
    return policies?.map(({ status, line }) => `${status} ${line}`)
  }
  expect(await said()).toEqual([])
  expect(await said()).toEqual([])
  writeFiles(cwd, { 'policies/p.yaml': 'message: m\nrequire: flow.protected\n' })
  expect(await said()).toEqual(['warned 1'])
  expect(await said()).toEqual(['warned 1'])
  writeFiles(cwd, { 'policies/p.yaml': 'message: m\nrequire: \'flow.name == "B"\'\n' })
  expect(await said()).toEqual(['warned 1'])
  writeFiles(cwd, { 'policies/p.yaml': LIVE_CAPTURE })
  expect(await said()).toEqual([])
})

test('what a policy says cannot be mistaken for a line of the program', async () => {
  const cwd = aProjectWith(
    { p: 'message: "ok"\nwhen: flow.metadata["\\u001b[2J"] == "x"\nrequire: "true"\n' },
    { a: aDefinition('A') },
  )
  const { stdout, stderr } = await flows(['plan'], { cwd })
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  expect(stdout + stderr).not.toMatch(/\u001b/)
})

test('flows init brings a policy that its first flow keeps, and tests of both that pass in every environment', async () => {
  const cwd = aFolder()
  await flows(['init', '--project', 'p', '--api', 'https://flows.example.com'], { cwd })
  expect((await flows(['validate'], { cwd })).stdout).toBe('1 definition, 1 policy and 1 test file valid.\n')
  expect((await flows(['test'], { cwd })).stdout).toContain('6 tests passed in 1 file.')
  expect(await flows(['fmt', '--check'], { cwd })).toMatchObject({ code: 0, stdout: '' })
  const { code, stdout } = await flows(['plan', '--json'], { cwd })
  expect([code, JSON.parse(stdout).policies]).toEqual([0, []])
})
