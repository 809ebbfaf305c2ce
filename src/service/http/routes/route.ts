import type { ReadCall, WriteCall } from '../../operations/calls/call.js'
import type { Expand } from '../../operations/calls/expand.js'
import type { Scope } from '../../operations/keys/scopes.js'
import { type Shapes, shaped, shapedFilters } from '../requests/shape.js'

/** Already in the kinds that the shapes name; the operations' own types say which. */
// biome-ignore lint/suspicious/noExplicitAny: the shapes of a route are what makes its parameters fit the operation.
export type Params = Readonly<Record<string, any>>

/** What an answer is: the name of a resource, as the OpenAPI document describes it. */
export type Resource =
  | 'verification_flow'
  | 'verification_flow_version'
  | 'flow_deployment'
  | 'deployed_flow'
  | 'verification_session'
  | 'verification_report'
  | 'event'
  | 'webhook_endpoint'
  | 'webhook_delivery'
  | 'api_key'
  | 'ephemeral_key'

/** One path and method: who may call it, which parameters it takes, and which operation it is. */
interface Route<Method, Call, Result> {
  readonly method: Method
  readonly url: string
  /** For people, in a few words: "Retrieve a verification session". */
  readonly summary: string
  /** Null where every valid key may call it. */
  readonly scope: Scope | null
  /** Only keys of the test mode may call it. */
  readonly testOnly?: boolean
  /** A key made for one session may call it, for that session. */
  readonly ofOneSession?: boolean
  readonly shapes: Shapes
  /** Dotted paths in the resource that `expand[]` may name. */
  readonly expandable: readonly string[]
  readonly answers: Resource
  /** Members that only the first answer holds: one that is stored for retries is stored without them. */
  readonly shownOnce?: readonly string[]
  /** Members that a stored answer gives again only to the API key that it was made for. */
  readonly shownToMaker?: readonly string[]
  /** Of DELETE: the answer is the object that is gone, where others say only that it is. */
  readonly answersWhole?: boolean
  readonly isList: boolean
  run(call: Call, params: Params, id: string, expand: Expand): Promise<Result>
}

export type ReadRoute = Route<'GET', ReadCall, unknown>
export type WriteRoute = Route<'POST' | 'DELETE', WriteCall, { readonly id: string }>
export type AnyRoute = ReadRoute | WriteRoute

type Described<R extends AnyRoute> = Pick<R, 'summary' | 'scope' | 'answers'> & {
  readonly expandable?: R['expandable']
}

export const PAGE: Shapes = { limit: 'integer', starting_after: 'name', ending_before: 'name', created: 'times' }

export function read(
  url: string,
  described: Described<ReadRoute>,
  run: (call: ReadCall, id: string, expand: Expand) => Promise<unknown>,
): ReadRoute {
  const rest = { method: 'GET', url, shapes: {}, expandable: [], isList: false } as const
  return { ...rest, ...described, run: (call, _params, id, expand) => run(call, id, expand) }
}

/** A list that is always answered whole. */
export function readAll(
  url: string,
  described: Described<ReadRoute>,
  run: (call: ReadCall, id: string) => Promise<unknown>,
): ReadRoute {
  return { ...read(url, described, run), isList: true }
}

export function list(url: string, described: Described<ReadRoute>, shapes: Shapes, run: ReadRoute['run']): ReadRoute {
  return { method: 'GET', url, expandable: [], ...described, shapes: { ...PAGE, ...shapes }, isList: true, run }
}

export function write(
  url: string,
  described: Described<WriteRoute> & { readonly testOnly?: boolean },
  shapes: Shapes,
  run: WriteRoute['run'],
): WriteRoute {
  return { method: 'POST', url, expandable: [], ...described, shapes, isList: false, run }
}

/** DELETE, which answers the id of what is gone. */
export function remove(url: string, described: Described<WriteRoute>, run: WriteRoute['run']): WriteRoute {
  return { method: 'DELETE', url, expandable: [], ...described, shapes: {}, isList: false, run }
}

/** The parameters of a request in the types of its operation. */
export function paramsOf(
  { method, shapes }: { readonly method: AnyRoute['method']; readonly shapes: Shapes },
  values: Readonly<Record<string, unknown>>,
) {
  const { expand, ...rest } = values
  const named = expand === undefined ? {} : shaped<Params>({ expand }, { expand: { listOf: 'text' } })
  const params = method === 'GET' ? shapedFilters<Params>(rest, shapes) : shaped<Params>(rest, shapes)
  return { params, expand: named.expand as readonly string[] | null | undefined }
}
