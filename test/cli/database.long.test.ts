import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { aDefinition, aFolder, aProject, flows, flowsProcess, printed, start } from '../helpers/cli.js'
import { aDatabase, query } from '../store/databases.js'

/** The environment of a command over a new PostgreSQL database, and the password that nothing may show. */
async function aPostgres() {
  const url = await aDatabase()
  return { url, env: { DATABASE_URL: url }, password: new URL(url).password }
}

async function served(cwd: string, env: Record<string, string>) {
  const child = start(['serve', '--port', '0'], { cwd, env })
  onTestFinished(() => void child.kill('SIGKILL'))
  const said = await printed(child, 'Stop with Ctrl-C')
  return { said, url: /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0] ?? '' }
}

describe('with DATABASE_URL, on PostgreSQL,', () => {
  test('flows serve and flows keys work on that database, without a project', async () => {
    const { env, url, password } = await aPostgres()
    const cwd = aFolder()
    const made = await flows(['keys', 'create', '--name', 'app'], { cwd, env })
    expect(made.code, made.stderr).toBe(0)
    const servers = [await served(cwd, env), await served(cwd, env)]
    const { host, pathname } = new URL(url)
    expect(servers[0]?.said).toContain(`over PostgreSQL store ${host}${pathname}\n`)
    expect(servers[0]?.said).not.toContain(password)
    const statuses = () =>
      Promise.all(
        servers.map(async ({ url }) => {
          const headers = { authorization: `Bearer ${made.stdout.trim()}` }
          return (await fetch(`${url}/v1/identity/verification_flows`, { headers })).status
        }),
      )
    expect(await statuses()).toEqual([200, 200])
    const { stdout } = await flows(['keys', 'list', '--json'], { cwd, env })
    const [key] = JSON.parse(stdout).data
    expect(key).toMatchObject({ name: 'app', revoked: null })
    expect(await flows(['keys', 'revoke', key.id], { cwd, env })).toMatchObject({ code: 0 })
    expect(await statuses()).toEqual([401, 401])
    expect(existsSync(join(cwd, '.flows'))).toBe(false)
  })

  test('flows apply works on the embedded store of the project all the same', async () => {
    const { env, url } = await aPostgres()
    const cwd = aProject({ a: aDefinition('A') })
    expect(await flows(['apply', '--yes'], { cwd, env })).toMatchObject({ code: 0 })
    expect(existsSync(join(cwd, '.flows', 'store.sqlite'))).toBe(true)
    expect(await query(url, "select 1 from pg_tables where schemaname = 'public'")).toEqual([])
  })

  test('flows keys list makes no store where there is none', async () => {
    const { env, url } = await aPostgres()
    const { code, stderr } = await flows(['keys', 'list'], { cwd: aFolder(), env })
    expect([code, stderr]).toEqual([1, expect.stringContaining('holds no store yet')])
    expect(await query(url, "select 1 from pg_tables where schemaname = 'public'")).toEqual([])
  })

  test.each([['serve'], ['keys', 'list', '--json']])(
    'flows %s tells of a server that refuses, without the password',
    async (...args) => {
      const { url } = await aPostgres()
      const wrong = new URL(url)
      wrong.password = 'wrong-s3cret'
      const { code, stdout, stderr } = await flowsProcess(args, { cwd: aFolder(), env: { DATABASE_URL: wrong.href } })
      expect(code).toBe(1)
      expect(stdout + stderr).toContain('PostgreSQL store')
      expect(stdout + stderr).not.toMatch(/wrong-s3cret|fault in flows itself/)
    },
  )
})

describe('without a PostgreSQL address', () => {
  test.each(['mysql://app:s3cret@db/flows', 'postgres://app:s3cret@db/flows?sslmode=bogus', 'app:s3cret@db/flows'])(
    'DATABASE_URL=%s is told, and not shown',
    async (DATABASE_URL) => {
      const { code, stdout, stderr } = await flows(['keys', 'list', '--json'], {
        cwd: aProject(),
        env: { DATABASE_URL },
      })
      expect([code, JSON.parse(stdout).code]).toEqual([1, 'database_url_invalid'])
      expect(stdout + stderr).not.toContain('s3cret')
    },
  )

  test.each(['', ' '])('DATABASE_URL=%j is none: the embedded store serves', async (DATABASE_URL) => {
    const cwd = aProject()
    const { said } = await served(cwd, { DATABASE_URL })
    expect(said).toContain(`over embedded store ${join('.flows', 'store.sqlite')}\n`)
  })
})
