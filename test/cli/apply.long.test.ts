import { describe, expect, test } from 'vitest'
import {
  aDefinition,
  aProject,
  ended,
  flows,
  flowsProcess,
  printed,
  startOnTerminal,
  writeFiles,
} from '../helpers/cli.js'
import { endedAtCall, momentsOf } from '../helpers/ended-at-call.js'

const one = { 'sign-up': aDefinition('Sign-up') }

async function listed(cwd: string): Promise<{ key: string; version: number; status: string; id: string }[]> {
  return JSON.parse((await flows(['list', '--json'], { cwd })).stdout).flows
}

describe('flows apply', () => {
  test('makes the flows as defined; a second apply has nothing to do', async () => {
    const cwd = aProject(one)
    const first = await flows(['apply', '--yes'], { cwd })
    expect(first).toMatchObject({ code: 0 })
    expect(first.stdout).toMatch(/^Applied to local: 1 created; 0 unchanged\.\nDeployment \S+ in /)
    const second = await flows(['apply', '--yes'], { cwd })
    expect(second).toMatchObject({ code: 0, stdout: 'Nothing to do: 1 unchanged in local.\n' })
    expect(await listed(cwd)).toMatchObject([{ key: 'sign-up', version: 1, status: 'active' }])
  })

  test('plays every action: create, update, rename, archive, restore', async () => {
    const cwd = aProject({ a: aDefinition('A'), b: aDefinition('B') })
    await flows(['apply', '--yes'], { cwd })
    const ids = new Map((await listed(cwd)).map(({ key, id }) => [key, id]))
    const { rmSync } = await import('node:fs')
    rmSync(`${cwd}/flows/a.yaml`)
    rmSync(`${cwd}/flows/b.yaml`)
    writeFiles(cwd, { 'flows/c.yaml': aDefinition('C', 'renamed_from: a\n') })
    const changed = await flows(['apply', '--yes'], { cwd })
    expect(changed.stdout).toContain('1 renamed, 1 archived; 0 unchanged')
    expect(await listed(cwd)).toMatchObject([
      { key: 'b', status: 'archived', id: ids.get('b') },
      { key: 'c', status: 'active', id: ids.get('a') },
    ])
    writeFiles(cwd, { 'flows/b.yaml': aDefinition('B again') })
    expect((await flows(['apply', '--yes'], { cwd })).stdout).toContain('1 restored; 1 unchanged')
    expect((await flows(['plan', '--detailed-exitcode'], { cwd })).code).toBe(0)
  })

  test('without a terminal and without --yes it writes nothing and says so', async () => {
    const cwd = aProject(one)
    const run = await flows(['apply'], { cwd })
    expect(run.code).toBe(64)
    expect(run.stderr).toContain('--yes')
    expect(await listed(cwd)).toEqual([])
  })

  test('on a terminal it asks; only yes applies', async () => {
    const cwd = aProject(one)
    const refused = startOnTerminal(['apply'], { cwd })
    await printed(refused, '[y/N]')
    expect(await ended(refused, 'n\r')).toMatchObject({ code: 1 })
    expect(await listed(cwd)).toEqual([])
    const agreed = startOnTerminal(['apply'], { cwd })
    await printed(agreed, '[y/N]')
    expect(await ended(agreed, 'y\r')).toMatchObject({ code: 0 })
    expect(await listed(cwd)).toHaveLength(1)
  })

  test('Ctrl-C at the question writes nothing and exits 130', async () => {
    const cwd = aProject(one)
    const asked = startOnTerminal(['apply'], { cwd })
    await printed(asked, '[y/N]')
    asked.stdin?.write('\u0003')
    expect(await ended(asked)).toMatchObject({ code: 130 })
    expect(await listed(cwd)).toEqual([])
  })

  test('two applies of the same definitions at once: one wins, the other is told that its plan is stale', async () => {
    const cwd = aProject(one)
    const slow = startOnTerminal(['apply'], { cwd })
    await printed(slow, '[y/N]') // has planned
    expect(await flows(['apply', '--yes'], { cwd })).toMatchObject({ code: 0 })
    const late = await ended(slow, 'y\r')
    expect(late.code).toBe(4)
    expect(late.stdout).toContain('stale')
    expect(await listed(cwd)).toMatchObject([{ key: 'sign-up', version: 1 }])
  })

  test('two applies of other definitions at once: the late one names the flow that moved, and writes nothing', async () => {
    const cwd = aProject({ a: aDefinition('A'), b: aDefinition('B') })
    await flows(['apply', '--yes'], { cwd })
    writeFiles(cwd, { 'flows/a.yaml': aDefinition('Slow'), 'flows/b.yaml': aDefinition('Slow') })
    const slow = startOnTerminal(['apply'], { cwd })
    await printed(slow, '[y/N]')
    writeFiles(cwd, { 'flows/a.yaml': aDefinition('Quick'), 'flows/b.yaml': aDefinition('B') })
    await flows(['apply', '--yes'], { cwd })
    const late = await ended(slow, 'y\r')
    expect(late.code).toBe(4)
    expect(late.stdout).toMatch(/ {2}a was at version 1, now is at version 2/)
    const flow = JSON.parse((await flows(['show', 'b', '--json'], { cwd })).stdout)
    expect(flow).toMatchObject({ name: 'B', version: 1 })
  })

  test('eight applies started together make one deployment; the others are stale or find nothing to do', async () => {
    const cwd = aProject(one)
    const runs = await Promise.all(Array.from({ length: 8 }, () => flowsProcess(['apply', '--yes'], { cwd })))
    const applied = runs.filter(({ stdout }) => stdout.startsWith('Applied'))
    expect(applied).toHaveLength(1)
    for (const run of runs) {
      const isNothing = run.code === 0 && run.stdout.startsWith('Nothing to do')
      expect(run === applied[0] || isNothing || run.code === 4, JSON.stringify(run)).toBe(true)
    }
    expect(await listed(cwd)).toMatchObject([{ version: 1 }])
  })

  test('killed before any of its steps and run again, it leaves what an undisturbed apply leaves', async () => {
    const keys = Array.from({ length: 50 }, (_, index) => `flow-${index}`)
    const definitions = Object.fromEntries(
      keys.map((key) => [key, aDefinition(key, 'static_link: { active: true }\n')]),
    )
    const apply = ['apply', '--yes']
    const outcomes = { nothing: 0, all: 0 }
    const recovers = async (cwd: string, call: string) => {
      const after = await listed(cwd)
      expect([0, keys.length], call).toContain(after.length)
      outcomes[after.length === 0 ? 'nothing' : 'all'] += 1
      expect(await flows(apply, { cwd }), call).toMatchObject({ code: 0 })
      const flowsNow = await listed(cwd)
      expect(flowsNow).toHaveLength(keys.length)
      expect(flowsNow.every(({ version, status }) => version === 1 && status === 'active')).toBe(true)
      expect((await flows(['plan', '--detailed-exitcode'], { cwd })).code).toBe(0)
    }
    const { calls, moments } = await momentsOf(apply, { cwd: aProject(definitions) })
    for (const { call, cwd } of moments) await recovers(cwd, `call ${call} of ${calls}`)
    expect(moments.length).toBeGreaterThan(3)
    // And by a process that is really killed, with its transaction open or just committed.
    for (const call of [Math.ceil(calls / 2), calls]) {
      const cwd = aProject(definitions)
      await endedAtCall(call, apply, { cwd })
      await recovers(cwd, `killed at call ${call} of ${calls}`)
    }
    expect(outcomes.nothing).toBeGreaterThan(0)
    expect(outcomes.all, 'killed after the commit').toBeGreaterThan(0)
  })

  test('a blocked plan is refused with its figures, and lifted by name', async () => {
    const guarded = 'project: acme-kyc\nenvironments:\n  local: { guards: { archive: block } }\n'
    const cwd = aProject({ a: aDefinition('A'), b: aDefinition('B') }, guarded)
    await flows(['apply', '--yes'], { cwd })
    const { rmSync } = await import('node:fs')
    rmSync(`${cwd}/flows/b.yaml`)
    expect((await flows(['plan'], { cwd })).code).toBe(5)
    const refused = await flows(['apply', '--yes'], { cwd })
    expect(refused.code).toBe(5)
    expect(refused.stderr).toContain('archive: would archive 1 flow: b')
    // Several in one value, as a CI job has them in one variable.
    expect(await flows(['apply', '--yes', '--allow', 'weaken, archive=b'], { cwd })).toMatchObject({ code: 0 })
  })

  test("another project's flow is a conflict: plan and apply exit 1, and nothing is written", async () => {
    const cwd = aProject(one)
    await flows(['apply', '--yes'], { cwd })
    writeFiles(cwd, {
      'flows.config.yaml': 'project: other\nenvironments:\n  local: {}\n',
      'flows/b.yaml': aDefinition('B'),
    })
    const plan = await flows(['plan', '--json'], { cwd })
    expect(plan.code).toBe(1)
    expect(JSON.parse(plan.stdout)).toMatchObject({
      exit_code: 1,
      conflicts: [{ code: 'KEY_OF_OTHER_PROJECT', key: 'sign-up' }],
    })
    const refused = await flows(['apply', '--yes', '--json'], { cwd })
    expect(refused.code).toBe(1)
    expect(JSON.parse(refused.stdout)).toMatchObject({ format: 'flows.error', code: 'conflict', exit_code: 1 })
    expect(await listed(cwd)).toMatchObject([{ key: 'sign-up', version: 1 }])
  })

  test('--json answers with the deployment, and with the exit code inside', async () => {
    const cwd = aProject(one)
    const first = JSON.parse((await flows(['apply', '--yes', '--json'], { cwd })).stdout)
    expect(first).toMatchObject({
      format: 'flows.apply',
      status: 'applied',
      exit_code: 0,
      summary: { create: 1 },
      deployment: { project: 'acme-kyc', changes: [{ action: 'create', key: 'sign-up', version: 1 }] },
    })
    const second = JSON.parse((await flows(['apply', '--yes', '--json'], { cwd })).stdout)
    expect(second).toMatchObject({ status: 'nothing_to_do', deployment: null, exit_code: 0 })
  })
})
