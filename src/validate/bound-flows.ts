import type { Issue } from '../model/diagnostic.js'
import { type Patch, patched, patchesIn } from '../model/flow.js'
import { isObject } from '../model/json.js'
import { toPointer } from '../model/json-pointer.js'
import type { Modes } from '../model/mode.js'
import { quote } from '../text/quote.js'
import { memberOf } from './definition.js'
import type { FileIssue } from './definition-set.js'
import type { SourceFile } from './extends.js'

/** A definition that is bound to a flow at Stripe, and where that is said. */
interface Binding {
  readonly file: string
  readonly at: { readonly file: string; readonly pointer: string }
}

/**
 * Definitions that are bound to one flow at Stripe, in one environment: a session of that flow would belong to either.
 * `definitions`: the layers of each, the farthest base first, the definition last.
 */
export function checkBindings(definitions: readonly (readonly SourceFile[])[], environments: Modes): FileIssue[] {
  const bound = definitions.filter((layers) => layers.some(({ value }) => mayBind(value)))
  const issues = new Map<string, FileIssue>()
  for (const [environment, mode] of environments) {
    const byId = new Map<string, Binding[]>()
    for (const layers of bound) {
      const patches = patchesIn(
        layers.map(({ value }) => (isObject(value) ? value : {})),
        environment,
      )
      const path = ['stripe_flow', mode]
      const id = memberOf(patched(patches), path)?.value
      const file = layers.at(-1)?.file
      if (typeof id !== 'string' || file === undefined) continue
      byId.set(id, [...(byId.get(id) ?? []), { file, at: placeOf(layers, patches, path) }])
    }
    for (const [id, several] of byId) {
      if (several.length < 2) continue
      for (const one of several) {
        const issue = boundTwice(
          id,
          one,
          several.filter((other) => other !== one),
        )
        const place = `${issue.file} ${issue.issue.pointer} ${one.file}`
        if (!issues.has(place)) issues.set(place, issue)
      }
    }
  }
  return [...issues.values()]
}

function mayBind(value: unknown): boolean {
  if (!isObject(value)) return false
  const overlays = isObject(value.environments) ? Object.values(value.environments) : []
  return [value, ...overlays].some((one) => isObject(one) && Object.hasOwn(one, 'stripe_flow'))
}

function placeOf(layers: readonly SourceFile[], patches: readonly Patch[], path: readonly string[]): Binding['at'] {
  const setter = patches.findLast(({ value }) => memberOf(value, path) !== undefined)
  const file = layers[setter?.layer ?? layers.length - 1]?.file ?? ''
  return { file, pointer: toPointer([...(setter?.within ?? []), ...path]) }
}

/** At the definition: what a base says is wrong only because several extend it. */
function boundTwice(id: string, { file, at }: Binding, others: readonly Binding[]): FileIssue {
  const names = others.map((other) => other.file).join(', ')
  const issue: Issue = {
    code: 'STRIPE_FLOW_TWICE',
    message: `${quote(id)} is the flow at Stripe of ${names} too`,
    hint: 'bind each flow to one of its own in the Dashboard of Stripe, or remove all definitions but one',
    pointer: at.file === file ? at.pointer : '/extends',
    part: 'value',
  }
  const related = [...(at.file === file ? [] : [at]), ...others.map((other) => other.at)]
  const places = new Map(related.map((place) => [`${place.file} ${place.pointer}`, place]))
  return { file, issue, related: [...places.values()] }
}
