import type { Issue } from '../../model/diagnostic.js'
import { KEY_PATTERN, looksLikeFlowId } from '../../model/flow.js'
import { isObject } from '../../model/json.js'
import { fromPointer, toDotted } from '../../model/json-pointer.js'
import type { Mode } from '../../model/mode.js'
import { quote } from '../../text/quote.js'
import { checkFlowBody } from '../../validate/flow-body.js'
import { usableKey } from '../../validate/key.js'
import { PATTERNS } from '../../validate/schema-issues.js'
import { secretIssues } from '../../validate/secrets.js'
import { error, pathOf, sentence } from '../diagnostics.js'
import type { Diagnostic } from '../framework/provider.js'
import { type ObjectValue, UNKNOWN, type Value } from '../wire/value.js'
import { withoutText } from '../without-text.js'
import { type Body, bodyOf } from './body.js'

/** Everything that is wrong with a configured flow, by the rules for definitions. */
export function checkFlow(config: ObjectValue, mode: Mode): Diagnostic[] {
  const { value, unknown } = bodyOf(config)
  const secrets = secretIssues(value, 'what a flow says is for everybody to see')
  const hidden = new Set(secrets.map(({ pointer }) => pointer))
  const issues = checkFlowBody(value, mode).filter(
    ({ pointer }) => !hidden.has(pointer) && !isUnknown(pointer, unknown),
  )
  const told = issues.map((issue) => textless(issue, value))
  return [...keyIssues(config.key), ...secrets, ...told].map(toDiagnostic)
}

const FREE_TEXT = new Set(['name', 'description', 'return_url', 'metadata'])

function textless(issue: Issue, body: Body['value']): Issue {
  const path = fromPointer(issue.pointer)
  if (issue.part !== 'value' || !FREE_TEXT.has(path[0] ?? '')) return issue
  const text = path.reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), body)
  return { ...issue, message: withoutText(issue.message, text) }
}

/** Also for issues that depend on something unknown: the length of a set, or what goes with a type. */
function isUnknown(pointer: string, unknown: readonly string[]): boolean {
  return unknown.some((one) => pointer === one || (pointer.startsWith(`${one}/`) && !/\/\d+$/.test(pointer)))
}

function keyIssues(key: Value | undefined): Issue[] {
  if (key === UNKNOWN || typeof key !== 'string') return []
  const issue = (message: string, hint?: string): Issue[] => [
    { code: 'KEY_INVALID', message, pointer: '/key', part: 'value', ...(hint !== undefined && { hint }) },
  ]
  if (looksLikeFlowId(key)) {
    return issue(`${quote(key)} looks like the id of a flow; flows are found by either`, 'name it after what it is for')
  }
  if (KEY_PATTERN.test(key)) return []
  const usable = usableKey(key)
  return issue(`${quote(key)} ${PATTERNS[KEY_PATTERN.source]}`, usable && `write key = "${usable}"`)
}

function toDiagnostic({ code, message, hint, pointer }: Issue): Diagnostic {
  const advice = HINTS[code] ?? hint
  const where = `At ${toDotted(pointer)} (${code})`
  const detail = advice === undefined ? `${where}.` : `${where}. ${sentence(advice)}${/[.?]$/.test(advice) ? '' : '.'}`
  return error(inTerraform(message), detail, pathOf(pointer))
}

/** Terraform's version of hints about YAML. */
const HINTS: Partial<Record<Issue['code'], string>> = {
  OPTION_NOT_ALLOWED: 'remove the block, or write type = "document"',
}

/** Terraform has other names for kinds of values. */
function inTerraform(message: string): string {
  return message
    .replace(/^"options\.document" does/, 'the block options.document does')
    .replace(/^the list /, 'the set ')
    .replace('but nothing is there', 'not null')
}
