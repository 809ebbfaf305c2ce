import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import packageJson from '../../../package.json' with { type: 'json' }
import type { Store } from '../../store/store.js'
import { ApiError } from '../api-error.js'

/** How long the store may take to answer, in milliseconds. */
const PATIENCE = 2_000

export interface HealthOptions {
  readonly store: Pick<Store, 'read'>
  readonly takesWrites: () => Promise<boolean>
  readonly isDraining: () => boolean
}

/** Whether the process is alive, and whether it should get requests: for whoever runs it. No key is asked for. */
export function healthRoutes(app: FastifyInstance, { store, takesWrites, isDraining }: HealthOptions): void {
  let asking: Promise<boolean> | undefined
  /** However many ask, the store is asked once at a time: one that hangs is not asked more and more often. */
  const storeAnswers = () => {
    asking ??= inTime(store.read((tx) => tx.state.tag(false)).then(() => true)).finally(() => {
      asking = undefined
    })
    return asking
  }

  app.get('/healthz', { config: { isProbe: true } }, async () => ({ status: 'ok', version: packageJson.version }))

  app.get('/readyz', { config: { isProbe: true } }, async () => {
    if (isDraining()) throw notReady('The server is being stopped.')
    if (!(await storeAnswers())) throw notReady('The store does not answer.')
    if (!(await inTime(takesWrites()))) throw notReady('The store takes no writes.')
    return { status: 'ready' }
  })
}

/** False for an answer that fails or is late. */
function inTime(answer: Promise<boolean>): Promise<boolean> {
  return Promise.race([answer.catch(() => false), sleep(PATIENCE, false, { ref: false })])
}

function notReady(message: string): ApiError {
  return new ApiError(503, { type: 'api_error', message })
}
