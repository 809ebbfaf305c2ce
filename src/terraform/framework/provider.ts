import type { ObjectValue } from '../wire/value.js'
import type { Block } from './schema.js'

/** A step into a value: the name of an attribute or block, the key of a map's element, or a list's index. */
export type Step = { readonly attribute: string } | { readonly key: string } | { readonly index: number }

/** A message that Terraform shows at the line of `path`. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning'
  /** One line, without a full stop. */
  readonly summary: string
  readonly detail: string
  /** From the root of the resource, data source or provider block; empty for all of it. */
  readonly path: readonly Step[]
}

/** A result with diagnostics. After an error Terraform stops, but keeps a state given here. */
export interface Answer<Result> {
  readonly result: Result
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * A provider without its wire. If a method throws, the framework answers with an error diagnostic and the previous
 * state. It never fails the call, because Terraform would then forget existing objects.
 */
export interface Provider {
  readonly schema: Block
  readonly resources: { readonly [typeName: string]: Resource }
  readonly dataSources: { readonly [typeName: string]: DataSource }
  readonly ephemeralResources: { readonly [typeName: string]: EphemeralResource }
  /** Unknown values may be anywhere. */
  validate(config: ObjectValue): Promise<readonly Diagnostic[]>
  /** Called before anything that reads or writes, but not before `validate` of a resource, or `upgrade`. */
  configure(config: ObjectValue, terraformVersion: string): Promise<readonly Diagnostic[]>
  /** Terraform was interrupted: begin nothing more, finish what has begun. */
  stop(): void
  /** `isTold`: Terraform ended the process, so it has recorded every answer. */
  close(isTold: boolean): Promise<void>
}

export interface Resource {
  readonly schema: Block
  readonly schemaVersion: number
  validate(config: ObjectValue): Promise<readonly Diagnostic[]>
  /** Converts a JSON state of an older `schemaVersion` to the current shape. Not called for the current version. */
  upgrade(state: unknown, version: number): Promise<ObjectValue>
  /** The current state; null if the object is gone. */
  read(state: ObjectValue, memory: Memory): Promise<Answer<ReadResult | null>>
  plan(request: PlanRequest): Promise<Answer<PlanResult>>
  /** Creates, changes or (if `planned` is null) removes the object. On an error the state is what exists afterwards. */
  apply(request: ApplyRequest): Promise<Answer<ApplyResult>>
  /** The state of an existing object, by the name that a person uses. Writes nothing. */
  import(id: string): Promise<Answer<ObjectValue | null>>
}

/** Bytes that the provider stores with a state or a plan, hidden from people; empty at first. */
type Memory = Uint8Array

interface ReadResult {
  readonly state: ObjectValue
  readonly memory: Memory
}

export interface PlanRequest {
  /** Null if the object will be created. */
  readonly prior: ObjectValue | null
  /** The configuration, with computed values copied from `prior`; null if the object will be removed. */
  readonly proposed: ObjectValue | null
  readonly config: ObjectValue | null
  readonly memory: Memory
}

export interface PlanResult {
  readonly planned: ObjectValue | null
  /** Attributes whose change means that the object is recreated. */
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

/** Something that is fetched or made for one run and never stored in a state. */
export interface EphemeralResource {
  readonly schema: Block
  validate(config: ObjectValue): Promise<readonly Diagnostic[]>
  /** Called in every plan where the whole configuration is known, and in every apply. */
  open(config: ObjectValue): Promise<Answer<ObjectValue | null>>
}
