import type { Issue } from '../model/diagnostic.js'
import { referencesIn } from '../model/flow.js'
import { isObject } from '../model/json.js'
import { fromPointer, toPointer } from '../model/json-pointer.js'
import { mergePatch } from '../model/merge-patch.js'
import type { Mode, Modes } from '../model/mode.js'
import { suggest } from '../text/nearest.js'
import { quote } from '../text/quote.js'
import { returnUrlFault } from './address.js'
import { checkFlowBody, mergeIssues, ruleIssues } from './flow-body.js'
import { validate } from './generated/flow.js'
import { validate as validatePart } from './generated/flow-part.js'
import { schemaIssues } from './schema-issues.js'
import { secretIssues } from './secrets.js'

/**
 * Everything that is wrong with one definition as far as its file alone shows it (see combined.ts for those that extend
 * a base or name a variable): the whole against its schema, the body against the rules, then the
 * result of each overlay. A fault that an overlay inherits is not repeated. Pointers lead into the definition: into the
 * overlay if it sets the value, else into the body. `environments`: those of the configuration. The strictest mode
 * among the environments that inherit from the body applies to the body.
 */
export function checkDefinition(value: unknown, environments: Modes): Issue[] {
  if (isComplete(value)) return withSecrets(value, contentIssues(value, environments))
  const isPart = isObject(value) && Object.hasOwn(value, 'extends')
  return withSecrets(value, partIssues(value, environments, isPart ? validatePart : validate))
}

/** Everything that is wrong with a base, whatever extends it. */
export function checkBase(value: unknown, environments: Modes): Issue[] {
  const issues = partIssues(value, environments, validatePart).filter(
    ({ code, pointer }) => code !== 'MISSING_FIELD' || pointer !== '/extends',
  )
  if (!isObject(value) || !Object.hasOwn(value, 'renamed_from')) return withSecrets(value, issues)
  const renamed: Issue = {
    code: 'UNKNOWN_FIELD',
    message: 'a base has no field "renamed_from": it is not a flow',
    hint: 'write it into the definition that gets the new key',
    pointer: '/renamed_from',
    part: 'key',
  }
  return withSecrets(value, [...issues.filter(({ pointer }) => pointer !== renamed.pointer), renamed])
}

/** Whether a definition says everything itself: it extends no base and names no variable. */
export function isComplete(value: unknown): boolean {
  if (!isObject(value)) return true
  const overlays = isObject(value.environments) ? Object.values(value.environments) : []
  return !Object.hasOwn(value, 'extends') && [value, ...overlays].every((one) => referencesIn(one).length === 0)
}

function withSecrets(value: unknown, issues: readonly Issue[]): Issue[] {
  const secrets = secretIssues(value, 'what a flow says is for everybody to see')
  const hidden = new Set(secrets.map(({ pointer }) => pointer))
  return [...secrets, ...issues.filter(({ pointer }) => !hidden.has(pointer))]
}

/** What is wrong in a file that says only part of a flow: its fields, and each of its parts by itself. */
function partIssues(value: unknown, environments: Modes, check: typeof validate): Issue[] {
  const fromSchema = check(value) ? [] : schemaIssues(check.errors ?? [])
  if (!isObject(value)) return fromSchema
  const { environments: overlays, renamed_from: _, extends: _base, ...body } = value
  const issues = mergeIssues(fromSchema, ruleIssues(withoutNulls(body), 'test')).filter(
    ({ code, pointer, part }) => !isEnvironmentName(code, pointer, part),
  )
  if (!isObject(overlays)) return issues
  const ofOverlays = Object.entries(overlays).flatMap(([environment, overlay]) => {
    const at = toPointer(['environments', environment])
    const rules = ruleIssues(withoutNulls(overlay), 'test').map((issue) => ({ ...issue, pointer: at + issue.pointer }))
    return environments.has(environment)
      ? rules
      : [unknownEnvironment(environment, [...environments.keys()], at), ...rules]
  })
  return mergeIssues(issues, ofOverlays)
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

/** What a patch sets: null only takes away what is below it. */
function withoutNulls(patch: unknown): unknown {
  return mergePatch({}, patch)
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

export function inEnvironment(issue: Issue, ...environments: readonly string[]): Issue {
  const names = environments.map((name) => quote(name)).join(', ')
  return { ...issue, message: `${issue.message} (in environment ${names})` }
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
  return {
    code: 'ENVIRONMENT_UNKNOWN',
    message: `the configuration has no environment ${quote(name)}`,
    hint: suggest(name, environments, 'the environments are'),
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
  // What each file says of flows at Stripe is all that can be wrong with it.
  const { stripe_flow: _, ...result } = mergePatch(body, overlay) as Record<string, unknown>
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

/** What a value, such as an overlay, itself says at a path. */
export function memberOf(overlay: unknown, path: readonly string[]): { value: unknown } | undefined {
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
