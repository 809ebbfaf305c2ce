/**
 * What the resources of one configuration want, so that no two of them get one flow. Terraform asks for each by itself, in
 * any order: whoever comes second is refused.
 */
export interface Claims {
  /** The state has this flow: a resource that is new to it, or is to be made anew, cannot have it. */
  reads(id: string): void
  /** A resource of the state has this flow. False where another resource has it, or is to get it. */
  holds(id: string): boolean
  /** A resource that is new to the state is to get this flow. False where a resource of the state has it. */
  takes(id: string): boolean
  /** A resource wants this key. False where another one wants it too. */
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
