import type { ObservedFlow } from '../../model/state.js'
import { attribute, error, lastWrite } from '../diagnostics.js'
import type { Diagnostic } from '../framework/provider.js'
import type { Known } from '../known.js'
import { isLeftBehind } from './origin.js'

/** The flow that a new resource gets, or why it cannot get one. */
export type Match =
  /** The key is free: the flow is created. */
  | { readonly kind: 'free' }
  /** An archived flow comes back, or a flow that an interrupted apply created. */
  | { readonly kind: 'restored' | 'left_behind'; readonly flow: ObservedFlow }
  | { readonly kind: 'refused'; readonly flow: ObservedFlow; readonly diagnostic: Diagnostic }

/**
 * Finds the flow for a resource that is not in the state. An active flow is never taken over without being asked for.
 */
export async function matchNew(key: string, known: Known): Promise<Match> {
  const { flows } = known
  const flow = await flows.byKey(key)
  if (flow === undefined) return { kind: 'free' }
  if (flow.project !== null && flow.project !== flows.project) return refused(flow, ofOtherProject(flow))
  if (flow.status === 'archived') return { kind: 'restored', flow }
  if (flow.project !== null && (await isLeftBehind(flow, known))) {
    return { kind: 'left_behind', flow }
  }
  return refused(flow, existsAlready(flow))
}

function refused(flow: ObservedFlow, diagnostic: Diagnostic): Match {
  return { kind: 'refused', flow, diagnostic }
}

export function ofOtherProject({ key, project, id }: Pick<ObservedFlow, 'key' | 'project' | 'id'>): Diagnostic {
  const ways =
    'Choose another key, or let that project give the flow up first. A resource that is to leave it there is taken out of the state by a removed block with destroy = false.'
  return error(`The project "${project}" manages the flow "${key}"`, `It is ${id}. ${ways}`, [attribute('key')])
}

function existsAlready({ key, id, project, ...last }: ObservedFlow): Diagnostic {
  const whose =
    project === null
      ? `It is ${id}, and nobody manages it.`
      : `It is ${id} of this project, last written by ${lastWrite(last)}. If another resource of this state has it, write a moved block. If flows apply made it, flows synth --import writes the import blocks of all flows.`
  const block = `  import {\n    to = flows_verification_flow.NAME\n    id = "${key}"\n  }`
  return error(`A flow with the key "${key}" exists already`, `${whose} To manage it here, import it:\n\n${block}\n`, [
    attribute('key'),
  ])
}

const NEVER_ANEW =
  'If it is to be replaced, take that back (terraform untaint, no -replace): a flow is never made anew.'

/** A resource in the state has the flow that another one should get. */
export function heldTwice(key: string): Diagnostic {
  const ways = [
    'If the resource got another name, write a moved block.',
    NEVER_ANEW,
    'If another resource is to give the key up, apply that first.',
  ]
  return error(`This state has the flow "${key}" already`, ways.join(' '), [attribute('key')])
}

export function namedTwice(key: string): Diagnostic {
  const detail = `A key is that of one flow: give one of the resources another key. ${NEVER_ANEW}`
  return error(`The key "${key}" is planned twice`, detail, [attribute('key')])
}

/** The wanted key belongs to another flow. */
export function keyTaken(flow: ObservedFlow, project: string): Diagnostic {
  if (flow.project !== null && flow.project !== project) return ofOtherProject(flow)
  const which = flow.status === 'archived' ? 'An archived flow' : 'Another flow'
  const way =
    flow.status === 'archived'
      ? 'Archived flows keep their keys, so that they can be restored: choose another key.'
      : 'A rename never overwrites: choose another key, or let that flow give the key up in an apply of its own.'
  return error(`${which} has the key "${flow.key}"`, `It is ${flow.id}. ${way}`, [attribute('key')])
}
