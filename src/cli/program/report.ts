import { Failure, InvalidDefinitions } from '../../app/failure.js'
import { RemoteError, type Subject } from '../../remote/remote.js'
import { StoreError } from '../../store/store-error.js'
import { formatTime, plural, printable } from '../../text/text.js'
import { jsonText } from '../options/format.js'
import { type DiagnosticsFormat, showDiagnostics } from '../views/diagnostics.js'
import { ExitCode, exitCodeOf } from './exit-code.js'
import type { Terminal } from './terminal.js'

/** Reports why a command stopped, in the requested format if that can express it. Returns the exit code. */
export function report(error: unknown, terminal: Terminal, format: DiagnosticsFormat): ExitCode {
  if (error instanceof InvalidDefinitions) {
    const { diagnostics, root } = error
    return showDiagnostics(diagnostics, { terminal, format, root })
  }
  const { message, hint, exitCode } = describe(error)
  if (format === 'json') {
    terminal.result(jsonText({ format: 'flows.error', format_version: '1.0', ...errorBody(error) }))
  } else {
    terminal.talk(`${terminal.talkPalette.red('error')} ${lines(message)}\n`)
    if (hint !== undefined) terminal.talk(`${terminal.talkPalette.cyan('hint')}  ${printable(hint)}\n`)
  }
  return exitCode
}

/** The members of an error in JSON. */
export function errorBody(error: unknown) {
  const { code, message, hint, details, exitCode } = describe(error)
  return { code, message, hint, ...details, exit_code: exitCode }
}

/** Indents lines after the first, so that foreign text cannot pass for a line of this program. */
function lines(message: string): string {
  const [first = '', ...others] = message.split('\n').map(printable)
  return [first, ...others.map((line) => (line.startsWith('  ') ? line : `  ${line}`))].join('\n')
}

interface Description {
  readonly code: string
  readonly message: string
  readonly hint?: string | undefined
  readonly exitCode: ExitCode
  readonly details?: Readonly<Record<string, unknown>>
}

/** What every format says about a reason to stop. */
export function describe(error: unknown): Description {
  if (error instanceof InvalidDefinitions) return describeDefinitions(error)
  if (error instanceof Failure) {
    const { code, message, hint = WAYS_ON[code], details } = error
    return { code, message, hint, exitCode: exitCodeOf(error), details }
  }
  if (error instanceof RemoteError) return describeRemote(error)
  if (error instanceof StoreError) return { code: error.code, message: error.message, exitCode: ExitCode.failed }
  if (isSystemError(error)) return { code: 'system_error', message: error.message, exitCode: ExitCode.failed }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return {
    code: 'internal_error',
    message: `This is a fault in flows itself, not in your definitions.\n${message}`,
    hint: 'please report it, with the lines above',
    exitCode: ExitCode.failed,
  }
}

/** Helpful commands by failure code, for failures that cannot name commands themselves. */
const WAYS_ON: Readonly<Record<string, string>> = {
  plan_file_invalid: 'flows plan --out makes a new one; nothing was written',
  plan_not_saved_with_out: 'flows plan --out saves one that can be applied',
  plan_of_other_environment: 'leave out --env and FLOWS_ENV, or plan again',
  plan_of_other_mode: 'flows plan --out makes one for here',
  plan_of_other_project: 'flows plan --out makes one for here',
  plan_of_other_service: 'flows plan --out makes one for here',
  plan_of_other_store: 'flows plan --out makes one for here',
}

function describeDefinitions({ diagnostics }: InvalidDefinitions): Description {
  const message = `The definitions are invalid: ${plural(diagnostics.filter(({ severity }) => severity === 'error').length, 'error')}.`
  return { code: 'definitions_invalid', message, exitCode: ExitCode.definitionsInvalid }
}

/** A failed call to the operating system: a full disk, a file without permission. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error
}

function describeRemote(error: RemoteError): Description {
  const request = error.requestId === undefined ? '' : ` (request ${error.requestId})`
  switch (error.kind) {
    case 'stale':
      return {
        code: error.code ?? 'plan_stale',
        message: ['The plan is stale: nothing was written.', ...error.stale.map(staleLine)].join('\n'),
        hint: 'run flows plan again and review what changed',
        exitCode: ExitCode.planStale,
        details: { stale: error.stale },
      }
    case 'not_authorised':
      return {
        code: error.code ?? 'not_authorised',
        message: error.message + request,
        ...(error.keyVariable && { hint: `check the key in the environment variable ${error.keyVariable}` }),
        exitCode: ExitCode.notAuthorised,
      }
    case 'unreachable':
      return {
        code: error.code ?? 'unreachable',
        message: error.message + request,
        ...(error.retryIsSafe &&
          !error.isRead && { hint: 'running the command again is safe: nothing is ever applied twice' }),
        exitCode: ExitCode.failed,
      }
    case 'not_found':
    case 'invalid':
      return {
        code: error.code ?? error.kind,
        message: error.message + request,
        hint: error.subject && `flows ${LISTS[error.subject]} shows what there is`,
        exitCode: ExitCode.failed,
        details: { param: error.param },
      }
  }
}

/** The commands that list the things that were not found. */
const LISTS: Readonly<Record<Subject, string>> = {
  flow: 'list',
  deployment: 'history',
  session: 'sessions list',
  key: 'keys list',
}

function staleLine(flow: RemoteError['stale'][number]): string {
  const base = flow.base_version === null ? 'was to be new' : `was at version ${flow.base_version}`
  const now = flow.current_version === null ? 'is gone' : `is at version ${flow.current_version}`
  const who = flow.updated === null ? '' : `, changed by ${flow.updated_by ?? 'someone'} ${formatTime(flow.updated)}`
  return `  ${flow.key} ${base}, now ${now}${who}`
}
