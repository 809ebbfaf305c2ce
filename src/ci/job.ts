import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { isObject } from '../model/json.js'
import { isCommit } from './commit.js'

export type Env = Readonly<Record<string, string | undefined>>

/** What a CI job says about itself, in the variables that its service sets. A malformed value counts as missing. */
export interface CiJob {
  readonly service: 'github' | 'gitlab'
  /** The pull request that the job runs for. */
  readonly pullRequest: number | null
  /** The last commit of that pull request; else the commit that was pushed. */
  readonly commit: string | null
  /** The merge of `commit` that the service made to try it, if the job runs on that merge. It is on no branch. */
  readonly trial: string | null
  readonly branch: string | null
  /** Addresses for people, without anything that could be a token. */
  readonly repository: string | null
  readonly run: string | null
  /** Where the job's artifacts are kept: the workflow run at GitHub, the job at GitLab. */
  readonly runId: string | null
}

/** The job that this process is part of, at GitHub Actions or GitLab CI; undefined elsewhere. */
export function ciJob(env: Env): CiJob | undefined {
  if (env.GITHUB_REPOSITORY || env.GITHUB_SHA) return onGithub(env)
  if (env.CI_PROJECT_ID || env.CI_COMMIT_SHA) return onGitlab(env)
  return undefined
}

/** https://docs.github.com/actions/reference/variables-reference */
function onGithub(env: Env): CiJob {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: name, GITHUB_RUN_ID: id, GITHUB_REF: ref = '' } = env
  const event = pullRequestOf(env.GITHUB_EVENT_PATH)
  const tried = /^refs\/pull\/(\d+)\//.exec(ref)?.[1]
  const sha = orNull(env.GITHUB_SHA, isCommit)
  const commit = event?.commit ?? sha
  const repository = server && name ? webAddress(`${server}/${name}`) : null
  return {
    service: 'github',
    pullRequest: event?.number ?? numberOf(tried),
    commit,
    // Not for pull_request_target: there it is a commit of the base, and contains nothing of the pull request.
    trial: tried !== undefined && sha !== commit ? sha : null,
    branch: branchName(env.GITHUB_HEAD_REF || (ref.startsWith('refs/heads/') ? env.GITHUB_REF_NAME : undefined)),
    repository,
    run: repository !== null && isRunId(id) ? `${repository}/actions/runs/${id}` : null,
    runId: orNull(id, isRunId),
  }
}

/** https://docs.gitlab.com/ci/variables/predefined_variables/ */
function onGitlab(env: Env): CiJob {
  const sha = orNull(env.CI_COMMIT_SHA, isCommit)
  // Set only if the job runs on a merge that GitLab made for it.
  const head = orNull(env.CI_MERGE_REQUEST_SOURCE_BRANCH_SHA, isCommit)
  return {
    service: 'gitlab',
    pullRequest: numberOf(env.CI_MERGE_REQUEST_IID),
    commit: head ?? sha,
    trial: head !== null && head !== sha ? sha : null,
    branch: env.CI_COMMIT_TAG ? null : branchName(env.CI_MERGE_REQUEST_SOURCE_BRANCH_NAME || env.CI_COMMIT_REF_NAME),
    repository: webAddress(env.CI_PROJECT_URL),
    run: webAddress(env.CI_JOB_URL),
    runId: orNull(env.CI_JOB_ID, isRunId),
  }
}

/** GitHub sends no larger event. */
const LARGEST_EVENT = 25 * 1024 * 1024

/** The pull request in the event that started the workflow. */
function pullRequestOf(file: string | undefined): { number: number | null; commit: string | null } | undefined {
  if (!file) return undefined
  try {
    const event: unknown = JSON.parse(boundedText(file))
    const one = isObject(event) && isObject(event.pull_request) ? event.pull_request : undefined
    if (one === undefined) return undefined
    const head = isObject(one.head) ? one.head.sha : undefined
    return { number: numberOf(String(one.number)), commit: orNull(head, isCommit) }
  } catch {
    return undefined // a call by hand has no event
  }
}

/** Never waits for a writer: the variable may name anything, even a pipe. */
function boundedText(file: string): string {
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const found = fstatSync(descriptor)
    if (!found.isFile() || found.size > LARGEST_EVENT) throw new Error('no event')
    const bytes = Buffer.alloc(found.size)
    return bytes.toString('utf8', 0, readSync(descriptor, bytes))
  } finally {
    closeSync(descriptor)
  }
}

export function isRunId(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9]{1,20}$/.test(value)
}

function orNull(value: unknown, fits: (value: unknown) => value is string): string | null {
  return fits(value) ? value : null
}

function numberOf(text: string | undefined): number | null {
  return text !== undefined && /^[1-9]\d{0,9}$/.test(text) ? Number(text) : null
}

/** The branch name as a commit records it. Control characters go: no branch has them, and the service refuses them. */
export function branchName(name: string | null | undefined): string | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to leave out
  return name ? name.slice(0, 255).replace(/[\u0000-\u001f\u007f]/g, '') : null
}

/** Keeps only what people need: a token may stand before an @ or in the query. */
function webAddress(text: string | undefined): string | null {
  if (!text || !URL.canParse(text)) return null
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null
  url.username = ''
  url.password = ''
  url.search = ''
  url.hash = ''
  const { href } = url
  return href.length <= 2048 && !href.includes('@') ? href : null
}
