import { isCommit } from '../ci/commit.js'
import { isRunId } from '../ci/job.js'
import { KEY_PATTERN } from '../model/flow.js'
import { isObject } from '../model/json.js'

/**
 * An invisible header in the first line of a plan's comment. By it, a later run knows its own comment and the plan in
 * it. Nothing in it is secret or proves anything: anybody who can edit the comment can edit it. See plan-comments.ts.
 */
export interface PlanHeader {
  readonly project: string
  readonly environment: string
  readonly status: 'planned' | 'applied' | 'outdated'
  /** The plan's own digest. */
  readonly digest: string
  /** SHA-256 of the saved plan's file, byte for byte; null if none was saved. */
  readonly file_sha256: string | null
  /** What the plan was made from. If not the pull request's last commit, the plan is not about that commit. */
  readonly commit: string | null
  /** Where the saved plan is kept: the workflow run at GitHub, the job at GitLab. */
  readonly run_id: string | null
  /** Keys of the flows that it changes; null if they are too many to list. */
  readonly keys: readonly string[] | null
  readonly deployment: string | null
}

const BEGIN = '<!-- flows-plan '
const END = ' -->'
/** Longest header in characters, so that the plan has room in the comment: see COMMENT_ROOM. */
const LONGEST = 4_000

/** One line. No member can end the comment: the line has no ">" and no two hyphens in a row. */
export function writeHeader(header: PlanHeader): string {
  const line = lineOf(header)
  return line.length <= LONGEST ? line : lineOf({ ...header, keys: null })
}

function lineOf(header: PlanHeader): string {
  const json = JSON.stringify({ version: 1, ...header })
  return BEGIN + json.replace(/[<>&\u0080-\uffff]|--/g, escaped) + END
}

function escaped(text: string): string {
  const code = text.charCodeAt(0).toString(16).padStart(4, '0')
  return `${text.slice(1)}\\u${code}`
}

/** The header of a comment's body; null if the first line is not a header. The lines below are never looked at. */
export function readHeader(body: string): PlanHeader | null {
  const [line = ''] = body.split(/\r?\n/, 1)
  if (!line.startsWith(BEGIN) || !line.endsWith(END)) return null
  let value: unknown
  try {
    value = JSON.parse(line.slice(BEGIN.length, -END.length))
  } catch {
    return null
  }
  if (!isObject(value) || value.version !== 1) return null
  const { version: _, ...members } = value
  return isHeader(members) ? members : null
}

/** The body without its header. */
export function belowHeader(body: string): string {
  const end = body.indexOf('\n')
  return end === -1 ? '' : body.slice(end + 1)
}

const DIGEST = /^[0-9a-f]{64}$/
const DEPLOYMENT = /^[A-Za-z0-9_]{1,100}$/
const STATUSES: readonly unknown[] = ['planned', 'applied', 'outdated']

/** Checks the form of everything that reaches a shell or an address. */
function isHeader(value: Record<string, unknown>): value is Record<string, unknown> & PlanHeader {
  const { project, environment, status, digest, file_sha256, commit, run_id, keys, deployment } = value
  return (
    fits(project, KEY_PATTERN) &&
    fits(environment, KEY_PATTERN) &&
    STATUSES.includes(status) &&
    fits(digest, DIGEST) &&
    (file_sha256 === null || fits(file_sha256, DIGEST)) &&
    (commit === null || isCommit(commit)) &&
    (run_id === null || isRunId(run_id)) &&
    (keys === null || (Array.isArray(keys) && keys.every((key) => typeof key === 'string'))) &&
    (deployment === null || isDeploymentId(deployment))
  )
}

export function isDeploymentId(value: unknown): value is string {
  return fits(value, DEPLOYMENT)
}

function fits(value: unknown, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value)
}
