import { looksLikeFlowId } from '../../model/flow.js'
import { modeFor } from '../../model/mode.js'
import type { Connected } from '../connection.js'
import { error, hasError, notConfigured, told } from '../diagnostics.js'
import type { Answer, Diagnostic, Resource } from '../framework/provider.js'
import { type ObjectValue, UNKNOWN } from '../wire/value.js'
import { atStripe } from './at-stripe.js'
import { checkFlow } from './check.js'
import { planFor } from './engine.js'
import { examine } from './examine.js'
import { ofOtherProject } from './match.js'
import { beyondKey } from './reach.js'
import { FLOW_RESOURCE } from './schema.js'
import { plannedOf, stateOf } from './state.js'

/** The resource `flows_verification_flow`: the engine's plan and deployment of one flow, in Terraform's form. */
export function flowResource(connected: Connected): Resource {
  return {
    schema: FLOW_RESOURCE,
    schemaVersion: 0,
    // The mode is not known yet: the plan checks what only live mode refuses.
    validate: async (config) => checkFlow(config, 'test'),
    upgrade: async (_, version) => {
      throw new Error(`no state of version ${version} was ever written`)
    },

    async read(state, memory) {
      const connection = connected()
      if (connection === null) return { result: { state, memory }, diagnostics: [] }
      return told(
        async () => {
          const flow = await connection.flows.byId(String(state.id))
          const beyond = flow === undefined ? await beyondKey(connection.flows, [state.key]) : []
          if (beyond.length > 0) return { result: { state, memory }, diagnostics: beyond }
          // An archived flow counts as gone; creating it again restores it.
          if (flow === undefined || flow.status === 'archived') return said(null)
          connection.claims.reads(flow.id)
          return said({ state: stateOf(await connection.flows.known(flow), state), memory })
        },
        { state, memory },
      )
    },

    async plan({ prior, config, memory }) {
      const connection = connected()
      const planned = config && plannedOf(config, prior, connection?.project ?? prior?.project ?? UNKNOWN)
      const result = { planned, requiresReplace: [], memory }
      if (connection === null) return said(result)
      return told(async () => {
        const { livemode } = await connection.flows.state()
        const faults = config === null ? [] : checkFlow(config, modeFor(livemode))
        if (hasError(faults)) return { result, diagnostics: faults }
        const beyond = await beyondKey(connection.flows, [prior?.key, planned?.key])
        return { result, diagnostics: hasError(beyond) ? beyond : await examine(prior, planned, connection) }
      }, result)
    },

    async apply({ prior, planned, memory }) {
      const connection = connected()
      if (connection === null) throw new Error('apply came before configure')
      // Only the state changes, for example a block of defaults that is now written out.
      if (prior !== null && planned !== null && planned.version !== UNKNOWN) return said({ state: planned, memory })
      const before = { state: prior, memory }
      return told(async () => {
        const outcome = await connection.writes.order({ prior, planned })
        if (!outcome.isDone) return { result: before, diagnostics: outcome.diagnostics }
        const { flow } = outcome
        if (flow === null || planned === null) return said({ state: null, memory })
        const result = { state: stateOf(await connection.flows.known(flow), planned), memory }
        return {
          result,
          diagnostics: atStripe(planFor([{ flow, planned }], await connection.flows.state(), connection.project)),
        }
      }, before)
    },

    async import(name) {
      const connection = connected()
      if (connection === null) return { result: null, diagnostics: [notConfigured()] }
      return told<ObjectValue | null>(async () => {
        const flow = await connection.flows.find(name)
        const [beyond] = flow === undefined ? await beyondKey(connection.flows, [name]) : []
        if (flow === undefined) return refused(beyond ?? unknownFlow(name))
        if (flow.project !== null && flow.project !== connection.project) return refused(ofOtherProject(flow))
        if (flow.status === 'archived') return refused(archived(flow.key))
        return said(stateOf(await connection.flows.known(flow), null))
      }, null)
    },
  }
}

function said<T>(result: T): Answer<T> {
  return { result, diagnostics: [] }
}

function refused<T>(diagnostic: Diagnostic): Answer<T | null> {
  return { result: null, diagnostics: [{ ...diagnostic, path: [] }] }
}

function unknownFlow(name: string): Diagnostic {
  const what = looksLikeFlowId(name) ? 'id' : 'key'
  return error(`No flow has the ${what} "${name}"`, 'Give the key or the id of a flow; "flows list" shows them.')
}

function archived(key: string): Diagnostic {
  return error(`The flow "${key}" is archived`, 'Leave the import out: applying the resource restores the flow.')
}
