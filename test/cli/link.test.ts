import { describe, expect, test } from 'vitest'
import { aDefinition, aProject, flows } from '../helpers/cli.js'
import { served } from '../service/serving.js'

async function anApplied() {
  const cwd = aProject({ open: aDefinition('A', 'static_link: { active: true }\n'), shut: aDefinition('B') })
  await flows(['apply', '--yes'], { cwd })
  return cwd
}

describe('flows link', () => {
  test('prints the link alone on stdout, and says where it has no address or opens for nobody', async () => {
    const cwd = await anApplied()
    const open = await flows(['link', 'open'], { cwd })
    expect(open).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\/l\/\w+\n$/) })
    expect(open.stderr).toContain('flows dev or flows serve')
    const shut = await flows(['link', 'shut'], { cwd })
    expect(shut.stderr).toContain('static_link.active')
    expect(await flows(['link', 'none'], { cwd })).toMatchObject({ code: 1, stdout: '' })
  })

  test('makes a new one over HTTP with --rotate, which is no drift', async () => {
    const { url, key } = await served()
    const config = `project: acme-kyc\nenvironments:\n  remote: { api: "${url}", api_key_env: FLOWS_KEY }\n`
    const cwd = aProject({ a: aDefinition('A', 'static_link: { active: true }\n') }, config)
    const env = { FLOWS_KEY: key }
    await flows(['apply', '--yes'], { cwd, env })
    const before = JSON.parse((await flows(['link', 'a', '--json'], { cwd, env })).stdout)
    expect(before).toMatchObject({
      format: 'flows.link',
      format_version: '1.0',
      key: 'a',
      active: true,
      rotated: false,
    })
    expect((await fetch(before.url)).status).toBe(200)
    const after = JSON.parse((await flows(['link', 'a', '--rotate', '--yes', '--json'], { cwd, env })).stdout)
    expect(after).toEqual({ ...before, rotated: true, url: expect.stringMatching(`^${url}/l/\\w+$`) })
    expect([(await fetch(before.url)).status, (await fetch(after.url)).status]).toEqual([404, 200])
    expect(await flows(['plan', '--detailed-exitcode'], { cwd, env })).toMatchObject({ code: 0 })
  })

  test('rotates nothing where nobody can answer, nor --yes without it', async () => {
    const cwd = await anApplied()
    const { stdout } = await flows(['link', 'open'], { cwd })
    for (const args of [['--rotate'], ['--yes']]) {
      expect(await flows(['link', 'open', ...args], { cwd })).toMatchObject({ code: 64, stdout: '' })
    }
    expect((await flows(['link', 'open'], { cwd })).stdout).toBe(stdout)
  })
})
