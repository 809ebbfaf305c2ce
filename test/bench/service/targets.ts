import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { bundled } from '../../store/programs.js'
import { firstLine, type Served, serve } from '../serve.js'
import { EACH_ITS_OWN, type Request } from './generator.js'

/** The service, and what it is held against. */
export type TargetName = 'flows' | 'floor' | 'bare' | 'release'

export const KINDS = ['create', 'retrieve', 'list'] as const
export type Kind = (typeof KINDS)[number]

export type Target = Readonly<Record<Kind, Request>> & { readonly served?: Served }

export interface Place {
  readonly root: string
  /** The address of a new database; undefined for the embedded store. */
  readonly database: (() => Promise<string>) | undefined
  /** Where events are sent to. */
  readonly receiver: string
  readonly children: ChildProcess[]
}

/** `flows serve`, with an endpoint that gets every event. */
export async function theService(place: Place, program?: string): Promise<Target> {
  const { root, children, receiver } = place
  const served = await serve({ root, database: await place.database?.(), program }, children)
  const { url, key, pid } = served
  await sent({
    pid,
    url: `${url}/v1/webhook_endpoints`,
    method: 'POST',
    headers: headersWith(key),
    body: `url=${encodeURIComponent(receiver)}&enabled_events[]=*`,
  })
  return { ...(await requestsTo(`${url}/v1/identity/verification_sessions`, key, pid)), served }
}

/** A server of this folder. */
export async function theServer(place: Place, name: 'bare' | 'floor'): Promise<Target> {
  const where = (await place.database?.()) ?? join(place.root, `${name}.sqlite`)
  const key = 'sk_test_of_the_floor'
  const program = await bundled(`test/bench/service/${name}-server.program.ts`)
  const child = spawn(process.execPath, [program, where, key], { stdio: ['pipe', 'pipe', 'inherit'] })
  place.children.push(child)
  const url = (await firstLine(child, /(http:\/\/127\.0\.0\.1:\d+)/)) ?? ''
  return requestsTo(`${url}/rows`, key, child.pid ?? 0)
}

/** How many sessions there are to retrieve. */
const SESSIONS = 100

const FORM = 'type=document&metadata[order]=6735&provided_details[email]=person%40example.com'

/** What an official client sends: a new idempotency key with every creation. */
async function requestsTo(url: string, key: string, pid: number): Promise<Readonly<Record<Kind, Request>>> {
  const headers = headersWith(key)
  const create = {
    pid,
    url,
    method: 'POST',
    headers: { ...headers, 'idempotency-key': EACH_ITS_OWN },
    body: FORM,
  } as const
  const paths: string[] = []
  for (let count = 0; count < SESSIONS; count += 1) {
    const own = { ...create.headers, 'idempotency-key': `first-${count}` }
    paths.push(`${new URL(url).pathname}/${await sent({ ...create, headers: own })}`)
  }
  return {
    create,
    retrieve: { pid, url, headers, paths },
    list: { pid, url: `${url}?limit=10`, headers },
  }
}

async function sent({ url, method = 'GET', headers, body }: Request): Promise<string> {
  const response = await fetch(url, { method, headers, ...(body !== undefined && { body }) })
  const { id } = (await response.json()) as { id?: string }
  if (id === undefined) throw new Error(`${url} answered ${response.status}`)
  return id
}

function headersWith(key: string) {
  return { authorization: `Bearer ${key}`, 'content-type': 'application/x-www-form-urlencoded' }
}
