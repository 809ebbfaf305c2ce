import type { FlowBody } from '../../../model/flow.js'
import type { Options } from '../../../model/schema-types.js'
import type { Shape } from './shape.js'

export const DOCUMENT_OPTIONS = {
  allowed_types: { listOf: 'text' },
  require_id_number: 'boolean',
  require_live_capture: 'boolean',
  require_matching_selfie: 'boolean',
} satisfies Record<keyof NonNullable<Options['document']>, Shape>

const OPTIONS = {
  document: { members: DOCUMENT_OPTIONS },
  email: { members: { require_verification: 'boolean' } },
  phone: { members: { require_verification: 'boolean' } },
  matching: { members: { name: 'text', dob: 'text' } },
} satisfies Record<keyof Options, Shape>

/** The body of a flow as a form. The names are those of schemas/flow.schema.json: the types come from there. */
export const FLOW_BODY = {
  name: 'name',
  description: 'text',
  type: 'name',
  options: { members: OPTIONS },
  return_url: 'text',
  static_link: { members: { active: 'boolean' } },
  metadata: 'labels',
  protected: 'boolean',
} satisfies Record<keyof FlowBody, Shape>
