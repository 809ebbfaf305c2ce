import { fromPointer } from '../model/json-pointer.js'
import { RemoteError } from '../remote/remote.js'
import { formatTime, printable } from '../text/text.js'
import type { Answer, Diagnostic, Step } from './framework/provider.js'

type Path = Diagnostic['path']

export function error(summary: string, detail: string, path: Path = []): Diagnostic {
  return { severity: 'error', summary: sentence(summary), detail: printableLines(detail), path }
}

export function warning(summary: string, detail: string, path: Path = []): Diagnostic {
  return { ...error(summary, detail, path), severity: 'warning' }
}

export function attribute(name: string): Step {
  return { attribute: name }
}

export function hasError(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === 'error')
}

/**
 * A JSON Pointer in a definition as Terraform's path. Terraform finds the line of an attribute, of one in a block, and
 * of a map's key. A path into a nested attribute or a set would lead to the first line of the resource.
 */
export function pathOf(pointer: string): Step[] {
  const [first = '', second, ...rest] = fromPointer(pointer)
  if (first === '') return []
  if (first === 'metadata' && second !== undefined) return [attribute(first), { key: second }]
  if (first !== 'options' || second === undefined) return [attribute(first)]
  return [first, second, ...rest.slice(0, 1)].map(attribute)
}

/** The result of a call to the service: its answer, or a diagnostic about its failure. */
export async function told<T>(work: () => Promise<Answer<T>>, otherwise: T): Promise<Answer<T>> {
  try {
    return await work()
  } catch (failure) {
    return { result: otherwise, diagnostics: [failed(failure)] }
  }
}

/** A failure that people can mend. Anything else is a fault of this program and is thrown unchanged. */
export function failed(failure: unknown, path: Path = []): Diagnostic {
  if (!(failure instanceof RemoteError)) throw failure
  const { kind, code, message } = failure
  const request = failure.requestId === undefined ? '' : ` (request ${failure.requestId})`
  // A question keeps its question mark.
  const [text = '', mark] = /[.?]$/.test(message) ? [message.slice(0, -1), message.at(-1)] : [message, '.']
  const said = `${sentence(text)}${request}${mark}`
  const summary = code === 'rate_limit' ? 'Too many requests to the flows API at once' : SUMMARIES[kind]
  return error(summary, [said, ...way(kind, code)].join(' '), path)
}

const SUMMARIES: Readonly<Record<RemoteError['kind'], string>> = {
  not_authorised: 'The flows API refuses this key',
  stale: 'A flow was changed by somebody else meanwhile',
  invalid: 'The flows API refuses the request',
  not_found: 'The flows API knows no such thing',
  unreachable: 'The flows service cannot be used',
}

function way(kind: RemoteError['kind'], code: string | undefined): string[] {
  if (code === 'scope_missing')
    return ['Plan needs flows:read, apply needs deployments:write; a session, sessions:write.']
  if (code === 'no_driver') return [NO_DRIVER]
  if (kind === 'not_authorised') return ['Set api_key, or the environment variable FLOWS_API_KEY, to a valid key.']
  if (kind === 'stale') return ['Nothing was written. Plan again: it shows what changed.']
  return []
}

const NO_DRIVER =
  'Packages are looked for from the directory where terraform is run: "npm install @photostructure/sqlite" there will do.'

/** For a provider block whose values come from something that is not applied yet. */
export function notConfigured(): Diagnostic {
  return error('The provider is not configured yet', 'Its block holds values that are known only after apply.')
}

/** "ci, 2026-11-20 10:02 UTC (version 3)". */
export function lastWrite(flow: {
  readonly version: number
  readonly updated: number
  readonly updated_by: string | null
}): string {
  return `${flow.updated_by ?? 'somebody'}, ${formatTime(flow.updated)} (version ${flow.version})`
}

/** Capitalises the first letter if the text begins with a word, not an address. */
export function sentence(text: string): string {
  return printable(text.replace(/^[a-z](?=[a-z]*[\s,.])/, (letter) => letter.toUpperCase()))
}

/** Details may have several lines, such as a block to write. */
function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n')
}
