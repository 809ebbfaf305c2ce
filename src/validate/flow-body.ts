import type { Issue } from '../model/diagnostic.js'
import { isObject } from '../model/json.js'
import type { Mode } from '../model/mode.js'
import { quote } from '../text/quote.js'
import { returnUrlFault } from './address.js'
import { controlCharacterIssues } from './control-characters.js'
import { validate } from './generated/flow-body.js'
import { hiddenCharacterIssues } from './hidden-characters.js'
import { schemaIssues } from './schema-issues.js'

/**
 * Everything that is wrong with one flow body, whatever its source: a definition, an overlay's result, an API request.
 * `environments` and `renamed_from` are not part of a body. Without issues, `normalise` may take the value.
 */
export function checkFlowBody(value: unknown, mode: Mode): Issue[] {
  const issues = validate(value) ? [] : schemaIssues(validate.errors ?? [])
  return mergeIssues(issues, ruleIssues(value, mode))
}

/** Rules that a schema cannot express. Accepts any value, and ignores what the schema refuses. */
export function ruleIssues(value: unknown, mode: Mode): Issue[] {
  if (!isObject(value)) return []
  return [
    ...optionIssues(value),
    ...returnUrlIssues(value, mode),
    ...controlCharacterIssues(value, TEXTS),
    ...hiddenCharacterIssues(value),
  ]
}

const TEXTS = { prose: ['/description'], anyText: ['/metadata'] }

/** One issue per fault: a character that nobody sees is the reason why a pattern or an address fails. */
export function mergeIssues(fromSchema: readonly Issue[], fromRules: readonly Issue[]): Issue[] {
  if (fromRules.length === 0) return [...fromSchema]
  const place = ({ part, pointer }: Issue) => `${part} ${pointer}`
  const unseen = new Set(fromRules.filter(isOfUnseen).map(place))
  const kept = fromSchema.filter((issue) => issue.code !== 'INVALID_VALUE' || !unseen.has(place(issue)))
  const taken = new Set(kept.map(place))
  return [
    ...kept,
    ...fromRules.filter((issue) => !taken.has(place(issue)) && (isOfUnseen(issue) || !unseen.has(place(issue)))),
  ]
}

function isOfUnseen({ code }: Issue): boolean {
  return code === 'CONTROL_CHARACTER' || code === 'HIDDEN_CHARACTER'
}

function optionIssues({ type, options }: Record<string, unknown>): Issue[] {
  if (type !== 'id_number' || !isObject(options) || !Object.hasOwn(options, 'document')) return []
  return [
    {
      code: 'OPTION_NOT_ALLOWED',
      message: '"options.document" does not go with type "id_number"',
      hint: 'remove it, or write "type: document"',
      pointer: '/options/document',
      part: 'key',
    },
  ]
}

function returnUrlIssues({ return_url: address }: Record<string, unknown>, mode: Mode): Issue[] {
  const fault = typeof address === 'string' && address !== '' ? returnUrlFault(address, mode) : undefined
  if (fault === undefined) return []
  return [
    {
      code: 'RETURN_URL_INVALID',
      message: `${quote(address)} ${fault.message}`,
      hint: fault.hint,
      pointer: '/return_url',
      part: 'value',
    },
  ]
}
