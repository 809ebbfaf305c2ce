import type { LookupCall, WriteCall } from '../operations/calls/call.js'
import type { Expand } from '../operations/calls/expand.js'
import { DEFAULT_LIMIT, MOST } from '../operations/calls/list.js'
import type { Scope } from '../operations/keys/scopes.js'
import type { Decoded } from './decode.js'
import { integer, name, type Params, times, type Values } from './param.js'
import type { Schema } from './published.js'

/**
 * All facts about one path and method, in one place: who may call it, what it takes and answers, and whether Stripe has
 * it. The HTTP layer, the check of the key and the OpenAPI document are derived from it.
 */
export interface Facts {
  /** For people, in a few words: "Retrieve a verification session". */
  readonly summary: string
  /** More, where the summary is not enough. */
  readonly description?: string
  /** Null if every valid key may call it. */
  readonly scope: Scope | null
  /** Only keys of the test mode may call it. */
  readonly testOnly?: boolean
  /** An ephemeral key may call it, for its own session only. */
  readonly ofOneSession?: boolean
  /** A key that is bound to a project or to flows may call it: what it does keeps within the binding. */
  readonly keepsBinding?: boolean
  /** Whether Stripe has it too. */
  readonly isStripes?: boolean
  /** The shape of the answer, named in schemas/api.schema.json. */
  readonly answers: Resource
  /** Dotted paths in the resource that `expand[]` may name. */
  readonly expandable?: readonly string[]
  /** Members that only the first answer shows: the copy that is stored for retries lacks them. */
  readonly shownOnce?: readonly string[]
  /** Members that a replayed answer shows only to the API key that got the first answer. */
  readonly shownToMaker?: readonly string[]
  /** Whether it waits for no lock before the event that it causes. */
  readonly tellsAtOnce?: boolean
  /** For DELETE: the answer is the whole deleted object. Elsewhere it only says that the object is deleted. */
  readonly answersWhole?: boolean
}

type Resource =
  | 'verification_flow'
  | 'verification_flow_version'
  | 'verification_flow_probe'
  | 'flow_state'
  | 'flow_deployment'
  | 'deployed_flow'
  | 'verification_session'
  | 'verification_report'
  | 'event'
  | 'webhook_endpoint'
  | 'webhook_delivery'
  | 'api_key'
  | 'ephemeral_key'

/** What every row has, however it is run. */
export interface Row extends Facts {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly url: string
  readonly params: Params
  readonly expandable: readonly string[]
  readonly isList: boolean
}

interface Operation<Method, Call, Result> extends Row {
  readonly method: Method & Row['method']
  run(call: Call, params: Decoded, id: string, expand: Expand): Promise<Result>
}

export type ReadRoute = Operation<'GET', LookupCall, unknown>
export type WriteRoute = Operation<'POST' | 'DELETE', WriteCall, { readonly id: string }>
export type AnyRoute = ReadRoute | WriteRoute

/** A row whose handler is written by hand. These members tell the document what the handler does. */
export interface SpecialRoute extends Row {
  /** Headers that it reads. */
  readonly headers?: Readonly<Record<string, Schema>>
  /** The body, if it is JSON. Its schema is built only for the document, which few servers are ever asked for. */
  readonly body?: { readonly description: string; readonly limits: Schema; readonly schema: () => Schema }
  /** The answer in one sentence, and its headers. */
  readonly answer: { readonly description: string; readonly headers?: Readonly<Record<string, Schema>> }
  /** What a 304 means: nothing has changed since the ETag that the request sent. */
  readonly notModified?: string
}

export function read(
  url: string,
  facts: Facts,
  run: (call: LookupCall, id: string, expand: Expand) => Promise<unknown>,
): ReadRoute {
  const rest = { method: 'GET', url, params: {}, expandable: [], isList: false } as const
  return { ...rest, ...facts, run: (call, _params, id, expand) => run(call, id, expand) }
}

/** A list that is always answered whole. */
export function readAll(url: string, facts: Facts, run: (call: LookupCall, id: string) => Promise<unknown>): ReadRoute {
  return { ...read(url, facts, run), isList: true }
}

/** Where a page of a list begins. */
export const CURSORS = {
  limit: integer(`How many objects to answer, from 1 to ${MOST}.`, {
    minimum: 1,
    maximum: MOST,
    default: DEFAULT_LIMIT,
  }),
  starting_after: name('Id of the last object of the page before this one.'),
  ending_before: name('Id of the first object of the page after this one.'),
}

export const PAGE = {
  ...CURSORS,
  created: times('When the objects were created, in unix seconds: one moment, or a range.'),
}

/** A list in pages. Filters have no limits: a value that does not exist finds nothing. */
export function list<P extends Params>(
  url: string,
  facts: Facts,
  params: P,
  run: (call: LookupCall, params: Values<P>, id: string, expand: Expand) => Promise<unknown>,
): ReadRoute {
  return { method: 'GET', url, expandable: [], ...facts, params, isList: true, run: run as ReadRoute['run'] }
}

export function write<P extends Params>(
  url: string,
  facts: Facts,
  params: P,
  run: (call: WriteCall, params: Values<P>, id: string, expand: Expand) => Promise<{ readonly id: string }>,
): WriteRoute {
  return { method: 'POST', url, expandable: [], ...facts, params, isList: false, run: run as WriteRoute['run'] }
}

/** DELETE, which answers the id of the deleted object. */
export function remove(
  url: string,
  facts: Facts,
  run: (call: WriteCall, id: string) => Promise<{ readonly id: string }>,
): WriteRoute {
  const rest = { method: 'DELETE', url, params: {}, expandable: [], isList: false } as const
  return { ...rest, ...facts, run: (call, _params, id) => run(call, id) }
}
