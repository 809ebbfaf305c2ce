import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { postgres } from '../store/stores.js'
import { type Answer, aFleet, type Fleet } from './fleet.js'

const FLOWS = '/v1/identity/verification_flows'
const SESSIONS = '/v1/identity/verification_sessions'
const HELPERS = '/v1/test_helpers/identity/verification_sessions'

describe('three processes on one PostgreSQL, under load', () => {
  test('give the same answers as one process', async () => {
    const [one, three] = await Promise.all([aFleet(postgres, 1), aFleet(postgres, 3)])
    const [answers = [], same] = await Promise.all(
      [one, three].map((fleet) => underLoad(fleet, () => aDaysWork(fleet))),
    )
    expect(answers.length).toBeGreaterThan(25)
    expect(same).toEqual(answers)
    await Promise.all([one.stop(), three.stop()])
  })

  test('all know at once what one of them was told', async () => {
    const fleet = await aFleet(postgres, 3)
    const seen = await underLoad(fleet, async () => {
      const { id } = await fleet.ask('POST', SESSIONS, 'type=document&client_reference_id=mine')
      const everywhere = async (path: string) =>
        Promise.all(fleet.urls().map(async (url) => (await asked(fleet, url, 'GET', path)).body))
      const sessions = await everywhere(`${SESSIONS}/${id}`)
      const lists = await everywhere(`${SESSIONS}?client_reference_id=mine`)
      const events = await everywhere('/v1/events?type=identity.verification_session.created&limit=1')
      return { id, sessions, lists, events }
    })
    expect(seen.sessions.map(({ id }) => id)).toEqual([seen.id, seen.id, seen.id])
    expect(seen.lists.map(({ data }) => data.map(({ id }: Answer) => id))).toEqual([[seen.id], [seen.id], [seen.id]])
    expect(seen.events.every(({ data }) => data.length === 1)).toBe(true)
    await fleet.stop()
  })
})

/** Does something while others create sessions without a pause. */
async function underLoad<T>(fleet: Fleet, work: () => Promise<T>): Promise<T> {
  let going = true
  let made = 0
  const clients = Array.from({ length: 8 }, async () => {
    while (going) {
      await fleet.ask('POST', SESSIONS, 'type=id_number&client_reference_id=load')
      made += 1
    }
  })
  try {
    while (made < 8) await sleep(10)
    return await work()
  } finally {
    going = false
    await Promise.all(clients)
  }
}

/**
 * What applications and people do in a day, each request at another process than the one before. Answers with what was
 * answered: ids are numbered as they appear, and what hangs on the clock is left out.
 */
async function aDaysWork(fleet: Fleet): Promise<unknown[]> {
  const answers: unknown[] = []
  let turn = 0
  const ask = async (method: string, path: string, body?: string, headers: Record<string, string> = {}) => {
    const urls = fleet.urls()
    const answer = await asked(fleet, urls[turn++ % urls.length] ?? '', method, path, body, headers)
    answers.push([method, path, answer.status, answer.body])
    return answer.body
  }
  await ask('POST', FLOWS, 'key=a&name=A&type=document&options[document][require_matching_selfie]=true')
  await ask('POST', FLOWS, 'key=a&name=A&type=document')
  await ask('GET', `${FLOWS}/a`)
  await ask('POST', `${FLOWS}/a`, 'name=B&expected_version=1')
  await ask('POST', `${FLOWS}/a`, 'name=C&expected_version=1')
  await ask('POST', `${FLOWS}/a/static_link`, 'active=true')
  await ask('GET', `${FLOWS}/a/versions`)
  await ask('GET', FLOWS)

  const once = { 'idempotency-key': 'order-7' }
  const session = await ask('POST', SESSIONS, 'verification_flow=a&client_reference_id=mine', once)
  await ask('POST', SESSIONS, 'verification_flow=a&client_reference_id=mine', once)
  await ask('POST', SESSIONS, 'verification_flow=a&client_reference_id=yours', once)
  const path = `${SESSIONS}/${session.id}`
  await ask('GET', path)
  await ask('POST', path, 'metadata[order]=7&provided_details[email]=a%40example.com')
  await ask('POST', path, 'type=id_number')
  await ask('POST', `${HELPERS}/${session.id}/submit`, 'outcome=phone_unverified_other')
  await ask('POST', `${HELPERS}/${session.id}/submit`, 'outcome=consent_declined')
  await ask('GET', path)
  await ask('POST', `${HELPERS}/${session.id}/submit`, 'outcome=selfie_face_mismatch')
  await ask('POST', `${path}/cancel`)
  await settled(fleet, path)
  await ask('GET', `${path}?expand[]=last_verification_report`)
  await ask('POST', `${HELPERS}/${session.id}/submit`)
  await settled(fleet, path)
  await ask('GET', `${path}?expand[]=verified_outputs`)
  await ask('GET', `/v1/identity/verification_reports?verification_session=${session.id}`)
  await ask('GET', `${SESSIONS}?client_reference_id=mine`)
  await ask('POST', `${path}/redact`)
  await settled(fleet, path)
  await ask('GET', path)
  await ask('POST', path, 'metadata[a]=b')
  await ask('POST', `${FLOWS}/a/archive`)
  await ask('POST', SESSIONS, 'verification_flow=a')
  await ask('GET', `${SESSIONS}/vs_none`)
  await ask('GET', '/v1/customers')
  return numbered(answers) as unknown[]
}

/** Resolves when whichever process has gone on with the session. */
async function settled(fleet: Fleet, path: string): Promise<void> {
  await expect
    .poll(
      async () => {
        const { status, redaction } = await fleet.ask('GET', path)
        return status === 'processing' || redaction?.status === 'processing'
      },
      { timeout: 200_000 },
    )
    .toBe(false)
}

async function asked(
  { key }: Fleet,
  url: string,
  method: string,
  path: string,
  body?: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(url + path, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
      ...headers,
    },
    ...(body !== undefined && { body }),
  })
  // Without --public-url each process knows only its own address.
  const text = (await response.text()).replaceAll(url, 'http://flows.example')
  return { status: response.status, body: JSON.parse(text) }
}

const OF_THE_CLOCK = new Set(['created', 'updated', 'url', 'client_secret'])

/** Ids by their prefix and how many were seen before. */
function numbered(value: unknown, seen = new Map<string, string>()): unknown {
  if (typeof value === 'string') {
    return value.replaceAll(/\b(vf|vs|vr|evt)_[0-9a-z]{24}\b/g, (id, prefix) => {
      if (!seen.has(id)) seen.set(id, `${prefix}_${seen.size}`)
      return seen.get(id) ?? id
    })
  }
  if (Array.isArray(value)) return value.map((item) => numbered(item, seen))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, OF_THE_CLOCK.has(name) ? '-' : numbered(inner, seen)]),
  )
}
