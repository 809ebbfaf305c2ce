import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type Implementation, stores } from '../store/stores.js'
import { aDeployment, creating } from './deployment-requests.js'
import { type Answer, aFleet, all, type Fleet } from './fleet.js'
import { aReceiver } from './receiver.js'

const SESSIONS = '/v1/identity/verification_sessions'
const CLIENTS = 8
const KILLS = 4
/** Sessions acknowledged between one kill and the next. */
const BETWEEN_KILLS = CLIENTS
const FLOWS_PER_DEPLOYMENT = 40

// On all stores at once: most of the time goes by until others take over what a killed process was at.
test('processes that are killed lose no write that they acknowledged, lose and double no event, and leave no half deployment', async () => {
  await Promise.all(stores.map(killedOn))
})

async function killedOn(implementation: Implementation): Promise<void> {
  const fleet = await aFleet(implementation, 2, ['--webhook-allow', '127.0.0.0/8'])
  const receiver = await aReceiver()
  await fleet.ask('POST', '/v1/webhook_endpoints', `url=${encodeURIComponent(receiver.url)}&enabled_events[]=*`)
  const going: Going = { on: true, acknowledged: 0, restart: Promise.resolve() }
  const clients = Array.from({ length: CLIENTS }, (_, client) => createSessions(fleet, client, going))
  const projects = ['one', 'two'].map((project) => deployAgainAndAgain(fleet, project, going))
  for (let kill = 0; kill < KILLS; kill += 1) {
    const enough = going.acknowledged + BETWEEN_KILLS
    while (going.acknowledged < enough) await sleep(5)
    going.restart = fleet.killOne()
    await going.restart
  }
  going.on = false
  const acknowledged = (await Promise.all(clients)).flat()
  const deployments = (await Promise.all(projects)).flat()

  const sessions = await all(fleet, SESSIONS)
  await settled(fleet)
  const everything = await all(fleet, '/v1/events')
  const events = everything.filter(({ type }) => type.startsWith('identity.'))
  const applied = everything.filter(({ type }) => type === 'verification_flows.deployment.applied')
  const recorded = await all(fleet, '/v2/identity/flow_deployments')
  const flows = await all(fleet, '/v1/identity/verification_flows')
  const delivered = new Set(receiver.received.map(({ event }) => event))
  console.log(
    `${implementation.name}: ${KILLS} processes killed; ${acknowledged.length} sessions acknowledged, ` +
      `${sessions.length} there; ${events.length} events, ${delivered.size} of them delivered by ` +
      `${receiver.received.length} webhooks; ${deployments.length} deployments acknowledged, ${recorded.length} there, ` +
      `with ${flows.length} flows`,
  )
  const ids = (objects: readonly Answer[]) => objects.map(({ id }) => id).sort()
  expect(acknowledged.length).toBeGreaterThan(CLIENTS)
  // Each client repeats what got no answer under the same key until it gets one, so there are no others either.
  expect(ids(sessions)).toEqual([...acknowledged].sort())
  // Every one was created, submitted and verified once.
  const happened = sessions.flatMap(({ id }) => ['created', 'processing', 'verified'].map((what) => `${id} ${what}`))
  expect(events.map(({ type, data }) => `${data.object.id} ${type.split('.').at(-1)}`).sort()).toEqual(happened.sort())
  expect(new Set(ids(events)).size).toBe(events.length)
  expect([...delivered].sort()).toEqual(ids(events))
  expect(ids(recorded)).toEqual([...deployments].sort())
  expect(applied.map(({ data }) => data.object.id).sort()).toEqual(ids(recorded))
  expect(flows).toHaveLength(recorded.length * FLOWS_PER_DEPLOYMENT)
  expect(flows.every(({ version }) => version === 1)).toBe(true)
  await fleet.stop()
  // The counts are kept in the same transactions.
  const store = await fleet.opened()
  const days = { from: 0, to: 100_000 }
  const counts = await store.read((tx) => tx.sessionCounts.by('error_code', false, { days }))
  const number = sessions.length
  const verified = { started: number, submitted: number, verified: number, successful: number }
  const others = { requires_input: 0, processing: 0, canceled: 0 }
  expect(counts).toEqual([{ value: '', counts: { sessions: number, ...verified, ...others } }])
}

interface Going {
  on: boolean
  acknowledged: number
  /**
   * Resolves once another process has taken the place of the one killed last. What was under way at the kill is finished
   * before; nothing more is begun, since a start takes long, and all that is made has to be delivered and read.
   */
  restart: Promise<void>
}

/** One client: one session after the other. Answers with the ids that it was told. */
async function createSessions(fleet: Fleet, client: number, going: Going): Promise<string[]> {
  const ids: string[] = []
  for (let n = 0; going.on; n += 1) {
    const headers = { 'idempotency-key': `client-${client}-${n}` }
    const { id } = await fleet.ask('POST', SESSIONS, `type=document&metadata[n]=${client}-${n}`, headers)
    ids.push(id)
    going.acknowledged += 1
    const again = { 'idempotency-key': `client-${client}-${n}-submit` }
    await fleet.ask('POST', `/v1/test_helpers/identity/verification_sessions/${id}/submit`, 'outcome=verified', again)
    await going.restart
  }
  return ids
}

/** One deployment after the other, each on the one before. */
async function deployAgainAndAgain(fleet: Fleet, project: string, going: Going): Promise<string[]> {
  const ids: string[] = []
  for (let n = 0; going.on; n += 1) {
    const keys = Array.from({ length: FLOWS_PER_DEPLOYMENT }, (_, flow) => `${project}-${n}-${flow}`)
    const request = aDeployment(
      keys.map((key) => creating(key)),
      { project, last: ids.at(-1) ?? null, runId: `${project}-${n}` },
    )
    const { id } = await fleet.ask('POST', '/v2/identity/flow_deployments', JSON.stringify(request))
    ids.push(id)
    await going.restart
  }
  return ids
}

/** Resolves when no session is processing any more, and no webhook is on its way. */
async function settled(fleet: Fleet): Promise<void> {
  const left = async () => {
    const processing = await fleet.ask('GET', `${SESSIONS}?status=processing&limit=1`)
    const pending = await fleet.ask('GET', '/v1/webhook_deliveries?status=pending&limit=1')
    return processing.data.length + pending.data.length
  }
  await expect.poll(left, { timeout: 200_000, interval: 50 }).toBe(0)
}
