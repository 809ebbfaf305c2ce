import type { Issue } from '../model/diagnostic.js'
import { isObject } from '../model/json.js'
import { fromPointer, toPointer } from '../model/json-pointer.js'
import { mergePatch } from '../model/merge-patch.js'
import type { Mode, Modes } from '../model/mode.js'
import { nearest } from '../text/nearest.js'
import { quote } from '../text/quote.js'
import { returnUrlFault } from './address.js'
import { checkFlowBody, mergeIssues, ruleIssues } from './flow-body.js'
import { validate } from './generated/flow.js'
import { schemaIssues } from './schema-issues.js'
import { secretIssues } from './secrets.js'

/**
 * Everything that is wrong with one definition: the whole against its schema, the body against the rules, then the
 * result of each overlay. A fault that an overlay inherits is not repeated. Pointers lead into the definition: into the
 * overlay if it sets the value, else into the body. `environments`: those of the configuration. The strictest mode
 * among the environments that inherit from the body applies to the body.
 */
export function checkDefinition(value: unknown, environments: Modes): Issue[] {
  const secrets = secretIssues(value, 'what a flow says is for everybody to see')
  const hidden = new Set(secrets.map(({ pointer }) => pointer))
  return [...secrets, ...contentIssues(value, environments).filter(({ pointer }) => !hidden.has(pointer))]
}

function contentIssues(value: unknown, environments: Modes): Issue[] {
  const fromSchema = validate(value) ? [] : schemaIssues(validate.errors ?? [])
  if (!isObject(value)) return fromSchema
  const { environments: overlays, renamed_from: _, ...body } = value
  const base = mergeIssues(fromSchema, bodyIssues(body, liveHeir(overlays, environments)))
  if (!isObject(overlays)) return base
  const issues: Issue[] = base.filter(({ code, pointer, part }) => !isEnvironmentName(code, pointer, part))
  for (const [environment, overlay] of Object.entries(overlays)) {
    const at = toPointer(['environments', environment])
    const mode = environments.get(environment)
    if (mode === undefined) issues.push(unknownEnvironment(environment, [...environments.keys()], at))
    if (!isObject(overlay)) continue
    const fromOverlay = overlayIssues(body, overlay, { environment, mode: mode ?? 'test', baseIssues: issues })
    const known = new Set(issues.map(placeOf))
    issues.push(...fromOverlay.filter((issue) => !known.has(placeOf(issue))))
  }
  return issues
}

/** A live environment whose flow takes its return URL from the body. */
function liveHeir(overlays: unknown, environments: Modes): string | undefined {
  return [...environments].find(
    ([name, mode]) => mode === 'live' && memberOf(overlays, [name, 'return_url']) === undefined,
  )?.[0]
}

function bodyIssues(body: Record<string, unknown>, liveEnvironment: string | undefined): Issue[] {
  if (liveEnvironment === undefined) return ruleIssues(body, 'test')
  return ruleIssues(body, 'live').map((issue) =>
    isOfLiveOnly(issue, body) ? inEnvironment(issue, liveEnvironment) : issue,
  )
}

/** Whether test mode would allow it. */
function isOfLiveOnly({ code }: Issue, { return_url: address }: Record<string, unknown>): boolean {
  return code === 'RETURN_URL_INVALID' && returnUrlFault(String(address), 'test') === undefined
}

function inEnvironment(issue: Issue, environment: string): Issue {
  return { ...issue, message: `${issue.message} (in environment ${quote(environment)})` }
}

/** An impossible environment name also means that the environment does not exist: report one fault. */
function isEnvironmentName(code: string, pointer: string, part: string): boolean {
  return (
    code === 'INVALID_VALUE' &&
    part === 'key' &&
    fromPointer(pointer).length === 2 &&
    pointer.startsWith('/environments/')
  )
}

function unknownEnvironment(name: string, environments: readonly string[], pointer: string): Issue {
  const near = nearest(name, environments)
  return {
    code: 'ENVIRONMENT_UNKNOWN',
    message: `the configuration has no environment ${quote(name)}`,
    hint: near === undefined ? `the environments are: ${environments.join(', ')}` : `did you mean "${near}"?`,
    pointer,
    part: 'key',
  }
}

function overlayIssues(
  body: Record<string, unknown>,
  overlay: Record<string, unknown>,
  {
    environment,
    mode,
    baseIssues,
  }: { readonly environment: string; readonly mode: Mode; readonly baseIssues: readonly Issue[] },
): Issue[] {
  const found: Issue[] = []
  const result = mergePatch(body, overlay) as Record<string, unknown>
  for (const issue of checkFlowBody(result, mode)) {
    const path = fromPointer(issue.pointer)
    const set = memberOf(overlay, path)
    const inherited = baseIssues.some(({ code, pointer }) => code === issue.code && pointer === issue.pointer)
    // A mapping in an overlay adds to the body's. It does not replace what was wrong there before.
    if (inherited && (set === undefined || isObject(set.value))) continue
    found.push(
      set === undefined
        ? inEnvironment(issue, environment)
        : {
            ...(isOfLiveOnly(issue, result) ? inEnvironment(issue, environment) : issue),
            pointer: toPointer(['environments', environment, ...path]),
          },
    )
  }
  return found
}

/** What the overlay itself says at a path. */
function memberOf(overlay: unknown, path: readonly string[]): { value: unknown } | undefined {
  let value = overlay
  for (const name of path) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, name)) return undefined
    value = (value as Record<string, unknown>)[name]
  }
  return { value }
}

function placeOf({ part, pointer }: Issue): string {
  return `${part} ${pointer}`
}
