import { describe, expect, test } from 'vitest'
import { aFolder, aProject, flows, flowsProcess } from '../helpers/cli.js'

const CONFIG = `project: acme-kyc
environments:
  local: {}
  staging: { mode: test, api: "https://flows.example.com", api_key_env: ACME_STAGING }
  live: { mode: live, api: "https://flows.example.com", api_key_env: FLOWS_LIVE_KEY }
`

const linesOf = (text: string) => text.trimEnd().split('\n')

describe('flows bootstrap', () => {
  test('prints the keys as variables, and says how to store those of CI, without a key in what it says', async () => {
    const cwd = aProject({}, CONFIG)
    const { code, stdout, stderr } = await flows(['bootstrap'], { cwd })
    expect(code, stderr).toBe(0)
    expect(linesOf(stdout)).toEqual([
      expect.stringMatching(/^FLOWS_LIVE_ADMIN_KEY=sk_live_[0-9a-z]{38}$/),
      expect.stringMatching(/^FLOWS_LIVE_PLAN_KEY=rk_live_[0-9a-z]{38}$/),
      expect.stringMatching(/^FLOWS_LIVE_KEY=rk_live_[0-9a-z]{38}$/),
      expect.stringMatching(/^FLOWS_LIVE_APP_KEY=rk_live_[0-9a-z]{38}$/),
    ])
    expect(stderr).toMatch(/^Made in embedded store .*store\.sqlite, for the live mode\./)
    expect(stderr).toContain('printf %s "$FLOWS_LIVE_PLAN_KEY" | gh secret set FLOWS_LIVE_PLAN_KEY\n')
    expect(stderr).toContain('printf %s "$FLOWS_LIVE_KEY" | gh secret set FLOWS_LIVE_KEY --env live\n')
    expect(stderr).toContain('printf %s "$FLOWS_LIVE_KEY" | glab variable set FLOWS_LIVE_KEY --masked --protected\n')
    for (const line of linesOf(stdout)) expect(stderr).not.toContain(line.split('=')[1])
  })

  test('prints them as JSON, too, with the variable for each', async () => {
    const cwd = aProject({}, CONFIG)
    const { stdout } = await flows(['bootstrap', '--env', 'staging', '--expires', '90d', '--json'], { cwd })
    const { keys, ...rest } = JSON.parse(stdout)
    expect(rest).toMatchObject({ format: 'flows.bootstrap', environment: 'staging', mode: 'test', exit_code: 0 })
    expect(keys.map(({ name, variable }: Record<string, string>) => [name, variable])).toEqual([
      ['admin', 'ACME_STAGING_ADMIN'],
      ['ci-plan', 'ACME_STAGING_PLAN'],
      ['ci-apply', 'ACME_STAGING'],
      ['app', 'ACME_STAGING_APP'],
    ])
    for (const { key } of keys) expect(key).toMatch(/^[rs]k_test_[0-9a-z]{38}$/)
    const ends = keys.map(({ expires }: { expires: number | null }) => expires !== null)
    expect(ends, 'the key that makes keys stays').toEqual([false, true, true, true])
  })

  test('refuses to run twice, and says what is there and what to do', async () => {
    const cwd = aProject({}, CONFIG)
    const [first = ''] = linesOf((await flows(['bootstrap'], { cwd })).stdout)
    const { code, stdout, stderr } = await flows(['bootstrap'], { cwd })
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain('has a key of live mode that may make keys')
    expect(stderr).toContain('"admin", never used. No key was made')
    expect(stderr).toContain('flows bootstrap --again')
    const again = await flows(['bootstrap', '--again'], { cwd })
    expect(linesOf(again.stdout)).toHaveLength(4)
    expect(again.stdout).not.toContain(first)
    expect(again.stderr).toMatch(/Revoked ak_\w+ "admin", which nobody ever used\./)
  })

  test('needs no project where a database is named by DATABASE_URL, and shows no password of it', async () => {
    const env = { DATABASE_URL: 'postgres://flows:hidden@127.0.0.1:2/flows' }
    const { code, stderr } = await flows(['bootstrap', '--mode', 'test'], { cwd: aFolder(), env })
    expect(code).toBe(1)
    expect(stderr).toContain('127.0.0.1')
    expect(stderr).not.toContain('hidden')
  })

  test.each([
    [['--env', 'local'], 'needs no keys'],
    [['--env', 'liv'], 'did you mean "live"?'],
    [['--env', 'live', '--mode', 'test'], '"live" is live mode'],
    [['--expires', 'soon'], '90d'],
  ])('refuses %j, and makes no key', async (args, why) => {
    const cwd = aProject({}, CONFIG)
    const { code, stdout, stderr } = await flows(['bootstrap', ...args], { cwd })
    expect([code, stdout]).toEqual([64, ''])
    expect(stderr).toContain(why)
    expect((await flows(['keys', 'list'], { cwd })).stderr).toContain('No keys')
  })

  test('makes all keys or none, whenever it is killed, and then once more does it right', async () => {
    const cwd = aProject({}, CONFIG)
    const file = `const { kill, pid } = process
process.stdout.write = () => kill(pid, 'SIGKILL')`
    const killed = await flowsProcess(['bootstrap'], {
      cwd,
      env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(file)}` },
    })
    expect([killed.signal, killed.stdout]).toEqual(['SIGKILL', ''])
    const listed = JSON.parse((await flows(['keys', 'list', '--json'], { cwd })).stdout)
    expect(listed.data).toHaveLength(4)
    expect((await flows(['bootstrap'], { cwd })).stderr).toContain('never shown: flows bootstrap --again')
    const { stdout } = await flows(['bootstrap', '--again'], { cwd })
    expect(linesOf(stdout)).toHaveLength(4)
    const { data } = JSON.parse((await flows(['keys', 'list', '--json'], { cwd })).stdout)
    expect(data.filter(({ revoked }: { revoked: number | null }) => revoked === null)).toHaveLength(4)
  })
})
