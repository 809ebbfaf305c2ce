import { randomUUID } from 'node:crypto'
import type { FlowConfig } from '../../model/flow.js'
import type { DesiredFlow } from '../../model/state.js'
import { plan } from '../../plan/plan.js'
import { RemoteError } from '../../remote/remote.js'
import type { Trial } from '../../remote/trial.js'
import { impossible, personDifferences } from '../../tests/person.js'
import type { Difference } from '../../tests/result.js'
import { apply } from '../apply.js'
import type { ScheduledTest } from './select.js'

/** Makes flows in a trial, as apply makes them in an empty service. */
export async function deployTo(
  trial: Trial,
  flows: readonly DesiredFlow[],
  about: { readonly project: string; readonly environment: string },
): Promise<void> {
  const made = plan(flows, NOTHING, about)
  const options = { runId: randomUUID(), source: null, allowed: [] }
  const { status } = await apply(made, trial, options)
  if (status !== 'applied') throw new Error(`flows could not be made in a trial: ${status}`)
}

const NOTHING = { livemode: false, store: null, last_deployment: null, flows: [] }

/** Verifies a person as the test says, and compares what became of it. */
export async function tryPerson(
  { test, given, flow }: ScheduledTest,
  config: FlowConfig,
  trial: Trial,
): Promise<Difference[]> {
  const created = await refusable(() =>
    trial.createSession({
      verification_flow: flow,
      ...(given.provided_details && { provided_details: given.provided_details }),
    }),
  )
  if ('refused' in created) {
    return [{ pointer: '/given', message: created.refused.message, expected: 'a session', actual: 'refused' }]
  }
  const { id, options } = created.answer
  for (const [index, outcome] of (test.when ?? []).entries()) {
    const submitted = await refusable(() => trial.submitSession(id, outcome))
    if (!('refused' in submitted)) continue
    return [impossible(`/when/${index}`, outcome, options)]
  }
  return personDifferences(test, { config, ...(await trial.inspect(id)) })
}

/** What a flow refuses is a result of the test; every other failure is one of this program. */
async function refusable<T>(
  call: () => Promise<T>,
): Promise<{ readonly answer: T } | { readonly refused: RemoteError }> {
  try {
    return { answer: await call() }
  } catch (error) {
    if (error instanceof RemoteError && error.kind === 'invalid') return { refused: error }
    throw error
  }
}
