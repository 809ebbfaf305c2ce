import { describe, expect, test } from 'vitest'
import { aProject, flows } from '../helpers/cli.js'

const create = (cwd: string, ...args: string[]) => flows(['keys', 'create', '--name', 'ci', ...args], { cwd })

/** Seconds from now, roughly: the program has a clock of its own. */
const inDays = (days: number) => Math.floor(Date.now() / 1000) + days * 24 * 60 * 60

describe('flows keys create', () => {
  test('makes a restricted key with scopes, which may be repeated or listed', async () => {
    const cwd = aProject()
    for (const scopes of [
      ['--scope', 'flows:read', 'deployments:write'],
      ['--scope', 'flows:read', '--scope', 'deployments:write'],
    ]) {
      const { code, stdout, stderr } = await create(cwd, '--json', '--mode', 'live', ...scopes)
      expect(code, stderr).toBe(0)
      expect(JSON.parse(stdout)).toMatchObject({
        type: 'restricted',
        livemode: true,
        scopes: ['flows:read', 'deployments:write'],
        key: expect.stringMatching(/^rk_live_[0-9a-z]{38}$/),
      })
    }
  })

  test('refuses a scope that there is not, and makes no key', async () => {
    const cwd = aProject()
    const { code, stderr } = await create(cwd, '--scope', 'flows:reed')
    expect(code).toBe(64)
    expect(stderr).toContain('flows:read')
    expect((await flows(['keys', 'list', '--json'], { cwd })).stdout).toContain('"data": []')
  })

  test('makes a key that ends after days, or on a day', async () => {
    const cwd = aProject()
    const days = JSON.parse((await create(cwd, '--json', '--expires', '90d')).stdout)
    expect(Math.abs(days.expires - inDays(90))).toBeLessThan(60)
    const day = new Date(inDays(100) * 1000).toISOString().slice(0, 10)
    const { stderr } = await create(cwd, '--expires', day)
    expect(stderr).toContain(`until ${day} 00:00 UTC`)
  })

  test.each(['soon', '90', '2027-02-30', '27-01-31', '0d', '2020-01-31', '99999d'])(
    'refuses to end it at %s',
    async (expires) => {
      const { code, stdout } = await create(aProject(), '--expires', expires)
      expect([64, 1]).toContain(code)
      expect(stdout).toBe('')
    },
  )
})

describe('flows keys list', () => {
  test('shows what each key may do, when it was used, when it ends, and whether it is still good', async () => {
    const cwd = aProject()
    await create(cwd)
    await create(cwd, '--scope', 'flows:read', '--expires', '90d')
    const revoked = JSON.parse((await create(cwd, '--json', '--mode', 'live')).stdout)
    await flows(['keys', 'revoke', revoked.id], { cwd })
    const { stdout } = await flows(['keys', 'list'], { cwd })
    const [heading = '', ...rows] = stdout.trimEnd().split('\n')
    expect(heading.split(/ {2,}/)).toEqual(['ID', 'NAME', 'KEY', 'SCOPES', 'LAST USED', 'EXPIRES', 'STATE'])
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d UTC$/)
    expect(rows.map((row) => row.split(/ {2,}/).slice(2))).toEqual([
      [expect.stringMatching(/^sk_live_/), 'all', '-', '-', expect.stringMatching(/^revoked \d{4}-/)],
      [expect.stringMatching(/^rk_test_/), 'flows:read', '-', time, 'active'],
      [expect.stringMatching(/^sk_test_/), 'all', '-', '-', 'active'],
    ])
  })
})
