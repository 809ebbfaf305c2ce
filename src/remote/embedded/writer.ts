import { type Service, service } from '../../service/operations/calls/call.js'
import { once } from '../../service/operations/calls/idempotency.js'
import { localUser } from '../../service/operations/calls/principal.js'
import { deploy } from '../../service/operations/deployments/deployments.js'
import { updateStaticLink } from '../../service/operations/flows/flows.js'
import { probeFlow } from '../../service/operations/flows/probe.js'
import { createKey, revokeKey } from '../../service/operations/keys/keys.js'
import { submitSession } from '../../service/operations/sessions/attempts.js'
import { createSession } from '../../service/operations/sessions/sessions.js'
import { openSqliteStore } from '../../store/sqlite/open.js'
import type { Store } from '../../store/store.js'
import type { RemoteWriter } from '../remote.js'
import type { EmbeddedOptions } from './options.js'
import { told } from './told.js'

/** Opens the store for writing: creates it, or brings it up to date. */
export async function embeddedWriter({ file, actor, driverFrom, now }: EmbeddedOptions): Promise<RemoteWriter> {
  const store = await told(openSqliteStore({ file, driverFrom }))
  return writerOver(operationsOf(store, now), actor, store)
}

/** No process remains that could continue a session later, so everything is done at once. */
export function operationsOf(store: Store, now?: () => number): Service {
  return service({ store, now, processing: 0 })
}

/** Closes the store when it is closed itself. */
export function writerOver(
  operations: Service,
  actor: EmbeddedOptions['actor'],
  store: Pick<Store, 'close'>,
): RemoteWriter {
  const caller = { livemode: false, principal: localUser(actor) }
  const { write } = operations
  return {
    deploy: (request) => told(write(caller, (call) => deploy(call, request))),
    rotateLink: (idOrKey) => told(write(caller, (call) => updateStaticLink(call, idOrKey, { rotate: true }))),
    probeFlow: (idOrKey) => told(write(caller, (call) => probeFlow(call, idOrKey))),
    createSession: async (params, { idempotencyKey: key } = {}) => {
      const request = { key, method: 'POST', path: '/v1/identity/verification_sessions', params }
      const { body } = await told(
        once(operations, caller, request, {
          run: (call) => createSession(call, params),
          toText: (session) => JSON.stringify(session),
        }),
      )
      return JSON.parse(body)
    },
    submitSession: (id, outcome) => told(write(caller, (call) => submitSession(call, id, { outcome }))),
    createKey: (params) => told(write(caller, (call) => createKey(call, params))),
    revokeKey: (id) => told(write(caller, (call) => revokeKey(call, id))),
    close: () => store.close(),
  }
}
