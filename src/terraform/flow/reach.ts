import { beyondText } from '../../app/reach.js'
import { looksLikeFlowId } from '../../model/flow.js'
import { attribute, error } from '../diagnostics.js'
import type { Flows } from '../flows.js'
import type { Diagnostic } from '../framework/provider.js'
import type { Value } from '../wire/value.js'

/**
 * Flows beyond what the API key reaches look like flows that are not there: Terraform would drop them from its state, and
 * plan to make them. So they are refused before anything is planned, in the words of the command line.
 */
export async function beyondKey(flows: Flows, keys: readonly (Value | undefined)[]): Promise<Diagnostic[]> {
  const { bound_to: reach } = await flows.state()
  const named = keys.filter((key) => typeof key === 'string').filter((key) => !looksLikeFlowId(key))
  const text = beyondText(reach, named)
  if (text === undefined) return []
  const way = 'Use a key that reaches it, or name by -target what is meant: only that has to be within reach.'
  return [error(text, way, [attribute('key')])]
}
