import { RemoteError } from '../remote/remote.js'
import { claims } from './claims.js'
import type { Connection } from './connection.js'
import { flowData } from './data/flow.js'
import { flowsData } from './data/flows.js'
import { attribute, failed, hasError } from './diagnostics.js'
import { flowResource } from './flow/resource.js'
import { writesOf } from './flow/writes.js'
import { flowsOf } from './flows.js'
import type { Diagnostic, Provider } from './framework/provider.js'
import { journalOf } from './journal.js'
import type { ProviderOptions } from './options.js'
import { checkProviderBlock, PROVIDER_BLOCK, remoteOf } from './provider-block.js'
import { sessionResource } from './session/ephemeral.js'
import { statePlace } from './state-place.js'
import type { ObjectValue } from './wire/value.js'

/** The provider `flows`. */
export function flowsProvider(options: ProviderOptions): Provider {
  let connection: Connection | null = null
  const connected = () => connection
  const close = async (isTold: boolean) => {
    if (isTold) connection?.journal.finish()
    await connection?.flows.close()
    connection = null
  }
  return {
    schema: PROVIDER_BLOCK,
    resources: { flows_verification_flow: flowResource(connected) },
    dataSources: { flows_verification_flow: flowData(connected), flows_verification_flows: flowsData(connected) },
    ephemeralResources: { flows_verification_session: sessionResource(connected) },
    validate: async (config) => checkProviderBlock(config),
    async configure(config) {
      await close(false)
      const faults = checkProviderBlock(config)
      if (hasError(faults)) return faults
      const made = await connect(config, options)
      connection = made.connection
      return made.diagnostics
    },
    stop: () => connection?.writes.stop(),
    close,
  }
}

interface Connecting {
  readonly connection: Connection | null
  readonly diagnostics: readonly Diagnostic[]
}

/** Asks the service at once: a failure is then reported once, not for every resource. */
async function connect(block: ObjectValue, options: ProviderOptions): Promise<Connecting> {
  const { project } = block
  let connection: Connection | null = null
  try {
    const { result: remote, diagnostics } = await remoteOf(block, options)
    if (remote === null || typeof project !== 'string') return { connection, diagnostics }
    const known = {
      project,
      place: statePlace(options),
      journal: journalOf(options),
      flows: flowsOf(remote, project),
    }
    connection = { ...known, claims: claims(), writes: writesOf(known, options.source) }
    await connection.flows.state()
    return { connection, diagnostics }
  } catch (failure) {
    // A key that may only make sessions is enough for those.
    const isEnough = failure instanceof RemoteError && failure.code === 'scope_missing'
    return { connection, diagnostics: isEnough ? [] : [failed(failure, pathOfFailure(block, failure))] }
  }
}

function pathOfFailure({ api, api_key }: ObjectValue, failure: unknown): Diagnostic['path'] {
  if (typeof api !== 'string') return []
  const isOfKey = failure instanceof RemoteError && failure.kind === 'not_authorised'
  return [attribute(isOfKey && typeof api_key === 'string' ? 'api_key' : 'api')]
}
