/**
 * What the resources of one configuration want, so that no two of them get the same flow. Terraform asks for each
 * resource separately, in any order: the second claim is refused.
 */
export interface Claims {
  /** The state has this flow, so a resource that is new to the state, or recreated, cannot have it. */
  reads(id: string): void
  /** A resource in the state has this flow. False if another resource has it or will get it. */
  holds(id: string): boolean
  /** A resource that is new to the state will get this flow. False if a resource in the state has it. */
  takes(id: string): boolean
  /** A resource wants this key. False if another one wants it too. */
  names(key: string): boolean
}

export function claims(): Claims {
  const read = new Set<string>()
  const held = new Set<string>()
  const taken = new Set<string>()
  const keys = new Set<string>()
  return {
    reads: (id) => void read.add(id),
    holds: (id) => isNew(held, id) && !taken.has(id),
    takes: (id) => isNew(taken, id) && !held.has(id) && !read.has(id),
    names: (key) => isNew(keys, key),
  }
}

function isNew(set: Set<string>, value: string): boolean {
  const size = set.size
  return set.add(value).size > size
}
