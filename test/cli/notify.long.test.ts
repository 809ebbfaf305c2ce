import { writeFileSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { notify as notifyAll } from '../../src/app/review/notify.js'
import { updateFlow } from '../../src/service/operations/flows/flows.js'
import { aDefinition, aProject, flows, printed, start } from '../helpers/cli.js'
import { outsideGit } from '../helpers/outside-git.js'
import { aReceiver } from '../service/receiver.js'

const selfie = (isRequired: boolean) =>
  aDefinition('A', `options: { document: { require_matching_selfie: ${isRequired} } }\n`)

/** A project that tells a receiver, and runs commands as a job of GitHub does. */
async function aTelling(notify: string, answers: readonly number[] = []) {
  const receiver = await aReceiver({
    answer: (response, _, count) => response.writeHead(answers[count - 1] ?? 200).end('ok'),
  })
  const config = `project: acme-kyc
environments:
  local: { guards: { weaken: block } }
notify:
${notify}`
  const cwd = aProject({ a: selfie(true) }, config)
  const env = {
    RECEIVER: `${receiver.url}/secret-path`,
    GITHUB_ACTIONS: 'true',
    GITHUB_REPOSITORY: 'acme/kyc',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_RUN_ID: '7',
  }
  const run = (...args: string[]) => flows(args, { cwd, env })
  const told = () => receiver.received.map(({ body }) => JSON.parse(body))
  return { cwd, run, told, receiver, env }
}

test('a deployment, a blocked plan and drift are told, each once, with the run that they come from', async () => {
  const { cwd, run, told } = await aTelling('  - { to: url, address_env: RECEIVER }\n')
  expect(await run('apply', '--yes')).toMatchObject({ code: 0 })
  expect(told()).toEqual([])
  await outsideGit(cwd, (call) => updateFlow(call, 'a', { description: 'Edited by hand' }))
  expect(await run('drift', '--notify')).toMatchObject({ code: 2 })
  expect(await run('pull')).toMatchObject({ code: 0 })
  // Records that git has the edit now: nothing changes.
  expect(await run('apply', '--yes', '--notify')).toMatchObject({ code: 0 })
  writeFileSync(`${cwd}/flows/b.yaml`, aDefinition('B'))
  expect(await run('apply', '--yes', '--notify')).toMatchObject({ code: 0 })
  const url = 'https://github.com/acme/kyc/actions/runs/7'
  expect(told()).toMatchObject([
    {
      format: 'flows.notice',
      event: 'drift',
      project: 'acme-kyc',
      environment: 'local',
      title: '1 flow of acme-kyc was edited outside git in local.',
      details: ['a: 1 field'],
      url,
    },
    { event: 'applied', details: ['create b'], url },
  ])
  expect(JSON.stringify(told())).not.toContain('Edited by hand')
})

test('what a guard stops is told by plan and by apply, and their exit codes are their own', async () => {
  const { cwd, run, told } = await aTelling(
    '  - { to: slack, address_env: RECEIVER, on: [blocked], environments: [local] }\n',
  )
  expect(await run('apply', '--yes', '--notify')).toMatchObject({ code: 0 })
  expect(told()).toEqual([])
  writeFileSync(`${cwd}/flows/a.yaml`, selfie(false))
  expect(await run('plan', '--notify')).toMatchObject({ code: 5 })
  expect(await run('apply', '--yes', '--notify')).toMatchObject({ code: 5 })
  expect(told()).toHaveLength(2)
  for (const { text, blocks } of told()) {
    expect(text).toBe('A plan of acme-kyc is blocked in local.')
    expect(blocks[0].text.text).toContain('weaken: would weaken 1 flow: a')
  }
})

test('a receiver that fails is tried again, then a warning; nothing shows its address', async () => {
  const { run, told, receiver } = await aTelling(
    '  - { to: teams, address_env: RECEIVER }\n',
    [503, 200, 503, 503, 404],
  )
  expect(await run('apply', '--yes', '--notify')).toMatchObject({ code: 0 })
  expect(told()).toHaveLength(2)
  expect(told()[1]).toMatchObject({ type: 'message' })
  for (const [status, tries] of [
    [503, 2],
    [404, 1],
  ] as const) {
    const before = receiver.received.length
    // Nothing to apply, so nothing is told: the drift is what is told of.
    const again = await aTelling('  - { to: teams, address_env: RECEIVER }\n', Array(5).fill(status))
    const made = await again.run('apply', '--yes', '--notify')
    expect(made).toMatchObject({
      code: 0,
      stderr: expect.stringContaining(`teams was not told of this: it answered ${status}`),
    })
    expect(made.stderr + made.stdout).not.toContain('secret-path')
    expect(again.receiver.received).toHaveLength(tries)
    expect(receiver.received).toHaveLength(before)
  }
})

test('an address that is missing, or is none, is a warning that names the variable and not the value', async () => {
  const { cwd, env } = await aTelling('  - { to: slack, address_env: RECEIVER }\n')
  const run = (RECEIVER: string, ...args: string[]) => flows(args, { cwd, env: { ...env, RECEIVER } })
  expect(await run('', 'apply', '--yes', '--notify')).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('slack was not told of this: RECEIVER is not set'),
  })
  await outsideGit(cwd, (call) => updateFlow(call, 'a', { description: 'Edited' }))
  for (const address of ['http://hooks.example.com/xyz', 'xyz']) {
    const { code, stderr } = await run(address, 'drift', '--notify')
    expect([code, stderr]).toEqual([2, expect.stringContaining('the value of RECEIVER is not an https address')])
    expect(stderr).not.toContain('xyz')
  }
  // Nobody is told without the option.
  expect((await run('', 'drift')).stderr).not.toContain('RECEIVER')
})

test('a receiver of an environment that there is not is an error of the configuration', async () => {
  const { run } = await aTelling('  - { to: slack, address_env: RECEIVER, environments: [lcoal] }\n')
  expect(await run('validate')).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(
      /flows\.config\.yaml:\d+:\d+ ENVIRONMENT_UNKNOWN .*"lcoal"[\s\S]*did you mean "local"\?/,
    ),
  })
})

test('a key that ends soon is told by the daily look for drift, and one that lasts is not', async () => {
  const receiver = await aReceiver()
  const cwd = aProject({ a: aDefinition('A') })
  const child = start(['serve', '--port', '0'], { cwd })
  onTestFinished(() => void child.kill('SIGKILL'))
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(await printed(child, 'Stop with Ctrl-C'))?.[0]
  const other = aProject(
    { a: aDefinition('A') },
    `project: acme-kyc
environments:
  served: { api: "${url}", api_key_env: KEY }
notify:
  - { to: url, address_env: RECEIVER, on: [key_ending] }
`,
  )
  const drift = async (...args: string[]) => {
    const KEY = (await flows(['keys', 'create', '--name', 'ci-plan', ...args], { cwd })).stdout.trim()
    return flows(['drift', '--notify'], { cwd: other, env: { KEY, RECEIVER: receiver.url } })
  }
  expect(await drift('--expires', '90d')).toMatchObject({ code: 0 })
  expect(receiver.received).toEqual([])
  expect(await drift('--expires', '3d')).toMatchObject({ code: 0 })
  expect(receiver.received.map(({ body }) => JSON.parse(body))).toMatchObject([
    { event: 'key_ending', title: expect.stringMatching(/^The API key "ci-plan" of acme-kyc in served ends /) },
  ])
})

test('receivers are told at once, so that one which never answers delays a job once, and warnings keep their order', async () => {
  const events: string[] = []
  const receivers = ['A', 'B', 'C'].map((name) => ({ to: 'url' as const, address_env: name }))
  const site = {
    project: { config: { notify: receivers } },
    env: { A: 'https://a.example.com', B: 'https://b.example.com', C: 'https://c.example.com' },
    reporter: { warn: (text: string) => void events.push(text) },
  }
  let waiting = 0
  let all = () => {}
  const together = new Promise<void>((resolve) => {
    all = resolve
  })
  await notifyAll(site as never, { event: 'applied', environment: 'live', details: [] } as never, async (address) => {
    waiting += 1
    if (waiting === receivers.length) all()
    await together
    if (!address.includes('b.')) throw new Error(`cannot reach ${new URL(address).hostname}`)
  })
  expect(events).toEqual([
    'url was not told of this: cannot reach a.example.com',
    'url was not told of this: cannot reach c.example.com',
  ])
})
