import type { ObjectValue } from '../wire/value.js'
import type { Block } from './schema.js'

/** A step into a value: the name of an attribute or block, the key of a map's element, or a list's index. */
export type Step = { readonly attribute: string } | { readonly key: string } | { readonly index: number }

/** What Terraform shows to people, at the line that `path` leads to. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning'
  /** One line, without a full stop. */
  readonly summary: string
  readonly detail: string
  /** From the root of the resource, data source or provider block; empty for the whole of it. */
  readonly path: readonly Step[]
}

/** A result with what is to be said of it. Where a diagnostic is an error, Terraform stops, but keeps a state given here. */
export interface Answer<Result> {
  readonly result: Result
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * A provider without its wire. A method may throw: the framework answers with an error diagnostic, and with the state
 * before (never with a failed call, after which Terraform forgets what exists).
 */
export interface Provider {
  readonly schema: Block
  readonly resources: { readonly [typeName: string]: Resource }
  readonly dataSources: { readonly [typeName: string]: DataSource }
  readonly ephemeralResources: { readonly [typeName: string]: EphemeralResource }
  /** Unknown values may stand anywhere. */
  validate(config: ObjectValue): Promise<readonly Diagnostic[]>
  /** Before anything that reads or writes; not before `validate` of a resource, nor before `upgrade`. */
  configure(config: ObjectValue, terraformVersion: string): Promise<readonly Diagnostic[]>
  /** Terraform was interrupted: begin nothing more, finish what has begun. */
  stop(): void
  /** `isTold`: Terraform has ended the process, and so has written down every answer. */
  close(isTold: boolean): Promise<void>
}

export interface Resource {
  readonly schema: Block
  readonly schemaVersion: number
  validate(config: ObjectValue): Promise<readonly Diagnostic[]>
  /** A state of an older `schemaVersion`, as JSON, in the shape of today. Not called for today's version. */
  upgrade(state: unknown, version: number): Promise<ObjectValue>
  /** The state now; null where the object is gone. */
  read(state: ObjectValue, memory: Memory): Promise<Answer<ReadResult | null>>
  plan(request: PlanRequest): Promise<Answer<PlanResult>>
  /** Makes, changes or (where `planned` is null) removes the object. On an error the state is what exists afterwards. */
  apply(request: ApplyRequest): Promise<Answer<ApplyResult>>
  /** The state of an object that exists, by what a person calls it. Writes nothing. */
  import(id: string): Promise<Answer<ObjectValue | null>>
}

/** Bytes that the provider keeps beside a state or a plan, unseen by people; empty at first. */
type Memory = Uint8Array

interface ReadResult {
  readonly state: ObjectValue
  readonly memory: Memory
}

export interface PlanRequest {
  /** null when the object is to be made. */
  readonly prior: ObjectValue | null
  /** What the configuration says, with computed values carried over from `prior`; null when the object is to be removed. */
  readonly proposed: ObjectValue | null
  readonly config: ObjectValue | null
  readonly memory: Memory
}

export interface PlanResult {
  readonly planned: ObjectValue | null
  /** Attributes whose change means that the object is made anew. */
  readonly requiresReplace: readonly (readonly Step[])[]
  readonly memory: Memory
}

export interface ApplyRequest {
  readonly prior: ObjectValue | null
  readonly planned: ObjectValue | null
  readonly config: ObjectValue | null
  readonly memory: Memory
}

export interface ApplyResult {
  readonly state: ObjectValue | null
  readonly memory: Memory
}

export interface DataSource {
  readonly schema: Block
  validate(config: ObjectValue): Promise<readonly Diagnostic[]>
  read(config: ObjectValue): Promise<Answer<ObjectValue | null>>
}

/** Something that is fetched or made for one run and never written into a state. */
export interface EphemeralResource {
  readonly schema: Block
  validate(config: ObjectValue): Promise<readonly Diagnostic[]>
  /** Called in every plan that knows the whole configuration, and in every apply. */
  open(config: ObjectValue): Promise<Answer<ObjectValue | null>>
}
