import { decodeValue, encodeValue, parseValue } from '../wire/codec.js'
import type { ReadAs, WrittenAs } from '../wire/message.js'
import {
  type DynamicValue,
  type PROVIDER_CALLS,
  SEVERITY,
  type Diagnostic as WireDiagnostic,
} from '../wire/messages.js'
import { type ObjectValue, UNKNOWN, type Value } from '../wire/value.js'
import { checkGiven } from './check-given.js'
import type { Diagnostic, Provider, Resource } from './provider.js'
import type { Block } from './schema.js'
import { wireDiagnostic, wirePath } from './wire-diagnostic.js'
import { typeOf, wireBlock } from './wire-schema.js'

/** The handlers of Terraform's calls; none of them rejects. */
export type Calls = {
  readonly [Name in keyof typeof PROVIDER_CALLS]: (
    request: ReadAs<(typeof PROVIDER_CALLS)[Name]['request']>,
  ) => Promise<WrittenAs<(typeof PROVIDER_CALLS)[Name]['response']>>
}

export interface Surroundings {
  /** Gets each thrown error, with its stack; people see its message as a diagnostic. */
  failed(doing: string, error: unknown): void
  /** The work, or a rejection as soon as an error outside of every call occurs: then the work might never end. */
  orCrash<Result>(work: Promise<Result>): Promise<Result>
}

/**
 * Connects the wire and a provider. A thrown error becomes a diagnostic, beside the state that Terraform must keep:
 * after a failed call it would forget an existing object.
 */
export function callsOf(provider: Provider, { failed, orCrash }: Surroundings): Calls {
  /** The answer of `work`; on an error, `kept` and the reason. */
  async function answer<Kept, Response>(
    doing: string,
    kept: Kept,
    work: () => Promise<Response>,
  ): Promise<Response | (Kept & Told)> {
    try {
      return await orCrash(work())
    } catch (error) {
      failed(doing, error)
      return { ...kept, diagnostics: [failure(doing, error)] }
    }
  }

  const interrupts = new Set<() => void>()

  /** Like `answer`, for work that writes nothing: it ends at once when Terraform is stopped. */
  function answerOrStop<Kept, Response>(doing: string, kept: Kept, work: () => Promise<Response>) {
    let interrupt = () => {}
    const stopped = new Promise<Told>((done) => {
      interrupt = () => done({ diagnostics: [interrupted(doing)] })
    }).then((told) => ({ ...kept, ...told }))
    interrupts.add(interrupt)
    return answer(doing, kept, () => Promise.race([work(), stopped])).finally(() => interrupts.delete(interrupt))
  }

  const validation = (kinds: { readonly [type: string]: Validated }) => (request: OfType) =>
    answer(`validate ${request.type_name}`, {}, async () => {
      const kind = named(kinds, request.type_name)
      return told(await checked(kind, object(kind.schema, request.config)), kind.schema)
    })

  return {
    GetProviderSchema: async () => ({
      provider: { block: wireBlock(provider.schema) },
      resource_schemas: schemas(provider.resources),
      data_source_schemas: schemas(provider.dataSources),
      ephemeral_resource_schemas: schemas(provider.ephemeralResources),
      // Removals are planned too. A process that already knows the schema is not asked for it again.
      server_capabilities: { plan_destroy: true, get_provider_schema_optional: true },
    }),

    ValidateProviderConfig: ({ config }) =>
      answer('validate the provider block', {}, async () =>
        told(await checked(provider, object(provider.schema, config)), provider.schema),
      ),

    ConfigureProvider: ({ config, terraform_version }) =>
      answerOrStop('configure the provider', {}, async () =>
        told(await provider.configure(object(provider.schema, config), terraform_version), provider.schema),
      ),

    ValidateResourceConfig: validation(provider.resources),
    ValidateDataResourceConfig: validation(provider.dataSources),
    ValidateEphemeralResourceConfig: validation(provider.ephemeralResources),

    UpgradeResourceState: ({ type_name, version, raw_state }) =>
      answer(`read the state of ${type_name}`, {}, async () => {
        const resource = named(provider.resources, type_name)
        const json = Buffer.from(raw_state?.json ?? []).toString('utf8')
        return { upgraded_state: dynamic(resource.schema, await upgraded(resource, json, version)) }
      }),

    ReadResource: ({ type_name, current_state, private: memory }) =>
      answerOrStop(`read ${type_name}`, { new_state: current_state, private: memory }, async () => {
        const resource = named(provider.resources, type_name)
        const { schema } = resource
        const { result, diagnostics } = await resource.read(object(schema, current_state), memory)
        // The object only counts as gone if there is no error.
        const kept = result === null && diagnostics.some(isError)
        return {
          new_state: kept ? current_state : dynamic(schema, result?.state ?? null),
          private: result?.memory ?? memory,
          ...told(diagnostics, schema),
        }
      }),

    PlanResourceChange: ({ type_name, prior_state, proposed_new_state, config, prior_private }) =>
      answerOrStop(`plan ${type_name}`, { planned_state: prior_state, planned_private: prior_private }, async () => {
        const resource = named(provider.resources, type_name)
        const { schema } = resource
        const { result, diagnostics } = await resource.plan({
          prior: objectOrNull(schema, prior_state),
          proposed: objectOrNull(schema, proposed_new_state),
          config: objectOrNull(schema, config),
          memory: prior_private,
        })
        return {
          planned_state: dynamic(schema, result.planned),
          requires_replace: result.requiresReplace.map(wirePath),
          planned_private: result.memory,
          ...told(diagnostics, schema),
        }
      }),

    ApplyResourceChange: ({ type_name, prior_state, planned_state, config, planned_private }) =>
      answer(`apply ${type_name}`, { new_state: prior_state, private: planned_private }, async () => {
        const resource = named(provider.resources, type_name)
        const { schema } = resource
        const { result, diagnostics } = await resource.apply({
          prior: objectOrNull(schema, prior_state),
          planned: objectOrNull(schema, planned_state),
          config: objectOrNull(schema, config),
          memory: planned_private,
        })
        // After an error the result is often a half-finished plan; a state must not hold unknown values.
        const state = diagnostics.some(isError) ? withoutUnknown(result.state) : result.state
        return { new_state: dynamic(schema, state), private: result.memory, ...told(diagnostics, schema) }
      }),

    ImportResourceState: ({ type_name, id }) =>
      answerOrStop(`import ${type_name} ${id}`, {}, async () => {
        const resource = named(provider.resources, type_name)
        const { schema } = resource
        const { result, diagnostics } = await resource.import(id)
        if (result === null && !diagnostics.some(isError)) throw new Error(`There is no ${type_name} ${id}.`)
        return {
          imported_resources: result === null ? [] : [{ type_name, state: dynamic(schema, result) }],
          ...told(diagnostics, schema),
        }
      }),

    ReadDataSource: ({ type_name, config }) =>
      answerOrStop(`read ${type_name}`, {}, async () => {
        const source = named(provider.dataSources, type_name)
        const { schema } = source
        const { result, diagnostics } = await source.read(object(schema, config))
        if (result === null && !diagnostics.some(isError)) throw new Error('Nothing was found.')
        return { state: dynamic(schema, result), ...told(diagnostics, schema) }
      }),

    OpenEphemeralResource: ({ type_name, config }) =>
      answer(`open ${type_name}`, {}, async () => {
        const ephemeral = named(provider.ephemeralResources, type_name)
        const { schema } = ephemeral
        const { result, diagnostics } = await ephemeral.open(object(schema, config))
        if (result === null && !diagnostics.some(isError)) throw new Error('Nothing was opened.')
        return { result: dynamic(schema, result), ...told(diagnostics, schema) }
      }),

    // An opened session is valid for a whole run and needs no closing.
    RenewEphemeralResource: async () => ({}),
    CloseEphemeralResource: async () => ({}),

    GetFunctions: async () => ({}),

    async StopProvider() {
      for (const interrupt of interrupts) interrupt()
      try {
        provider.stop()
        return {}
      } catch (error) {
        failed('stop', error)
        return { Error: messageOf(error) }
      }
    },
  }
}

/** Checks required and forbidden values first; other checks make sense only after that. */
async function checked(kind: Validated, config: ObjectValue): Promise<readonly Diagnostic[]> {
  const faults = checkGiven(kind.schema, config)
  return faults.length > 0 ? faults : kind.validate(config)
}

type Dynamic = ReadAs<typeof DynamicValue> | null
type Told = { readonly diagnostics?: readonly WrittenAs<typeof WireDiagnostic>[] }
type OfType = { readonly type_name: string; readonly config: Dynamic }
type Validated = Pick<Resource, 'schema' | 'validate'>

function schemas(kinds: { readonly [type: string]: { readonly schema: Block; readonly schemaVersion?: number } }) {
  return Object.fromEntries(
    Object.entries(kinds).map(([type, { schema, schemaVersion }]) => [
      type,
      { version: schemaVersion, block: wireBlock(schema) },
    ]),
  )
}

function named<Kind>(kinds: { readonly [type: string]: Kind }, type: string): Kind {
  const kind = Object.hasOwn(kinds, type) ? kinds[type] : undefined
  if (kind === undefined) throw new Error(`This provider has no ${type}.`)
  return kind
}

async function upgraded(resource: Resource, json: string, version: number): Promise<ObjectValue> {
  const { schema, schemaVersion } = resource
  if (json === '') throw new Error('The state was written by Terraform 0.11 or older.')
  if (version > schemaVersion) {
    throw new Error(
      `The state was written by a newer version of this provider: its form is ${version}, here ${schemaVersion} is known. Install that version.`,
    )
  }
  if (version < schemaVersion) return resource.upgrade(JSON.parse(json), version)
  return parseValue(typeOf(schema), json) as ObjectValue
}

function objectOrNull(schema: Block, value: Dynamic): ObjectValue | null {
  const type = typeOf(schema)
  // Terraform sends MessagePack; the protocol also permits JSON.
  if (value !== null && value.json.length > 0) {
    return parseValue(type, Buffer.from(value.json).toString('utf8')) as ObjectValue | null
  }
  return decodeValue(type, value?.msgpack ?? new Uint8Array()) as ObjectValue | null
}

function object(schema: Block, value: Dynamic): ObjectValue {
  const object = objectOrNull(schema, value)
  if (object === null) throw new Error('Terraform sent no value.')
  return object
}

function dynamic(schema: Block, value: ObjectValue | null): WrittenAs<typeof DynamicValue> {
  return { msgpack: encodeValue(typeOf(schema), value) }
}

function withoutUnknown<Known extends Value>(value: Known): Known
function withoutUnknown(value: Value): Value {
  if (value === UNKNOWN) return null
  if (Array.isArray(value)) return value.map(withoutUnknown)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withoutUnknown(member)]))
}

function told(diagnostics: readonly Diagnostic[], schema: Block): Told {
  return { diagnostics: diagnostics.map((one) => wireDiagnostic(one, schema)) }
}

function isError({ severity }: Diagnostic): boolean {
  return severity === 'error'
}

function failure(doing: string, error: unknown): WrittenAs<typeof WireDiagnostic> {
  return { severity: SEVERITY.error, summary: `Could not ${doing}`, detail: messageOf(error) }
}

function interrupted(doing: string): WrittenAs<typeof WireDiagnostic> {
  const detail = `Terraform was stopped before the provider could ${doing}. Nothing was written.`
  return { severity: SEVERITY.error, summary: 'Interrupted', detail }
}

function messageOf(error: unknown): string {
  return error instanceof Error && error.message !== '' ? error.message : String(error)
}
