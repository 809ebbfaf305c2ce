import type { SourcePosition } from '../../model/diagnostic.js'
import type { FlowKey } from '../../model/flow.js'
import { modeOf } from '../../model/mode.js'
import type { VerificationSession } from '../../model/resources.js'
import type { DesiredFlow } from '../../model/state.js'
import { stripeClient } from '../../stripe/client.js'
import { stripeFailure } from '../../stripe/errors.js'
import { expandFlow, FlowNotExpressible } from '../../stripe/expand-flow.js'
import { withOurMetadata } from '../../stripe/metadata.js'
import { suggest } from '../../text/nearest.js'
import { badUsage, Failure } from '../failure.js'
import { checkedDefinitions } from '../project/sources.js'
import type { Site } from '../site.js'
import { stripeAccount } from './account.js'
import { stripeFailureOf } from './failure.js'

/** What is given with one session. */
export interface DirectSession {
  readonly client_reference_id?: string
  readonly return_url?: string
  readonly provided_details?: { readonly email?: string; readonly phone?: string }
  readonly metadata?: Readonly<Record<string, string>>
}

const NEEDED = 'Identity, verification sessions: write'
/** Of a request that brought no usable answer, under the same idempotency key. */
const RETRIES = 2

/**
 * Makes a session at Stripe from a definition alone, without a service: of the flow at Stripe that it is bound to, else with
 * the parameters that say the same. Throws Failure, with the lines of what Stripe's public API cannot express.
 */
export async function createDirectly(
  { project, target, env }: Pick<Site, 'project' | 'target' | 'env'>,
  key: FlowKey,
  given: DirectSession,
): Promise<VerificationSession> {
  const definitions = checkedDefinitions(project, target.name)
  const desired = definitions.desired(target.name)
  const flow = desired.find((one) => one.key === key)
  if (flow === undefined) {
    const keys = desired.map((one) => one.key)
    throw badUsage(`there is no definition "${key}"`, suggest(key, keys, 'there are'))
  }
  const checks = checksFor(flow, (path) => definitions.locate(flow.file, target.name, path))
  const { return_url } = flow.config
  const { access } = stripeAccount(env, modeOf(target.settings))
  const { identity } = await stripeClient({ ...access, retries: RETRIES })
  try {
    const made = await identity.verificationSessions.create({
      ...checks,
      ...(return_url !== null && { return_url }),
      ...given,
      metadata: withOurMetadata(given.metadata ?? {}, { flow: key }),
    })
    // Its sets are open; otherwise it has the shape of sessions here.
    return made as unknown as VerificationSession
  } catch (error) {
    const failure = stripeFailure(error)
    throw failure === undefined ? error : stripeFailureOf(failure, NEEDED, error)
  }
}

/** The parameters that say what is checked. */
function checksFor({ config }: DesiredFlow, locate: (path: string) => SourcePosition | null) {
  try {
    const { return_url: _, ...checks } = expandFlow(config)
    return checks
  } catch (error) {
    if (!(error instanceof FlowNotExpressible)) throw error
    const lines = error.parts.map(({ path, message }) => {
      const at = locate(path)
      return at === null ? message : `${at.file}:${at.line}:${at.column} ${message}`
    })
    throw new Failure(error.code, `No session was made:\n${lines.join('\n')}`, {
      hint: 'bind the definition to a flow in the Dashboard of Stripe, by stripe_flow, or leave these checks out',
      details: { parts: error.parts },
    })
  }
}
