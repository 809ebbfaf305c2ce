import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { query } from '../store/databases.js'
import { bundled, startProgram } from '../store/programs.js'
import { postgres } from '../store/stores.js'
import { aSwitchingProxy } from '../store/switching-proxy.js'
import { type Answer, aFleet, all, type Fleet } from './fleet.js'

const SESSIONS = '/v1/identity/verification_sessions'
const CLIENTS = 8
/** How many sessions are made before the server is stopped, and after another has taken its place. */
const ENOUGH = 60

interface Pair {
  readonly url: string
  /** Of a server that has every write before it is acknowledged. */
  readonly standby: string
  /** Stops the first server as if its machine had gone, and makes the other one take writes. */
  failOver(): Promise<void>
}

async function aPair(): Promise<Pair> {
  const program = startProgram(await bundled('test/store/postgres-server.program.ts'), 'with-standby')
  onTestFinished(async () => {
    program.child.stdin?.end()
    await program.ended()
  })
  const { url, standby, pid } = (await program.next()) as { url: string; standby: string; pid: number }
  await query(url, 'create database flows')
  const at = (address: string) => address.replace(/postgres$/, 'flows')
  return {
    url: at(url),
    standby: at(standby),
    async failOver() {
      process.kill(pid, 'SIGKILL')
      await query(standby, 'select pg_promote()')
    },
  }
}

/** One session after the other; what gets no answer is asked again under the same key. */
async function createSessions(fleet: Fleet, client: number, made: string[], going: { on: boolean }): Promise<void> {
  for (let n = 0; going.on; n += 1) {
    const headers = { 'idempotency-key': `client-${client}-${n}` }
    const { id } = await fleet.ask('POST', SESSIONS, `type=document&metadata[n]=${client}-${n}`, headers)
    made.push(id)
  }
}

async function until(made: readonly string[], count: number): Promise<void> {
  const deadline = Date.now() + 120_000
  while (made.length < count) {
    if (Date.now() > deadline) throw new Error(`${made.length} of ${count} sessions were made`)
    await sleep(50)
  }
}

const statusOf = async (url: string) => (await fetch(url)).status

describe('when the database server is lost and another takes its place', () => {
  test.each(['at the same address', 'at another of its addresses'])(
    '%s, the processes go on, and no acknowledged write is lost or done twice',
    async (where) => {
      const pair = await aPair()
      const proxy = await aSwitchingProxy(pair.url)
      const isSame = where === 'at the same address'
      const [first, second] = [new URL(pair.url), new URL(pair.standby)]
      const several = pair.url.replace(first.host, `${second.host},${first.host}`)
      const fleet = await aFleet(postgres, 2, [], isSame ? proxy.url : several)
      const urls = fleet.urls()
      const made: string[] = []
      const going = { on: true }
      const clients = Array.from({ length: CLIENTS }, (_, client) => createSessions(fleet, client, made, going))
      await until(made, ENOUGH)
      if (isSame) await proxy.away()
      await pair.failOver()
      if (isSame) await proxy.lead(pair.standby)
      await until(made, made.length + ENOUGH)
      going.on = false
      await Promise.all(clients)

      expect(await Promise.all(urls.map((url) => statusOf(`${url}/healthz`)))).toEqual([200, 200])
      await expect
        .poll(() => Promise.all(urls.map((url) => statusOf(`${url}/readyz`))), { timeout: 30_000 })
        .toEqual([200, 200])
      const ids = (objects: readonly Answer[]) => objects.map(({ id }) => id).sort()
      expect(ids(await all(fleet, SESSIONS))).toEqual([...made].sort())
      await fleet.stop()
    },
    300_000,
  )
})
