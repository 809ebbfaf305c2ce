import { looksLikeFlowId } from '../../model/flow.js'
import type { ObservedFlow } from '../../model/state.js'
import type { Connected } from '../connection.js'
import { attribute, error, notConfigured, told } from '../diagnostics.js'
import { beyondKey } from '../flow/reach.js'
import { FLOW_RESULT } from '../flow/schema.js'
import { wholeOf } from '../flow/state.js'
import type { Flows } from '../flows.js'
import type { DataSource, Diagnostic } from '../framework/provider.js'
import { type ObjectValue, UNKNOWN } from '../wire/value.js'

/** The data source `flows_verification_flow`: one flow of any project. */
export function flowData(connected: Connected): DataSource {
  return {
    schema: {
      description: 'One verification flow, whoever manages it, archived or not. Found by `key` or by `id`.',
      attributes: {
        ...FLOW_RESULT,
        key: { description: 'Key of the flow; or give its `id`.', type: 'string', given: 'optional_or_computed' },
        id: { description: 'Id of the flow; or give its `key`.', type: 'string', given: 'optional_or_computed' },
      },
    },
    validate: async (config) => checkNames(config),
    async read({ key, id }) {
      const connection = connected()
      if (connection === null) return { result: null, diagnostics: [notConfigured()] }
      return told<ObjectValue | null>(async () => {
        const flow = await (typeof id === 'string' ? connection.flows.byId(id) : connection.flows.byKey(String(key)))
        if (flow !== undefined) return { result: await resultOf(flow, connection.flows), diagnostics: [] }
        const beyond = await beyondKey(connection.flows, [key])
        if (beyond.length > 0) return { result: null, diagnostics: beyond }
        return { result: null, diagnostics: [unknown(typeof id === 'string' ? 'id' : 'key', String(id ?? key))] }
      }, null)
    },
  }
}

/** A flow with every default filled in. */
export async function resultOf(flow: ObservedFlow, flows: Flows): Promise<ObjectValue> {
  const { url } = await flows.known(flow)
  const { id, key, project, status, version, config } = flow
  const { active } = config.static_link
  return { ...wholeOf(config), static_link: { active, url }, id, key, project, status, version }
}

function checkNames({ key, id }: ObjectValue): Diagnostic[] {
  if (key === UNKNOWN || id === UNKNOWN) return []
  if (typeof key === 'string' && typeof id === 'string') {
    return [error('Both key and id are given', 'Either finds a flow: remove one of the two.', [attribute('id')])]
  }
  if (typeof key !== 'string' && typeof id !== 'string') {
    return [error('Neither key nor id is given', 'Name the flow by its key, or by its id (vf_...).')]
  }
  if (typeof id === 'string' && !looksLikeFlowId(id)) {
    return [
      error(
        `"${id}" is not the id of a flow`,
        `Ids look like vf_0mfz1k2a9c4d8e7f6g5h4j3k: if it is a key, write key = "${id}".`,
        [attribute('id')],
      ),
    ]
  }
  return []
}

function unknown(by: 'id' | 'key', name: string): Diagnostic {
  const way = 'The data source flows_verification_flows lists all flows, as does "flows list".'
  return error(`No flow has the ${by} "${name}"`, way, [attribute(by)])
}
