import { readFileSync, statSync } from 'node:fs'
import { type Forge, ForgeError } from '../forge/forge.js'
import { github } from '../forge/github.js'
import { gitlab } from '../forge/gitlab.js'
import { isCommit, isRunId } from '../forge/header.js'
import { ExitCode } from '../model/exit-code.js'
import { isObject } from '../model/json.js'
import { addressFault } from '../validate/address.js'
import { badUsage, Failure } from './failure.js'
import type { Terminal } from './terminal.js'

/** What a CI job says about itself; null where it says nothing. */
export interface CiJob {
  readonly service: 'github' | 'gitlab'
  /** The pull request that the job runs for. */
  readonly pullRequest: number | null
  /** The last commit of that pull request; else the commit that was pushed. */
  readonly commit: string | null
  /** Where the job's artifacts are kept. */
  readonly runId: string | null
}

/** By the variables that GitHub Actions and GitLab CI set; undefined elsewhere. */
export function ciJob({ env }: Terminal): CiJob | undefined {
  if (env.GITHUB_REPOSITORY) {
    const event = pullRequestOf(env.GITHUB_EVENT_PATH)
    return {
      service: 'github',
      pullRequest: event?.number ?? numberOf(/^refs\/pull\/(\d+)\//.exec(env.GITHUB_REF ?? '')?.[1]),
      // For a pull request GITHUB_SHA is a commit that GitHub made to try the merge.
      commit: event?.commit ?? orNull(env.GITHUB_SHA, isCommit),
      runId: orNull(env.GITHUB_RUN_ID, isRunId),
    }
  }
  if (env.CI_PROJECT_ID) {
    return {
      service: 'gitlab',
      pullRequest: numberOf(env.CI_MERGE_REQUEST_IID),
      // Set where CI_COMMIT_SHA is a merge that GitLab made to try it.
      commit: orNull(env.CI_MERGE_REQUEST_SOURCE_BRANCH_SHA || env.CI_COMMIT_SHA, isCommit),
      runId: orNull(env.CI_JOB_ID, isRunId),
    }
  }
  return undefined
}

/** The forge that a CI job runs for. Throws Failure where there is none, or no token. */
export function forgeOf(terminal: Terminal): Forge {
  const { env } = terminal
  switch (ciJob(terminal)?.service) {
    case 'github': {
      const repository = env.GITHUB_REPOSITORY ?? ''
      if (!/^[\w.-]+\/[\w.-]+$/.test(repository)) throw badUsage('GITHUB_REPOSITORY is not of the form owner/name')
      const api = addressOf(env, 'GITHUB_API_URL', 'https://api.github.com')
      return github({ api, repository, token: tokenOf(env, 'GITHUB_TOKEN', 'a token that may write to pull requests') })
    }
    case 'gitlab': {
      const api = addressOf(env, 'CI_API_V4_URL', 'https://gitlab.com/api/v4')
      const token = tokenOf(
        env,
        'GITLAB_TOKEN',
        'a project access token with the scope "api"; the token of a CI job may not comment',
      )
      return gitlab({ api, project: env.CI_PROJECT_ID ?? '', token })
    }
    default:
      throw badUsage(
        'this runs neither in GitHub Actions nor in GitLab CI',
        'set GITHUB_REPOSITORY and GITHUB_TOKEN, or CI_PROJECT_ID and GITLAB_TOKEN',
      )
  }
}

function tokenOf(env: Terminal['env'], name: string, what: string): string {
  const token = env[name]
  if (token && /^[\x21-\x7e]+$/.test(token)) return token
  throw new Failure('forge_token_missing', `${name} ${token ? 'is no token' : 'is not set'}`, {
    hint: `it holds ${what}`,
    exitCode: ExitCode.notAuthorised,
  })
}

function addressOf(env: Terminal['env'], name: string, usual: string): string {
  const address = (env[name] || usual).replace(/\/+$/, '')
  const fault = addressFault(address, usual)
  if (fault !== undefined) throw badUsage(`${name} ${fault.message}`, fault.hint)
  return address
}

/** Failures of the forge as the user's business: what to do about each. */
export async function telling<T>(use: () => Promise<T>): Promise<T> {
  try {
    return await use()
  } catch (error) {
    if (!(error instanceof ForgeError)) throw error
    const { hint, exitCode } = ADVICE[error.kind]
    throw new Failure(`forge_${error.kind}`, error.message, { hint, exitCode, cause: error })
  }
}

const ADVICE: Readonly<Record<ForgeError['kind'], { hint: string; exitCode: ExitCode }>> = {
  not_authorised: {
    hint: 'the token needs to write: in GitHub Actions "permissions: { pull-requests: write }", at GitLab the scope "api"',
    exitCode: ExitCode.notAuthorised,
  },
  not_found: { hint: 'is it the right repository, and may the token see it?', exitCode: ExitCode.failed },
  invalid: { hint: 'nothing more was written', exitCode: ExitCode.failed },
  rate_limited: { hint: 'running the command again later is safe', exitCode: ExitCode.failed },
  unreachable: { hint: 'running the command again is safe', exitCode: ExitCode.failed },
}

const LARGEST_EVENT = 25 * 1024 * 1024

function pullRequestOf(eventFile: string | undefined): { number: number | null; commit: string | null } | undefined {
  if (!eventFile) return undefined
  try {
    const { size } = statSync(eventFile)
    const event: unknown = size > LARGEST_EVENT ? undefined : JSON.parse(readFileSync(eventFile, 'utf8'))
    const one = isObject(event) && isObject(event.pull_request) ? event.pull_request : undefined
    if (one === undefined) return undefined
    const head = isObject(one.head) ? one.head.sha : undefined
    return { number: numberOf(String(one.number)), commit: orNull(head, isCommit) }
  } catch {
    return undefined // a job outside of GitHub has no event
  }
}

function orNull(value: unknown, fits: (value: unknown) => value is string): string | null {
  return fits(value) ? value : null
}

function numberOf(text: string | undefined): number | null {
  return text !== undefined && /^[1-9]\d{0,9}$/.test(text) ? Number(text) : null
}
