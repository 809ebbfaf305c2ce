import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createFlow } from '../../src/service/operations/flows/flows.js'
import { aDefinition, aProject, flows, writeFiles } from '../helpers/cli.js'
import { outsideGit } from '../helpers/outside-git.js'

test('flows pull --at restores the definitions as a deployment left the flows, and apply of them is an ordinary plan', async () => {
  const old = { a: `# kept\n${aDefinition('A')}`, gone: aDefinition('Gone'), moved: aDefinition('Moved') }
  const cwd = aProject(old)
  const run = async (...args: string[]) => flows(args, { cwd })
  expect((await run('apply', '--yes')).code).toBe(0)
  const [{ id }] = JSON.parse((await run('history', '--json')).stdout).deployments
  rmSync(join(cwd, 'flows/gone.yaml'))
  rmSync(join(cwd, 'flows/moved.yaml'))
  writeFiles(cwd, {
    'flows/a.yaml': `# kept\n${aDefinition('A changed', 'static_link: { active: true }\n')}`,
    'flows/elsewhere.yaml': aDefinition('Moved', 'renamed_from: moved\n'),
    'flows/later.yaml': aDefinition('Later'),
  })
  expect((await run('apply', '--yes')).code).toBe(0)
  writeFiles(cwd, { 'flows/never-applied.yaml': aDefinition('Never applied') })

  const pulled = await run('pull', '--at', id)
  expect(pulled.code, pulled.stderr).toBe(0)
  expect(readFileSync(join(cwd, 'flows/a.yaml'), 'utf8')).toMatch(/^# kept\nname: A\n/)
  expect(existsSync(join(cwd, 'flows/gone.yaml'))).toBe(true)
  for (const file of ['later', 'never-applied', 'elsewhere'])
    expect(existsSync(join(cwd, `flows/${file}.yaml`))).toBe(false)
  const { changes } = JSON.parse((await run('plan', '--json')).stdout)
  expect(changes.map((one: { action: string; key: string }) => `${one.action} ${one.key}`)).toEqual([
    'update a',
    'restore gone',
    'rename moved',
    'archive later',
  ])
  expect((await run('pull', '--at', id)).stdout).toContain('Nothing to restore')
  expect((await run('pull', '--at', 'vfd_none')).code).toBe(1)
})

describe('of flows that the project did not have when the deployment was made, pull --at', () => {
  async function withLaterFlows() {
    const cwd = aProject({ a: aDefinition('A') })
    const run = async (...args: string[]) => flows(args, { cwd })
    expect((await run('apply', '--yes')).code).toBe(0)
    const [{ id }] = JSON.parse((await run('history', '--json')).stdout).deployments
    await outsideGit(cwd, (call) => createFlow(call, { key: 'spring', name: 'Spring', type: 'document' }))
    expect((await run('import', '--yes')).code).toBe(0)
    writeFiles(cwd, { 'flows/later.yaml': aDefinition('Later') })
    expect((await run('apply', '--yes')).code).toBe(0)
    writeFiles(cwd, { 'flows/never-applied.yaml': aDefinition('Never applied') })
    return { cwd, id, run }
  }

  test('removes the definitions, and says that the next apply archives what has none', async () => {
    const { cwd, id, run } = await withLaterFlows()
    const { stdout } = await run('pull', '--at', id)
    expect(stdout).toContain(
      '- remove flows/later.yaml\n    the project did not have this flow then; without its definition, ' +
        'the next apply archives it, here and in any other environment\n',
    )
    expect(stdout).toContain(
      '- remove flows/never-applied.yaml\n    the project did not have this flow then; without its definition, ' +
        'the next apply archives it, in every environment that has it\n',
    )
    expect(stdout).not.toContain('was archived')
    for (const file of ['later', 'never-applied']) expect(existsSync(join(cwd, `flows/${file}.yaml`))).toBe(false)
  })

  test('leaves a flow alone that was there before and was adopted since, unless it is named', async () => {
    const { cwd, id, run } = await withLaterFlows()
    const { stderr } = await run('pull', '--at', id)
    expect(stderr).toContain('Adopted since')
    expect(stderr).toContain('spring')
    expect(existsSync(join(cwd, 'flows/spring.yaml'))).toBe(true)
    const json = JSON.parse((await run('pull', '--at', id, '--json')).stdout)
    expect(json).toMatchObject({ edits: [], kept: [{ key: 'spring', why: 'adopted_since' }] })
    expect((await run('pull', 'spring', '--at', id)).stdout).toContain('- remove flows/spring.yaml')
    expect(existsSync(join(cwd, 'flows/spring.yaml'))).toBe(false)
  })
})

test('of a flow that was archived then and is active now, pull --at says that the next apply archives it here too', async () => {
  const cwd = aProject({ a: aDefinition('A'), b: aDefinition('B') })
  const run = async (...args: string[]) => flows(args, { cwd })
  await run('apply', '--yes')
  rmSync(join(cwd, 'flows/b.yaml'))
  await run('apply', '--yes')
  const [{ id }] = JSON.parse((await run('history', '--json')).stdout).deployments
  writeFiles(cwd, { 'flows/b.yaml': aDefinition('B') })
  await run('apply', '--yes')
  const { stdout } = await run('pull', '--at', id)
  expect(stdout).toContain(
    '- remove flows/b.yaml\n    the flow was archived then; without its definition, ' +
      'the next apply archives it, here and in any other environment\n',
  )
})

describe('once a key was given to another flow, pull --at leaves the first the key that it has, and says so', () => {
  /** delta was renamed to omega, and a new flow got the key delta. */
  async function withNewDelta() {
    const cwd = aProject({ a: aDefinition('A'), delta: aDefinition('Delta') })
    const run = async (...args: string[]) => flows(args, { cwd })
    await run('apply', '--yes')
    const [{ id }] = JSON.parse((await run('history', '--json')).stdout).deployments
    rmSync(join(cwd, 'flows/delta.yaml'))
    writeFiles(cwd, { 'flows/omega.yaml': aDefinition('Omega', 'renamed_from: delta\n') })
    await run('apply', '--yes')
    writeFiles(cwd, { 'flows/omega.yaml': aDefinition('Omega'), 'flows/delta.yaml': aDefinition('New delta') })
    expect(await run('apply', '--yes')).toMatchObject({ code: 0 })
    return { cwd, id, run }
  }
  const TOLD = 'Have another key by now, and the old one is not free: kept: omega (then delta)\n'
  const name = (cwd: string) => /^name: (.*)$/m.exec(readFileSync(join(cwd, 'flows/omega.yaml'), 'utf8'))?.[1]

  test('while the other is active', async () => {
    const { cwd, id, run } = await withNewDelta()
    const pulled = await run('pull', '--at', id)
    expect(pulled, pulled.stderr).toMatchObject({ code: 0, stderr: TOLD })
    expect([name(cwd), existsSync(join(cwd, 'flows/delta.yaml'))]).toEqual(['Delta', false])
    const { changes } = JSON.parse((await run('plan', '--json')).stdout)
    expect(changes.map((one: { action: string; key: string }) => `${one.action} ${one.key}`)).toEqual([
      'update omega',
      'archive delta',
    ])
    expect((await run('apply', '--yes')).code).toBe(0)
    expect(await run('pull', '--at', id)).toMatchObject({
      stdout: `Nothing to restore: the definitions are as ${id} left the flows.\n`,
      stderr: TOLD,
    })
  })

  test('and when the other is archived; named, either flow is restored alone', async () => {
    const { cwd, id, run } = await withNewDelta()
    expect((await run('pull', 'omega', '--at', id)).stdout).not.toContain('delta.yaml')
    expect(name(cwd)).toBe('Delta')
    rmSync(join(cwd, 'flows/delta.yaml'))
    writeFiles(cwd, { 'flows/omega.yaml': aDefinition('Omega again') })
    expect((await run('apply', '--yes')).code).toBe(0)
    expect(await run('pull', '--at', id)).toMatchObject({ code: 0, stderr: TOLD })
    expect(name(cwd)).toBe('Delta')
    expect((await run('apply', '--yes')).code).toBe(0)
  })

  test('until the key is free again', async () => {
    const { cwd, id, run } = await withNewDelta()
    rmSync(join(cwd, 'flows/delta.yaml'))
    writeFiles(cwd, { 'flows/epsilon.yaml': aDefinition('New delta', 'renamed_from: delta\n') })
    expect((await run('apply', '--yes')).code).toBe(0)
    expect(await run('pull', '--at', id)).toMatchObject({ code: 0 })
    expect([existsSync(join(cwd, 'flows/omega.yaml')), existsSync(join(cwd, 'flows/delta.yaml'))]).toEqual([
      true,
      false,
    ])
    writeFiles(cwd, { 'flows/epsilon.yaml': aDefinition('New delta') })
    expect(await run('pull', '--at', id)).toMatchObject({ code: 0, stderr: '' })
    expect([existsSync(join(cwd, 'flows/omega.yaml')), existsSync(join(cwd, 'flows/delta.yaml'))]).toEqual([
      false,
      true,
    ])
  })
})
