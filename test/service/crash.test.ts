import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { stores } from '../store/stores.js'
import { aDeployment, creating } from './deployment-requests.js'
import { type Answer, aFleet, all, type Fleet } from './fleet.js'

const SESSIONS = '/v1/identity/verification_sessions'
const CLIENTS = 16
const KILLS = 8
/** Milliseconds between one kill and the next. */
const PAUSE = 400
const FLOWS_PER_DEPLOYMENT = 40

describe.each(stores)('processes that are killed on $name', (implementation) => {
  test('lose no write that they acknowledged, lose and double no event, and leave no half deployment', async () => {
    const fleet = await aFleet(implementation, 2)
    const going = { on: true }
    const clients = Array.from({ length: CLIENTS }, (_, client) => createSessions(fleet, client, going))
    const projects = ['one', 'two'].map((project) => deployAgainAndAgain(fleet, project, going))
    for (let kill = 0; kill < KILLS; kill += 1) {
      await sleep(PAUSE)
      await fleet.killOne()
    }
    going.on = false
    const acknowledged = (await Promise.all(clients)).flat()
    const deployments = (await Promise.all(projects)).flat()

    const sessions = await all(fleet, SESSIONS)
    const events = await all(fleet, '/v1/events?type=identity.verification_session.created')
    const recorded = await all(fleet, '/v2/identity/flow_deployments')
    const flows = await all(fleet, '/v1/identity/verification_flows')
    console.log(
      `${implementation.name}: ${KILLS} processes killed; ${acknowledged.length} sessions acknowledged, ` +
        `${sessions.length} there; ${events.length} events; ${deployments.length} deployments acknowledged, ` +
        `${recorded.length} there, with ${flows.length} flows`,
    )
    const ids = (objects: readonly Answer[]) => objects.map(({ id }) => id).sort()
    expect(acknowledged.length).toBeGreaterThan(CLIENTS)
    // Each client repeats what got no answer under the same key until it gets one, so there are no others either.
    expect(ids(sessions)).toEqual([...acknowledged].sort())
    expect(events.map(({ data }) => data.object.id).sort()).toEqual([...acknowledged].sort())
    expect(new Set(ids(events)).size).toBe(events.length)
    expect(ids(recorded)).toEqual([...deployments].sort())
    expect(flows).toHaveLength(recorded.length * FLOWS_PER_DEPLOYMENT)
    expect(flows.every(({ version }) => version === 1)).toBe(true)
    await fleet.stop()
  }, 180_000)
})

/** One client: one session after the other. Answers with the ids that it was told. */
async function createSessions(fleet: Fleet, client: number, going: { on: boolean }): Promise<string[]> {
  const ids: string[] = []
  for (let n = 0; going.on; n += 1) {
    const headers = { 'idempotency-key': `client-${client}-${n}` }
    const { id } = await fleet.ask('POST', SESSIONS, `type=document&metadata[n]=${client}-${n}`, headers)
    ids.push(id)
  }
  return ids
}

/** One deployment after the other, each on the one before. */
async function deployAgainAndAgain(fleet: Fleet, project: string, going: { on: boolean }): Promise<string[]> {
  const ids: string[] = []
  for (let n = 0; going.on; n += 1) {
    const keys = Array.from({ length: FLOWS_PER_DEPLOYMENT }, (_, flow) => `${project}-${n}-${flow}`)
    const request = aDeployment(
      keys.map((key) => creating(key)),
      { project, last: ids.at(-1) ?? null, runId: `${project}-${n}` },
    )
    const { id } = await fleet.ask('POST', '/v2/identity/flow_deployments', JSON.stringify(request))
    ids.push(id)
  }
  return ids
}
