import { compareChecks, type ShownChecks } from '../model/bound/shown-checks.js'
import type { FlowConfig, FlowKey } from '../model/flow.js'
import { normalise } from '../model/flow.js'
import { isObject } from '../model/json.js'

/**
 * A definition for a flow that somebody made in Stripe's Dashboard, which says what its sessions show. `inexpressible`
 * are paths of what no definition can say.
 */
export function boundConfig(
  id: string,
  name: string,
  shown: ShownChecks,
): { readonly config: FlowConfig; readonly inexpressible: readonly string[] } {
  const options = isObject(shown.options) ? shown.options : {}
  const type = options.document === undefined && options.id_number !== undefined ? 'id_number' : 'document'
  const { document, email, phone, matching } = options as Partial<FlowConfig['options']>
  const body = {
    name,
    type,
    options: {
      ...(document && { document }),
      ...(email && { email }),
      ...(phone && { phone }),
      ...(matching && { matching }),
    },
  } as const
  const config = normalise({ ...body, stripe_flow: id })
  // What was dropped or taken for something else differs now.
  return { config, inexpressible: compareChecks(config, shown).map(({ path }) => path) }
}

/**
 * Keys for flows without a better name, from the ends of their ids, and never one that is taken: as short as they can be,
 * so that no two are alike.
 */
export function keysFromIds(ids: readonly string[], taken: ReadonlySet<FlowKey>): ReadonlyMap<string, FlowKey> {
  const keys = new Map<string, FlowKey>()
  const used = new Set(taken)
  for (const id of ids) {
    const plain = id.toLowerCase().replace(/[^a-z0-9]/g, '')
    const tails = [8, 12, 16, 24].map((length) => plain.slice(-length))
    const candidates = [...tails, ...Array.from({ length: 1000 }, (_, index) => `${tails[0]}-${index + 2}`)]
    const key = candidates.map((tail) => `stripe-${tail}`).find((one) => !used.has(one))
    if (key === undefined) throw new Error(`there is no free key for ${id}`)
    used.add(key)
    keys.set(id, key)
  }
  return keys
}
