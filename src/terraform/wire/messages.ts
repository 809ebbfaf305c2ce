import {
  bytes,
  flag,
  integer,
  type Message,
  map,
  message,
  nested,
  optionalBytes,
  optionalInteger,
  optionalText,
  repeated,
  text,
} from './message.js'

/*
 * The messages of Terraform's plugin protocol 6 that this provider takes part in, as tables of their field numbers.
 */

/** A value of Terraform's type system; null if absent. */
export const DynamicValue = message({ msgpack: bytes(1), json: bytes(2) })

export const AttributePath = message({
  steps: repeated(
    1,
    message({
      attribute_name: optionalText(1),
      element_key_string: optionalText(2),
      element_key_int: optionalInteger(3),
    }),
  ),
})

export const SEVERITY = { error: 1, warning: 2 } as const

export const Diagnostic = message({
  severity: integer(1),
  summary: text(2),
  detail: text(3),
  attribute: nested(4, AttributePath),
})

/** The format of descriptions. */
export const MARKDOWN = 1
/** How often a block or a nested object may appear: once. */
export const SINGLE = 1

export interface WireAttribute {
  readonly name: string
  readonly type?: Uint8Array | undefined
  readonly description: string
  readonly required: boolean
  readonly optional: boolean
  readonly computed: boolean
  readonly sensitive: boolean
  readonly description_kind: number
  readonly nested_type?: WireObject | undefined
}

export interface WireObject {
  readonly attributes: readonly WireAttribute[]
  readonly nesting: number
}

export interface WireBlock {
  readonly attributes: readonly WireAttribute[]
  readonly block_types: readonly WireNestedBlock[]
  readonly description: string
  readonly description_kind: number
}

interface WireNestedBlock {
  readonly type_name: string
  readonly block: WireBlock
  readonly nesting: number
}

// Blocks contain blocks, and attributes contain attributes: a table can refer to itself only after it exists.
const later = <Write>(of: () => Message<Write, unknown>): Message<Write, unknown> => ({
  encode: (value) => of().encode(value),
  decode: (given) => of().decode(given),
})

const SchemaObject: Message<WireObject, unknown> = message({
  attributes: repeated(
    1,
    later(() => SchemaAttribute),
  ),
  nesting: integer(3),
})

const SchemaAttribute: Message<WireAttribute, unknown> = message({
  name: text(1),
  type: bytes(2),
  description: text(3),
  required: flag(4),
  optional: flag(5),
  computed: flag(6),
  sensitive: flag(7),
  description_kind: integer(8),
  nested_type: nested(10, SchemaObject),
})

const SchemaBlock: Message<WireBlock, unknown> = message({
  attributes: repeated(2, SchemaAttribute),
  block_types: repeated(
    3,
    later(() => SchemaNestedBlock),
  ),
  description: text(4),
  description_kind: integer(5),
})

const SchemaNestedBlock: Message<WireNestedBlock, unknown> = message({
  type_name: text(1),
  block: nested(2, SchemaBlock),
  nesting: integer(3),
})

const Schema = message({ version: integer(1), block: nested(2, SchemaBlock) })

const Nothing = message({})
const DiagnosticsFirst = message({ diagnostics: repeated(1, Diagnostic) })
const ConfigOfType = message({ type_name: text(1), config: nested(2, DynamicValue) })

/** Service `tfplugin6.Provider`. Other calls are answered with UNIMPLEMENTED, which Terraform takes for "has none". */
export const PROVIDER_CALLS = {
  GetProviderSchema: {
    request: Nothing,
    response: message({
      provider: nested(1, Schema),
      resource_schemas: map(2, Schema),
      data_source_schemas: map(3, Schema),
      diagnostics: repeated(4, Diagnostic),
      server_capabilities: nested(6, message({ plan_destroy: flag(1), get_provider_schema_optional: flag(2) })),
      ephemeral_resource_schemas: map(8, Schema),
    }),
  },
  ValidateProviderConfig: {
    request: message({ config: nested(1, DynamicValue) }),
    response: message({ diagnostics: repeated(2, Diagnostic) }),
  },
  ConfigureProvider: {
    request: message({ terraform_version: text(1), config: nested(2, DynamicValue) }),
    response: DiagnosticsFirst,
  },
  ValidateResourceConfig: { request: ConfigOfType, response: DiagnosticsFirst },
  ValidateDataResourceConfig: { request: ConfigOfType, response: DiagnosticsFirst },
  ValidateEphemeralResourceConfig: { request: ConfigOfType, response: DiagnosticsFirst },
  UpgradeResourceState: {
    request: message({
      type_name: text(1),
      version: integer(2),
      raw_state: nested(3, message({ json: bytes(1) })),
    }),
    response: message({ upgraded_state: nested(1, DynamicValue), diagnostics: repeated(2, Diagnostic) }),
  },
  ReadResource: {
    request: message({ type_name: text(1), current_state: nested(2, DynamicValue), private: bytes(3) }),
    response: message({ new_state: nested(1, DynamicValue), diagnostics: repeated(2, Diagnostic), private: bytes(3) }),
  },
  PlanResourceChange: {
    request: message({
      type_name: text(1),
      prior_state: nested(2, DynamicValue),
      proposed_new_state: nested(3, DynamicValue),
      config: nested(4, DynamicValue),
      prior_private: bytes(5),
    }),
    response: message({
      planned_state: nested(1, DynamicValue),
      requires_replace: repeated(2, AttributePath),
      planned_private: bytes(3),
      diagnostics: repeated(4, Diagnostic),
    }),
  },
  ApplyResourceChange: {
    request: message({
      type_name: text(1),
      prior_state: nested(2, DynamicValue),
      planned_state: nested(3, DynamicValue),
      config: nested(4, DynamicValue),
      planned_private: bytes(5),
    }),
    response: message({ new_state: nested(1, DynamicValue), private: bytes(2), diagnostics: repeated(3, Diagnostic) }),
  },
  ImportResourceState: {
    request: message({ type_name: text(1), id: text(2) }),
    response: message({
      imported_resources: repeated(
        1,
        message({ type_name: text(1), state: nested(2, DynamicValue), private: bytes(3) }),
      ),
      diagnostics: repeated(2, Diagnostic),
    }),
  },
  ReadDataSource: {
    request: ConfigOfType,
    response: message({ state: nested(1, DynamicValue), diagnostics: repeated(2, Diagnostic) }),
  },
  OpenEphemeralResource: {
    request: ConfigOfType,
    // Field 2, the time to renew, is never sent: an opened session is valid for the whole run.
    response: message({
      diagnostics: repeated(1, Diagnostic),
      result: nested(3, DynamicValue),
      private: optionalBytes(4),
    }),
  },
  RenewEphemeralResource: { request: message({ type_name: text(1) }), response: DiagnosticsFirst },
  CloseEphemeralResource: { request: message({ type_name: text(1) }), response: DiagnosticsFirst },
  GetFunctions: { request: Nothing, response: message({ diagnostics: repeated(2, Diagnostic) }) },
  StopProvider: { request: Nothing, response: message({ Error: text(1) }) },
} as const

/** Service `plugin.GRPCController`. */
export const CONTROLLER_CALLS = { Shutdown: { request: Nothing, response: Nothing } } as const
