import { type Mode, modeOf } from '../../model/mode.js'
import {
  type AccountFlow,
  accountReport,
  type BoundDefinition,
  type PlacedField,
  type WatchReport,
} from '../../stripe/account-flows.js'
import { Pace, type PaceClock } from '../../stripe/pace.js'
import { StripeReadFailed, sessionReader } from '../../stripe/read-sessions.js'
import { dayOf, type Tally } from '../../stripe/tally.js'
import { definitionsSoFar } from '../edits/open.js'
import { badUsage } from '../failure.js'
import type { Definitions } from '../project/definitions.js'
import { defaultEnvironment, type Project } from '../project/project.js'
import { type Target, targetNamed } from '../site.js'
import { type StripeAccount, stripeAccount } from './account.js'
import { stripeFailureOf } from './failure.js'
import { memoryIn, noMemory, tallySessions } from './tally-sessions.js'

export interface WatchOptions {
  /** Undefined where there is no project: then nothing is in git. */
  readonly project: Project | undefined
  /** Name of the environment; by default one of the mode of the key. */
  readonly environment: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  /** How many days back. */
  readonly days: number
  /** Requests in a second, at most. */
  readonly rate: number
  readonly clock: PaceClock
  /** Unix seconds. */
  readonly now: number
  /** Before the first request. */
  onReading?(): void
}

/** An account that was read, and the place in git that goes with it. */
export interface Watched {
  readonly account: StripeAccount
  readonly tally: Tally
  readonly since: number
  readonly target: Target | undefined
  readonly definitions: Definitions | undefined
}

const DAY = 24 * 60 * 60
/** Requests wait for their turn as long as it takes: nobody else waits for them. */
const PATIENCE = 60 * 60 * 1000

/** Which flows an account uses and what they check, beside what git says. Reads, and changes nothing. */
export async function watchStripe(options: WatchOptions): Promise<WatchReport> {
  const { account, tally, since, target, definitions } = await readAccount(options)
  const bound = target === undefined || definitions === undefined ? [] : boundIn(definitions, target)
  const report = accountReport(tally, since, bound)
  const placed = ({ definition, fields }: AccountFlow): PlacedField[] =>
    fields.map((field) => {
      const place =
        definition && target && definitions ? definitions.locate(definition.file, target.name, field.path) : null
      return { ...field, file: place?.file ?? null, line: place?.line ?? null }
    })
  return {
    mode: account.mode,
    environment: target?.name ?? null,
    since,
    until: options.now,
    ...report,
    flows: report.flows.map((flow) => ({ ...flow, fields: placed(flow) })),
  }
}

/** Reads the sessions of an account. Throws Failure or InvalidDefinitions. */
export async function readAccount(options: WatchOptions): Promise<Watched> {
  const { project, environment, env, days, rate, clock, now, onReading } = options
  const named = project && environment !== undefined ? targetNamed(project, environment) : undefined
  const account = stripeAccount(env, named && modeOf(named.settings))
  const target = named ?? (project && targetOfMode(project, account.mode))
  const definitions = project && definitionsSoFar(project)
  const since = dayOf(now - days * DAY) * DAY
  const pace = new Pace({ perSecond: rate, perEndpoint: rate, patience: PATIENCE, clock })
  const reader = await sessionReader({ ...account.access, pace }, clock)
  const memory = project ? memoryIn(project.root, account.mode) : noMemory
  try {
    onReading?.()
    const tally = await tallySessions({ reader, since, memory })
    return { account, tally, since, target, definitions }
  } catch (error) {
    throw error instanceof StripeReadFailed ? stripeFailureOf(error.failure, NEEDED, error.cause) : error
  }
}

/** The definitions that name a flow at Stripe in an environment. */
export function boundIn(definitions: Definitions, { name }: Target): BoundDefinition[] {
  if (definitions.count === 0) return []
  return definitions.desired(name).flatMap(({ key, file, config }) => {
    const { stripe_flow: id } = config
    return id === undefined ? [] : [{ key, file, id, config }]
  })
}

/** The default environment if it has the mode, else the first that has. */
function targetOfMode(project: Project, mode: Mode): Target {
  const { environments } = project.config
  const names = [defaultEnvironment(project), ...Object.keys(environments)]
  const name = names.find((one) => environments[one] !== undefined && modeOf(environments[one]) === mode)
  if (name !== undefined) return targetNamed(project, name)
  throw badUsage(
    `the key is of ${mode} mode, and the configuration has no environment of that mode`,
    `write one with "mode: ${mode}" into ${project.configFile}`,
  )
}

const NEEDED = 'Identity, verification sessions: read'
