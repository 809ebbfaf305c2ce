import { BlockList, isIP } from 'node:net'
import type { FlowBinding, FlowRecord } from '../../../store/flows.js'
import type { KeyBinding } from '../../../store/keys.js'
import { ApiError, invalid, invalidValue, notFound } from '../../api-error.js'
import type { Principal } from '../calls/principal.js'
import { checkKey } from '../flows/check-key.js'
import { parseRange } from '../webhooks/webhook-targets.js'
import type { Scope } from './scopes.js'

/** The most patterns, and the most ranges of addresses, that one key has. */
export const MOST_BINDINGS = 50

const PATTERN = /^[a-z0-9_*-]{1,63}$/

/** What a key that is bound to a project or to flows can be allowed: everything else reaches beyond any flow. */
const WITHIN_FLOWS: readonly Scope[] = [
  'flows:read',
  'flows:write',
  'deployments:write',
  'sessions:read',
  'sessions:write',
  'reports:read',
]

export interface BindingParams {
  /** Only flows of this project, and what belongs to them. */
  readonly project?: string | null | undefined
  /** Only flows with these keys; * stands for any characters. */
  readonly flows?: readonly string[] | null | undefined
  /** Only requests from these addresses, or ranges of them. */
  readonly addresses?: readonly string[] | null | undefined
}

/** Checks what a new key is to be bound to. Lists are sorted, without duplicates. */
export function checkBinding(params: BindingParams, scopes: readonly Scope[] | null): KeyBinding {
  const { project = null } = params
  if (project !== null) checkKey(project, 'project')
  const flows = checkList(params.flows, 'flows', (pattern) =>
    PATTERN.test(pattern) ? undefined : 'write keys of flows, where * stands for any characters, as in kyc-*',
  )
  const addresses = checkList(params.addresses, 'addresses', (range) =>
    parseRange(range) === undefined ? 'write an address, or a range such as 10.0.0.0/8 or 2001:db8::/32' : undefined,
  )
  if (project !== null || flows !== null) checkScopes(scopes, { project, keys: flows })
  return { project, flows, addresses }
}

function checkList(
  values: readonly string[] | null | undefined,
  name: string,
  faultOf: (value: string) => string | undefined,
): readonly string[] | null {
  if (values == null) return null
  if (values.length === 0) throw invalid('parameter_invalid_empty', name, `Invalid ${name}: name at least one.`)
  if (values.length > MOST_BINDINGS) throw invalidValue(name, `Invalid ${name}: at most ${MOST_BINDINGS}.`)
  for (const [index, value] of values.entries()) {
    const fault = faultOf(value)
    if (fault !== undefined) throw invalidValue(`${name}[${index}]`, `Invalid ${name}: ${fault}.`)
  }
  return [...new Set(values)].sort()
}

function checkScopes(scopes: readonly Scope[] | null, binding: FlowBinding): void {
  if (scopes === null) {
    throw invalidValue('scopes', 'A key that is bound to a project or to flows is a restricted key: give scopes.')
  }
  const beyond = scopes.find((scope) => !WITHIN_FLOWS.includes(scope))
  if (beyond !== undefined) {
    const message = `A key that is bound to a project or to flows cannot have the scope ${beyond}, which reaches beyond them.`
    throw invalidValue('scopes', message)
  }
  if (scopes.includes('deployments:write') && binding.project === null) {
    throw invalidValue('project', 'A deployment is of one project: bind a key that deploys to that, too.')
  }
}

/** Whether every address that is in one of `ranges` is in one of `allowed`, too. */
export function areWithin(ranges: readonly string[], allowed: readonly string[]): boolean {
  return ranges.every((text) => {
    const inner = parseRange(text)
    return allowed.some((other) => {
      const outer = parseRange(other)
      if (inner === undefined || outer === undefined || inner.family !== outer.family) return false
      return inner.bits >= outer.bits && isIn(other, inner.address)
    })
  })
}

/** Throws 403 if the caller's key may not be used from the address. An IPv4 address may be written as an IPv6 one. */
export function refuseAddress(principal: Principal, address: string | undefined): void {
  const allowed = principal.kind === 'key' ? principal.addresses : null
  if (allowed == null) return
  if (address !== undefined && allowed.some((range) => isIn(range, address))) return
  const message = `This API key may be used from other addresses only, and the request came from ${address ?? 'none'}.`
  throw new ApiError(403, { code: 'key_bound', message })
}

function isIn(range: string, address: string): boolean {
  const [given = ''] = address.split('%')
  const plain = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(given)?.[1] ?? given
  const parsed = parseRange(range)
  const family = isIP(plain)
  if (parsed === undefined || family === 0) return false
  const list = new BlockList()
  list.addSubnet(parsed.address, parsed.bits, parsed.family)
  return list.check(plain, family === 4 ? 'ipv4' : 'ipv6')
}

/** The flows that the caller's key is bound to; null if it reaches all. */
export function bindingOf(principal: Principal): FlowBinding | null {
  return principal.kind === 'key' ? (principal.binding ?? null) : null
}

/** Whether a flow is one of those that the caller's key is bound to. */
export function isWithin(principal: Principal, flow: Pick<FlowRecord, 'key' | 'project'>): boolean {
  const binding = bindingOf(principal)
  if (binding === null) return true
  return (binding.project === null || flow.project === binding.project) && mayName(principal, flow.key)
}

/** Whether the patterns of the caller's key permit this key of a flow. */
export function mayName(principal: Principal, key: string): boolean {
  const keys = bindingOf(principal)?.keys ?? null
  return keys === null || keys.some((pattern) => matches(pattern, key))
}

/** Not a regular expression, whose worst case is slow. */
function matches(pattern: string, key: string): boolean {
  const [first = '', ...others] = pattern.split('*')
  const last = others.pop()
  if (last === undefined) return key === pattern
  if (!key.startsWith(first) || !key.endsWith(last)) return false
  let from = first.length
  for (const part of others) {
    const found = key.indexOf(part, from)
    if (found === -1) return false
    from = found + part.length
  }
  return from <= key.length - last.length
}

/** Throws 403 unless the key may touch a flow of this key and project. Nothing is looked up, so nothing is told. */
export function refuseBeyond(principal: Principal, flow: Pick<FlowRecord, 'key' | 'project'>, param: string): void {
  if (!isWithin(principal, flow)) throw beyondBinding(principal, param)
}

/** Throws 403 if the key is bound to another project. */
export function refuseOtherProject(principal: Principal, project: string, param: string): void {
  const own = bindingOf(principal)?.project ?? null
  if (own !== null && own !== project) throw beyondBinding(principal, param)
}

export function beyondBinding(principal: Principal, param?: string): ApiError {
  const message = `This API key is bound to ${inWords(principal)}, and this lies beyond.`
  return new ApiError(403, { code: 'key_bound', message, ...(param !== undefined && { param }) })
}

/** 404 with the same words for what is not there and for what is beyond the key's binding. */
export function notFoundFor(principal: Principal, what: string, id: string, param: string): ApiError {
  const error = notFound(what, id, param)
  if (bindingOf(principal) === null) return error
  return new ApiError(404, {
    code: 'resource_missing',
    param,
    message: `${error.message} among what this API key is bound to: ${inWords(principal)}.`,
  })
}

function inWords(principal: Principal): string {
  const { project = null, keys = null } = bindingOf(principal) ?? {}
  const parts = [
    ...(project === null ? [] : [`the project ${project}`]),
    ...(keys === null ? [] : [`the flows ${keys.join(', ')}`]),
  ]
  return parts.join(' and ')
}
