import { readFileSync } from 'node:fs'
import autocannon from 'autocannon'
import { percentile } from '../report/numbers.js'

export interface Load {
  /** Answers a second. */
  readonly rate: number
  /**
   * Milliseconds from a request to its answer: half are quicker, one in a hundred is slower, the slowest. The first request
   * of each connection is left out.
   */
  readonly p50: number
  readonly p99: number
  readonly longest: number
  /** Milliseconds of processor time of the server for each answer. It says more than the rate on a busy machine. */
  readonly cpu: number
}

export interface Request {
  readonly url: string
  /** The process of the server. */
  readonly pid: number
  readonly method?: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** Paths to ask for one after the other, instead of that of the url; each connection begins at another one. */
  readonly paths?: readonly string[]
}

/** What a request's header takes for a text that is another one in each request. */
export const EACH_ITS_OWN = '[<id>]'

/** How often it looks whether it shall stop, in milliseconds. */
const TICK = 50
/** When it would stop by itself, in seconds. */
const LONGEST = 3_600

/** Sends one request after the other over each connection. An answer that is a refusal makes the whole worth nothing. */
export async function load(request: Request, connections: number, seconds: number): Promise<Load> {
  return loadUntil(request, connections, new Promise((done) => setTimeout(done, seconds * 1000)))
}

export async function loadUntil(request: Request, connections: number, end: Promise<unknown>): Promise<Load> {
  const { pid, paths, ...sent } = request
  const taken: number[] = []
  const accepted = new Set<unknown>()
  let answers = 0
  let refused = 0
  const before = cpuOf(pid)
  const started = performance.now()
  const { errors } = await new Promise<autocannon.Result>((done, fail) => {
    let clients = 0
    const setupClient = (client: autocannon.Client) => {
      if (paths === undefined) return
      const first = (clients++ * 7) % paths.length
      client.setRequests([...paths.slice(first), ...paths.slice(0, first)].map((path) => ({ path })))
    }
    const how = { ...sent, connections, idReplacement: true, sampleInt: TICK, duration: LONGEST, setupClient }
    const sending = autocannon(how, (error, result) => (error ? fail(error) : done(result)))
    sending.on('response', (client, status, _bytes, milliseconds) => {
      answers += 1
      if (status !== 200) refused += 1
      // Node accepts one new connection in each turn of its event loop, so the first request of each waits for its turn.
      if (accepted.has(client)) taken.push(milliseconds)
      else accepted.add(client)
    })
    void end.then(() => sending.stop())
  })
  const elapsed = performance.now() - started
  if (refused + errors > 0) throw new Error(`${request.url}: ${refused} refusals and ${errors} failures under load`)
  return {
    rate: (answers / elapsed) * 1000,
    p50: percentile(taken, 0.5),
    p99: percentile(taken, 0.99),
    longest: taken.reduce((longest, one) => Math.max(longest, one), 0),
    cpu: (cpuOf(pid) - before) / answers,
  }
}

/** Milliseconds of processor time of a process so far; Linux counts in hundredths of a second. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}
