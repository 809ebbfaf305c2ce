import { badUsage, Failure } from '../../app/failure.js'
import { ciJob } from '../../ci/job.js'
import { type Forge, ForgeError } from '../../forge/forge.js'
import { github } from '../../forge/github.js'
import { gitlab } from '../../forge/gitlab.js'
import { keyFault } from '../../model/api-key.js'
import { addressFault } from '../../validate/address.js'
import type { Terminal } from '../program/terminal.js'

/** The forge that a CI job runs for, perhaps only to read. Throws Failure if there is none, or no token. */
export function forgeOf({ env }: Terminal, isRead = false): Forge {
  switch (ciJob(env)?.service) {
    case 'github': {
      const repository = env.GITHUB_REPOSITORY ?? ''
      if (!/^[\w.-]+\/[\w.-]+$/.test(repository)) throw badUsage('GITHUB_REPOSITORY is not of the form owner/name')
      const api = addressOf(env, 'GITHUB_API_URL', 'https://api.github.com')
      return github({ api, repository, token: tokenOf(env, 'GITHUB_TOKEN', githubToken(isRead)) })
    }
    case 'gitlab': {
      const project = env.CI_PROJECT_ID
      if (!project) throw badUsage('CI_PROJECT_ID is not set', 'it is the number of the project at GitLab')
      const api = addressOf(env, 'CI_API_V4_URL', 'https://gitlab.com/api/v4')
      return gitlab({ api, project, token: tokenOf(env, 'GITLAB_TOKEN', gitlabToken(isRead)) })
    }
    default:
      throw badUsage(
        'this runs neither in GitHub Actions nor in GitLab CI',
        'set GITHUB_REPOSITORY and GITHUB_TOKEN, or CI_PROJECT_ID and GITLAB_TOKEN',
      )
  }
}

function tokenOf(env: Terminal['env'], name: string, hint: string): string {
  const token = env[name]
  const fault = token ? keyFault(token) : 'is not set'
  if (token && fault === undefined) return token
  throw new Failure('forge_token_missing', token ? `the token in ${name} ${fault}` : `${name} is not set`, { hint })
}

/** A step is not given the token of its job by itself. */
function githubToken(isRead: boolean): string {
  const may = isRead ? 'read' : 'write'
  return `the step says "env: { GITHUB_TOKEN: \${{ github.token }} }", its job "permissions: { pull-requests: ${may} }"`
}

/** The token of a job at GitLab may do neither. */
function gitlabToken(isRead: boolean): string {
  return `it holds a project access token with the scope "${isRead ? 'read_api' : 'api'}": make it in the project's settings, and store it as a masked variable of CI/CD`
}

function addressOf(env: Terminal['env'], name: string, usual: string): string {
  const address = (env[name] || usual).replace(/\/+$/, '')
  const fault = addressFault(address, usual)
  if (fault !== undefined) throw badUsage(`${name} ${fault.message}`, fault.hint)
  return address
}

/** Turns failures of the forge into user failures with advice. A read wrote nothing, so some advice does not apply. */
export async function telling<T>(use: () => Promise<T>, isRead = false): Promise<T> {
  try {
    return await use()
  } catch (error) {
    if (!(error instanceof ForgeError)) throw error
    const hint = isRead && error.kind === 'not_authorised' ? TO_READ : ADVICE[error.kind]
    const isOfWrites = error.kind === 'unreachable' || error.kind === 'rate_limited' || error.kind === 'invalid'
    throw new Failure(`forge_${error.kind}`, error.message, {
      ...(!(isRead && isOfWrites) && { hint }),
      cause: error,
    })
  }
}

const TO_READ =
  'the token needs to read: in GitHub Actions "permissions: { pull-requests: read }", at GitLab the scope "read_api"'

const ADVICE: Readonly<Record<ForgeError['kind'], string>> = {
  not_authorised:
    'the token needs to write: in GitHub Actions "permissions: { pull-requests: write }", at GitLab the scope "api"',
  not_found: 'is it the right repository, and may the token see it?',
  invalid: 'nothing more was written',
  rate_limited: 'running the command again later is safe',
  too_many: 'close the pull requests that nobody works on, or replace the one that has so many comments',
  unreachable: 'running the command again is safe',
}
