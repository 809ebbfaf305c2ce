import { statSync } from 'node:fs'
import compare from 'semver/functions/compare.js'
import valid from 'semver/functions/valid.js'
import { Failure } from '../../app/failure.js'
import type { Project } from '../../app/project/project.js'
import { beyondPatterns, reachText } from '../../app/reach.js'
import type { Target } from '../../app/site.js'
import { modeOf } from '../../model/mode.js'
import type { ApiKey } from '../../model/resources.js'
import type { ModeVerifier } from '../../model/state.js'
import { RemoteError } from '../../remote/remote.js'
import { systemClock } from '../../service/operations/calls/call.js'
import { allows } from '../../service/operations/keys/scopes.js'
import { formatTime } from '../../text/text.js'
import { apiKeyOf, storeFile } from '../options/target.js'
import { isCi, type Terminal } from '../program/terminal.js'
import { version } from '../program/version.js'
import { daysLeft } from '../service/expiry.js'
import { type Found, ok, problem, warning } from './finding.js'

export async function checkStore(project: Project, terminal: Terminal): Promise<Found[]> {
  const check = 'store'
  const file = storeFile(project, terminal)
  if (isMissing(file)) return [ok(check, `${file} is not there yet: flows apply makes it`)]
  const { openSqliteStore } = await import('../../store/sqlite/open.js')
  const { StoreError } = await import('../../store/store-error.js')
  try {
    const store = await openSqliteStore({ file, readOnly: true })
    await store.read((tx) => tx.state.tag(false)).finally(() => store.close())
    return [ok(check, `${file} can be read`)]
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    // The next command that writes updates it by itself.
    return [(error.code === 'too_old' ? warning : problem)(check, error.message)]
  }
}

/** False if permission is missing: opening the file reports that later. */
function isMissing(file: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false }) === undefined
  } catch {
    return false
  }
}

/** In seconds. With clocks further apart, times in the history mislead; later TLS and tokens begin to fail. */
const WORTH_A_WARNING = 30
const SURELY_WRONG = 300

export async function checkService(api: string, patience: number): Promise<Found[]> {
  const { NOT_A_FLOWS_API } = await import('../../remote/http/failure.js')
  const { probe } = await import('../../remote/http/probe.js')
  try {
    const { milliseconds, isEncrypted, notReady, ahead, version: theirs } = await probe(api, patience)
    const how = isEncrypted ? 'over TLS' : 'without TLS, on this machine'
    const service =
      notReady === null
        ? ok('service', `${api} answers, ${how} (${milliseconds} ms)`)
        : problem('service', `${api} answers, but is not ready: ${notReady}`)
    return [service, clock(ahead), versions(theirs)]
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error
    // A server that answers is reachable, and the message already asks about the address.
    const hint = error.code === NOT_A_FLOWS_API ? undefined : 'is the address right, and may this machine reach it?'
    return [problem('service', error.message, hint)]
  }
}

function clock(ahead: number | null): Found {
  const check = 'clock'
  if (ahead === null) return warning(check, 'the answer of the service has no date, so clocks cannot be compared')
  const apart = Math.abs(ahead)
  if (apart <= 2) return ok(check, 'as the clock of the service, to two seconds')
  const message = `the clock of the service is ${apart} seconds ${ahead > 0 ? 'ahead' : 'behind'}`
  if (apart < WORTH_A_WARNING) return ok(check, message)
  return (apart < SURELY_WRONG ? warning : problem)(check, message, 'one of the two machines needs NTP')
}

function versions(theirs: string | null): Found {
  const check = 'versions'
  if (theirs === null) return warning(check, `the service does not tell its version: it is older than flows ${version}`)
  // The answer comes from any server at all, so it need not be a version.
  if (valid(theirs) === null) return warning(check, 'the service does not say its version as a version is written')
  const order = compare(theirs, version)
  if (order === 0) return ok(check, `the service is flows ${theirs}, as this program`)
  const which = order > 0 ? 'newer than' : 'older than'
  const hint = order > 0 ? 'update this program' : 'update the service'
  return warning(check, `the service is flows ${theirs}, ${which} this program, ${version}`, hint)
}

interface KeyQuestion {
  readonly target: Target
  /** The name of the project that is to be planned. */
  readonly project: string
  readonly terminal: Terminal
  readonly patience: number
  /** Whether the user named this environment. */
  readonly isChosen: boolean
  /** Keys of the flows that are defined for it. */
  readonly defined: () => readonly string[]
}

export async function checkKey(question: KeyQuestion): Promise<Found[]> {
  const { target, terminal, patience, isChosen } = question
  const check = 'key'
  const { api = '', api_key_env: variable = '' } = target.settings
  const apiKey = terminal.env[variable]
  if (!apiKey) {
    // Most machines have the keys of only some environments.
    const hint = `put the key into the environment variable ${variable}; never into a file`
    return [(isChosen ? problem : warning)(check, `${variable} is not set`, hint)]
  }
  try {
    const { http } = await import('../../remote/http/http.js')
    const { settings } = target
    const remote = http({ api, apiKey: apiKeyOf(target, terminal), mode: modeOf(settings), patience })
    const reader = await remote.reader()
    try {
      const key = await reader.currentKey()
      if (key === null) return []
      const about = aboutKey(key, { ...question, now: systemClock() })
      if (about.some(({ status }) => status === 'problem')) return about
      return [...about, verifier((await reader.state(question.project)).verifier, key)]
    } finally {
      await reader.close()
    }
  } catch (error) {
    if (error instanceof Failure) return [problem(check, error.message, error.hint)]
    if (!(error instanceof RemoteError)) throw error
    if (error.kind === 'not_found' || error.code === 'scope_missing') {
      return [warning(check, 'the service is older than this question: it does not tell what the key may do')]
    }
    const hint =
      error.kind === 'not_authorised' && error.code !== 'key_bound'
        ? `the key in ${variable} is not one of ${api}`
        : undefined
    return [problem(check, error.message, hint)]
  }
}

/** Who verifies the people of the environment; older services do not tell. */
function verifier(who: ModeVerifier | null | undefined, { livemode }: ApiKey): Found {
  const check = 'verifier'
  const mode = livemode ? 'live mode' : 'test mode'
  if (who === undefined) return warning(check, `the service is older than this question: who verifies is not told`)
  if (who === null) {
    const hint = 'give the service a key of Stripe for it: see "With your Stripe account" in the docs'
    return warning(check, `nobody verifies people in ${mode}: sessions are refused`, hint)
  }
  const own = who.has_flows ? '; flows may be bound to flows of its own' : ''
  return ok(check, `${who.name} verifies people in ${mode}: ${who.checks.join(', ')}${own}`)
}

interface Around extends Pick<KeyQuestion, 'terminal' | 'project' | 'defined'> {
  readonly now: number
}

function aboutKey(key: ApiKey, { terminal: { env }, project, defined, now }: Around): Found[] {
  const check = 'key'
  const { scopes, livemode, expires } = key
  const isSecret = scopes === null
  const what = `"${key.name}" (${livemode ? 'live' : 'test'} mode, ${isSecret ? 'secret: may do everything' : scopes.join(' ')})`
  const until = expires === null ? '' : `, until ${formatTime(expires)}`
  if (!allows(scopes, 'flows:read')) {
    const hint = 'flows keys create --scope flows:read makes one that may'
    return [problem(check, `${what} may not plan: it lacks flows:read`, hint)]
  }
  // A service of an older version does not tell.
  const bound = key.project ?? project
  if (bound !== project) {
    const hint = `flows keys create --project ${project} makes one that may`
    return [problem(check, `${what} is bound to the project ${bound}, and this is ${project}`, hint)]
  }
  const mayApply = allows(scopes, 'deployments:write')
  const flows = key.flows ?? null
  const beyond = flows === null ? [] : beyondPatterns(flows, defined())
  if (beyond.length > 0) {
    const reach = reachText({ project: key.project ?? null, flows })
    const hint = 'use a key that reaches them, or name the flows that are meant with each command'
    return [problem(check, `${what} ${reach}; beyond it: ${beyond.join(', ')}`, hint)]
  }
  const within = flows === null ? '' : `, within ${flows.join(', ')}`
  const found = [ok(check, `${what} may plan${mayApply ? ' and apply' : ', not apply'}${within}${until}`)]
  const days = daysLeft(key, now)
  if (days !== undefined) {
    found.push(warning(check, `${what} ends in ${days} days`, 'make the next one now: flows keys create'))
  }
  if (mayApply && isPullRequest(env)) {
    const hint = 'give jobs of pull requests a key with flows:read alone: they run code that nobody has approved'
    found.push(warning(check, 'this job is for a pull request, and its key may write', hint))
  } else if (isSecret && isCi(env)) {
    const hint = 'flows keys create --scope flows:read deployments:write makes one that may do only this'
    found.push(warning(check, 'a secret key in CI may do everything: plan and apply need less', hint))
  }
  return found
}

/** The words of GitHub and GitLab for it. */
function isPullRequest(env: Terminal['env']): boolean {
  return /^pull_request/.test(env.GITHUB_EVENT_NAME ?? '') || env.CI_PIPELINE_SOURCE === 'merge_request_event'
}
