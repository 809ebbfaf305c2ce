import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { openPostgresStore } from '../../src/store/postgres/open.js'
import { openSqliteStore } from '../../src/store/sqlite/open.js'
import type { Store } from '../../src/store/store.js'
import { aProject, flowsProcess, printed, start } from '../helpers/cli.js'
import { aDatabase } from '../store/databases.js'
import { type Implementation, postgres } from '../store/stores.js'

/** Several `flows serve` processes over one store, as users run them. */
export interface Fleet {
  /** A key of the test mode. */
  readonly key: string
  /** Another key, as `flows keys create` makes it with these options. */
  keyWith(...options: string[]): Promise<string>
  /** Addresses of the processes that serve at this moment. */
  urls(): readonly string[]
  /** SIGKILL to one of them, by turns; another one takes its place. Resolves when it serves. */
  killOne(): Promise<void>
  /**
   * Sends a request to one after the other of the processes until one answers: whoever is killed never does. Answers
   * other than 200 are thrown, but for those that tell to try again.
   */
  ask(method: string, path: string, body?: string, headers?: Readonly<Record<string, string>>): Promise<Answer>
  stop(): Promise<void>
  /** What they wrote, from beside them. */
  opened(): Promise<Store>
}

// biome-ignore lint/suspicious/noExplicitAny: what a test looks at, it checks.
export type Answer = any

const PATIENCE = 60_000

/** Over a new store, or over PostgreSQL at this address. */
export async function aFleet(
  implementation: Implementation,
  size: number,
  args: readonly string[] = [],
  database?: string,
): Promise<Fleet> {
  const cwd = aProject()
  const env: Record<string, string> =
    implementation === postgres ? { DATABASE_URL: database ?? (await aDatabase()) } : {}
  const keyWith = async (...options: string[]) =>
    (await flowsProcess(['keys', 'create', ...options], { cwd, env })).stdout.trim()
  const key = await keyWith('--name', 'fleet')
  const members: { child: ChildProcess; url: string }[] = []

  async function serve(): Promise<{ child: ChildProcess; url: string }> {
    const child = start(['serve', '--port', '0', '--rate-limit', '0', ...args], { cwd, env })
    onTestFinished(() => void child.kill('SIGKILL'))
    return { child, url: /http:\/\/127\.0\.0\.1:\d+/.exec(await printed(child, 'Stop with Ctrl-C'))?.[0] ?? '' }
  }
  // All at once: on a store that none of them has made yet.
  members.push(...(await Promise.all(Array.from({ length: size }, serve))))

  let turn = 0
  const next = () => members[turn++ % members.length]
  return {
    key,
    keyWith,
    urls: () => members.map(({ url }) => url),
    async killOne() {
      const member = members.shift()
      member?.child.kill('SIGKILL')
      members.push(await serve())
    },
    async ask(method, path, body, headers = {}) {
      const deadline = Date.now() + PATIENCE
      for (;;) {
        const answer = await tryOnce(`${next()?.url}${path}`, { method, key, body, headers })
        if (answer !== undefined) return answer
        if (Date.now() > deadline) throw new Error(`no answer to ${method} ${path} for ${PATIENCE / 1000} seconds`)
        await sleep(20)
      }
    },
    async opened() {
      const { DATABASE_URL: url } = env
      const file = join(cwd, '.flows', 'store.sqlite')
      const store = await (url === undefined ? openSqliteStore({ file }) : openPostgresStore({ url, poolSize: 1 }))
      onTestFinished(() => store.close())
      return store
    },
    async stop() {
      for (const { child } of members) child.kill('SIGTERM')
      await Promise.all(members.map(({ child }) => new Promise((resolve) => child.once('close', resolve))))
    },
  }
}

interface Asked {
  readonly method: string
  readonly key: string
  readonly body: string | undefined
  readonly headers: Readonly<Record<string, string>>
}

/** Undefined where the same request is worth another try. */
async function tryOnce(url: string, { method, key, body, headers }: Asked): Promise<Answer> {
  let response: Response
  let text: string
  try {
    response = await fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body !== undefined && {
          'content-type': url.includes('/v2/') ? 'application/json' : 'application/x-www-form-urlencoded',
        }),
        ...headers,
      },
      ...(body !== undefined && { body }),
      signal: AbortSignal.timeout(20_000),
    })
    text = await response.text()
  } catch {
    return undefined
  }
  if (response.status === 200) return JSON.parse(text)
  if (response.status >= 500 || response.status === 409 || response.status === 429) return undefined
  throw new Error(`${method} ${url} answered ${response.status}: ${text}`)
}

/** Every object of a list, page by page. */
export async function all(fleet: Fleet, path: string): Promise<Answer[]> {
  const found: Answer[] = []
  for (let after = ''; ; ) {
    const query = `${path.includes('?') ? '&' : '?'}limit=100${after}`
    const { data, has_more } = await fleet.ask('GET', path + query)
    found.push(...data)
    if (!has_more) return found
    after = `&starting_after=${data.at(-1).id}`
  }
}
