import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { aDefinition, aProject, flows, writeFiles } from '../helpers/cli.js'

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
