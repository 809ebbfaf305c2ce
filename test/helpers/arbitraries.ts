import fc from 'fast-check'
import { DOCUMENT_TYPES, type FlowBody, normalise } from '../../src/model/flow.js'
import type { DesiredFlow, ObservedFlow, ObservedState } from '../../src/model/state.js'
import { PROJECT } from './builders.js'

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })

/** Members that are undefined are left out, as in a file. */
function compact<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T
}

const check = optional(fc.record({ require_verification: fc.boolean() }))
const match = fc.constantFrom('none' as const, 'similar' as const)
const text = fc.stringMatching(/^[A-Za-z0-9äöü,."'-]([A-Za-z0-9 äöü,."'-]{0,20}[A-Za-z0-9])?$/)

/** Any text that can be stored, as values of metadata may be: with what breaks lines, terminals, YAML and Markdown more often. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }),
      fc.constantFrom(
        '\n',
        '\r\n',
        '\t',
        ' ',
        '  \n',
        '\u001b[31m',
        '\u0007',
        '\u0085',
        '\u2028',
        '\u202e',
        '\ufeff',
        '# ',
        ': ',
        '"',
        "'",
        '%',
        '$' + '{x}',
        '%{x}',
        '- ',
        '|',
        '<b>',
        '&a',
        '*a',
      ),
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map((parts) => parts.join('').replaceAll('\0', ''))
  .filter((value) => value !== '')

const document = fc
  .record({
    allowed_types: optional(fc.array(fc.constantFrom(...DOCUMENT_TYPES), { minLength: 1, maxLength: 5 })),
    require_id_number: optional(fc.boolean()),
    require_live_capture: optional(fc.boolean()),
    require_matching_selfie: optional(fc.boolean()),
  })
  .map(compact)

/** Any body that a definition may have: defaults left out or written, sets in any order with repeats. */
export const flowBody: fc.Arbitrary<FlowBody> = fc
  .record({
    name: text,
    description: optional(text),
    type: fc.constantFrom('document' as const, 'id_number' as const),
    document: optional(document),
    email: check,
    phone: check,
    matching: optional(fc.record({ name: optional(match), dob: optional(match) }).map(compact)),
    stripe_flow: optional(fc.constantFrom('vf_1PgafBB7WZ01zgkW', 'vf_1S9VWcG1gGcGMAQD')),
    return_url: optional(fc.constantFrom('https://example.com/done', 'http://localhost:3000/')),
    static_link: optional(fc.record({ active: fc.boolean() })),
    metadata: optional(fc.dictionary(fc.stringMatching(/^[a-z_]{1,8}$/), fc.oneof(text, anyText), { maxKeys: 4 })),
    protected: optional(fc.boolean()),
  })
  .map(({ document: documentOptions, email, phone, matching, ...body }) =>
    compact({
      ...body,
      options: compact({ document: body.type === 'document' ? documentOptions : undefined, email, phone, matching }),
    }),
  ) as fc.Arbitrary<FlowBody>

export const flowConfig = flowBody.map(normalise)

/** No two flows are bound to one flow at Stripe. */
export function boundOnce(key: string, body: FlowBody): FlowBody {
  return body.stripe_flow === undefined ? body : { ...body, stripe_flow: `vf_1${key}` }
}

/** Few keys, so that definitions, flows and renames meet often. */
export const KEYS = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta'] as const

/** Definitions that pass validation: renames name a key without a definition, each at most once, never in a loop. */
export const desiredFlows: fc.Arbitrary<DesiredFlow[]> = fc
  .record({
    keys: fc.subarray([...KEYS]),
    bodies: fc.array(flowBody, { minLength: KEYS.length, maxLength: KEYS.length }),
    olds: fc.shuffledSubarray([...KEYS]),
  })
  .map(({ keys, bodies, olds }) => {
    const free = olds.filter((key) => !keys.includes(key))
    return keys.map((key, index) => ({
      key,
      renamedFrom: free[index] ?? null,
      config: normalise(boundOnce(key, bodies[index] as FlowBody)),
      file: `flows/${key}.yaml`,
    }))
  })

/** Any state of the service: ours, another project's, unmanaged, archived, drifted, never deployed. */
export const observedState: fc.Arbitrary<ObservedState> = fc
  .record({
    keys: fc.subarray([...KEYS]),
    flows: fc.array(
      fc.record({
        config: flowConfig,
        applied: fc.option(flowConfig),
        isDrifted: fc.boolean(),
        applied_status: fc.constantFrom('active' as const, 'archived' as const),
        applied_key: fc.constantFrom(...KEYS),
        project: fc.constantFrom(PROJECT, PROJECT, PROJECT, null, 'other'),
        status: fc.constantFrom('active' as const, 'active' as const, 'archived' as const),
        version: fc.integer({ min: 1, max: 9 }),
        sessions_last_30_days: fc.integer({ min: 0, max: 300 }),
      }),
      { minLength: KEYS.length, maxLength: KEYS.length },
    ),
    last_deployment: fc.constantFrom(null, 'vfd_1'),
  })
  .map(({ keys, flows, last_deployment }) => ({
    livemode: false,
    store: 'store-1',
    last_deployment,
    flows: keys.map((key, index): ObservedFlow => {
      const { isDrifted, applied, applied_status, applied_key, ...flow } = flows[index] as NonNullable<
        (typeof flows)[number]
      >
      return {
        id: `vf_${key}`,
        key,
        updated: 1_790_000_000,
        updated_by: 'dashboard',
        ...flow,
        applied: flow.project === null ? null : isDrifted ? applied : flow.config,
        applied_status: flow.project === null ? null : isDrifted ? applied_status : flow.status,
        applied_key: flow.project === null ? null : isDrifted ? applied_key : key,
      }
    }),
  }))
