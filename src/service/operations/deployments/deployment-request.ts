import { type ChangeRequest, type DeploymentRequest, MOST_CHANGES } from '../../../model/deployment.js'
import { type FlowConfig, looksLikeFlowId, normalise } from '../../../model/flow.js'
import { isObject } from '../../../model/json.js'
import { fromPointer, toBrackets, toPointer } from '../../../model/json-pointer.js'
import { modeFor } from '../../../model/mode.js'
import { planDigest } from '../../../model/plan.js'
import { controlCharacterIssues } from '../../../validate/control-characters.js'
import { validate } from '../../../validate/generated/deployment.js'
import { schemaIssues } from '../../../validate/schema-issues.js'
import { ApiError, invalid, invalidValue, missing } from '../../api-error.js'
import { checkedConfig } from '../flows/check-body.js'

export const DEEPEST = 16

const MEMBERS = ['project', 'plan_digest', 'run_id', 'base', 'source', 'allowed', 'changes']
const OPTIONAL = ['approved_digest']

/** Placeholder for configurations, which are checked separately, as flow bodies. */
const ANY_CONFIG: FlowConfig = normalise({ name: 'x', type: 'document' })

/**
 * Refuses a malformed request: wrong types, broken limits, changes that contradict each other, a wrong digest. Does not
 * look at the flows in the store.
 */
export function checkDeploymentRequest(value: unknown, livemode: boolean): DeploymentRequest {
  if (!isObject(value)) throw new ApiError(400, { message: 'Invalid body: must be an object.' })
  checkDepth(value)
  for (const name of MEMBERS) if (value[name] === undefined) throw missing(name)
  for (const name of Object.keys(value)) {
    if (!MEMBERS.includes(name) && !OPTIONAL.includes(name))
      throw invalid('parameter_unknown', name, `Received unknown parameter: ${name}`)
  }
  checkSize(value.changes)
  checkBase(value.base)
  checkSchema(value, livemode)
  checkCharacters(value)
  const request = value as unknown as DeploymentRequest
  checkChanges(request.changes)
  if (planDigest({ ...request, livemode }) !== request.plan_digest) {
    const message = 'Invalid plan_digest: it is not the digest of this project, mode, base and changes.'
    throw invalid('plan_digest_mismatch', 'plan_digest', message)
  }
  return request
}

/** The configuration that a change writes, checked like every flow. */
export function configOf({ after }: ChangeRequest, index: number, livemode: boolean): FlowConfig {
  return checkedConfig(after, modeFor(livemode), `/changes/${index}/after`)
}

/** Runs before any recursive check: a flow is at most five levels deep, and the stack is limited. */
function checkDepth(value: unknown, path: readonly string[] = []): void {
  if (value === null || typeof value !== 'object') return
  if (path.length > DEEPEST) {
    const param = toBrackets(toPointer(path.slice(0, 5)))
    throw invalidValue(param, `Invalid ${param}: it is nested too deep.`)
  }
  for (const [name, member] of Object.entries(value)) {
    if (member !== null && typeof member === 'object') checkDepth(member, [...path, name])
  }
}

/** Configurations are left out: they are checked as flow bodies. */
function checkCharacters({ changes, ...rest }: Record<string, unknown>): void {
  const bare = (changes as readonly ChangeRequest[]).map((change) => ({ ...change, after: null }))
  const [first] = controlCharacterIssues({ ...rest, changes: bare })
  if (first === undefined) return
  const param = toBrackets(first.pointer)
  throw invalidValue(param, `Invalid ${param}: must not hold control characters.`)
}

function checkSize(changes: unknown): void {
  if (!Array.isArray(changes)) throw invalidValue('changes', 'Invalid changes: must be a list.')
  if (changes.length === 0) throw invalid('parameter_invalid_empty', 'changes', 'A deployment needs changes.')
  if (changes.length > MOST_CHANGES) {
    throw invalidValue('changes', `Invalid changes: ${changes.length} are more than ${MOST_CHANGES}.`)
  }
}

function checkBase(base: unknown): void {
  const last = isObject(base) && Object.keys(base).length === 1 ? base.last_deployment : undefined
  if (last !== null && typeof last !== 'string') {
    throw invalidValue('base', 'Invalid base: must hold last_deployment, an id or null.')
  }
}

/** The request is checked as the deployment that it would become, so the same limits apply. */
function checkSchema(value: Record<string, unknown>, livemode: boolean): void {
  const { base, changes, ...rest } = value
  const deployment = {
    id: 'new',
    object: 'identity.flow_deployment',
    created: 0,
    livemode,
    actor: null,
    approved_digest: null,
    ...rest,
    changes: (changes as unknown[]).map((change) =>
      isObject(change)
        ? {
            ...change,
            id: change.id === null ? 'new' : change.id,
            after: change.after === undefined ? undefined : ANY_CONFIG,
            version: 1,
            before: null,
          }
        : change,
    ),
  }
  if (validate(deployment)) return
  const [first] = schemaIssues(validate.errors ?? [])
  const param = toBrackets(first?.pointer ?? '')
  if (first?.code === 'MISSING_FIELD') throw missing(param)
  const message = `Invalid ${fromPointer(first?.pointer ?? '').join('.')}: ${first?.message ?? 'not a deployment'}`
  throw first?.code === 'UNKNOWN_FIELD' ? invalid('parameter_unknown', param, message) : invalidValue(param, message)
}

/** What each action requires of its change. */
function checkChanges(changes: readonly ChangeRequest[]): void {
  const ids = new Set<string>()
  const keys = new Set<string>()
  for (const [index, change] of changes.entries()) {
    const refuse = (member: keyof ChangeRequest, message: string) => {
      throw invalidValue(`changes[${index}][${member}]`, `Invalid change of '${change.key}': ${message}.`)
    }
    const { action, id, key, previous_key, base_version, after } = change
    if ((id === null) !== (action === 'create')) refuse('id', `${action} ${id === null ? 'needs' : 'has no'} id`)
    if ((base_version === null) !== (id === null)) refuse('base_version', 'it goes with the id')
    if ((after === null) !== (action === 'archive')) refuse('after', `${action} ${after ? 'has no' : 'needs an'} after`)
    if (previous_key !== null && !MOVES_KEY.has(action)) refuse('previous_key', `${action} keeps the key`)
    if (action === 'rename' && previous_key === null) refuse('previous_key', 'rename needs the old key')
    if ((id === null || previous_key !== null) && looksLikeFlowId(key)) refuse('key', 'a key must not look like an id')
    if (previous_key === key) refuse('previous_key', 'it is the same key')
    if (id !== null && ids.has(id)) refuse('id', 'the set holds another change of this flow')
    if (keys.has(key)) refuse('key', 'the set holds another change with this key')
    if (id !== null) ids.add(id)
    keys.add(key)
  }
}

const MOVES_KEY = new Set<ChangeRequest['action']>(['rename', 'adopt', 'restore'])
