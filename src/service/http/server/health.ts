import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import packageJson from '../../../../package.json' with { type: 'json' }
import type { Store } from '../../../store/store.js'
import { StoreError } from '../../../store/store-error.js'
import { HEALTHZ, READYZ } from '../../api/probes.js'
import { ApiError } from '../../api-error.js'

/** How long the store may take to answer, in milliseconds. */
const PATIENCE = 2_000

export interface HealthOptions {
  readonly store: Pick<Store, 'read'>
  readonly takesWrites: () => Promise<boolean>
  readonly isDraining: () => boolean
}

/** For operators: whether the process is alive, and whether it should get requests. No key is needed. */
export function healthRoutes(app: FastifyInstance, { store, takesWrites, isDraining }: HealthOptions): void {
  let asking: Promise<string | undefined> | undefined
  /** Parallel probes share one question to the store, so that a hanging store does not get more and more of them. */
  const fault = () => {
    asking ??= faultOf(store).finally(() => {
      asking = undefined
    })
    return asking
  }

  app.get(HEALTHZ.url, { config: { isProbe: true } }, async () => ({ status: 'ok', version: packageJson.version }))

  app.get(READYZ.url, { config: { isProbe: true } }, async () => {
    if (isDraining()) throw notReady('The server is being stopped.')
    const found = await fault()
    if (found !== undefined) throw notReady(found)
    if (!(await inTime(takesWrites(), false))) throw notReady('The store takes no writes.')
    return { status: 'ready' }
  })
}

const SILENT = 'The store does not answer.'
const GONE = 'The store was removed or replaced while it was open: the server has to be started again.'

/** What is wrong with the store, without naming its place; undefined when it answers in time. */
function faultOf(store: Pick<Store, 'read'>): Promise<string | undefined> {
  const asked = store
    .read((tx) => tx.state.tag(false))
    .then(
      () => undefined,
      (error) => (error instanceof StoreError && error.code === 'gone' ? GONE : SILENT),
    )
  return inTime(asked, SILENT)
}

/** `otherwise` if the answer fails or is late. */
function inTime<T>(answer: Promise<T>, otherwise: T): Promise<T> {
  return Promise.race([answer.catch(() => otherwise), sleep(PATIENCE, otherwise, { ref: false })])
}

function notReady(message: string): ApiError {
  return new ApiError(503, { type: 'api_error', message })
}
