import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deployTo, tryPerson } from '../../src/app/tests/person.js'
import type { ScheduledTest } from '../../src/app/tests/select.js'
import { type FlowConfig, normalise } from '../../src/model/flow.js'
import type { Outcome } from '../../src/model/outcome.js'
import { SESSION_ERROR_CODES } from '../../src/model/resources.js'
import type { TestCase } from '../../src/model/schema-types.js'
import { embeddedTrial } from '../../src/remote/embedded/trial.js'
import type { Trial } from '../../src/remote/trial.js'
import type { Difference } from '../../src/tests/result.js'
import { checksOf } from '../../src/verifier/checks.js'
import { checkOf, outcomesOf } from '../../src/verifier/simulator/outcomes.js'
import { flowBody } from '../helpers/arbitraries.js'
import { runs } from '../helpers/runs.js'

/** By the names of a test file. In a Map, as an object that has "then" passes for a promise. */
type Says = ReadonlyMap<string, unknown>

function says(when: readonly Outcome[], then: object, expected?: object): Says {
  return new Map<string, unknown>([
    ['when', when],
    ['then', then],
    ...(expected ? [['expect', expected] as const] : []),
  ])
}

let trial: Trial
let tried = 0
beforeAll(async () => {
  trial = await embeddedTrial()
})
afterAll(() => trial.close())

/** What is not as a test says, of a person who is verified by a new flow with this configuration. */
async function differences(config: FlowConfig, said: Says): Promise<readonly Difference[]> {
  tried += 1
  const key = `flow-${tried}`
  const about = { project: 'acme-kyc', environment: 'local' }
  await deployTo(trial, [{ key, renamedFrom: null, config, file: `flows/${key}.yaml` }], about)
  const scheduled: ScheduledTest = {
    ...{ file: 'tests/a.test.yaml', pointer: '/tests/0', given: {}, flow: key, environment: 'local' },
    test: Object.fromEntries([['name', 'any'], ...said]) as unknown as TestCase,
  }
  return tryPerson(scheduled, config, trial)
}

/** The checks of a flow, as a session has them. */
function optionsOf({ type, options: { document, email, phone, matching } }: FlowConfig) {
  return {
    ...(document && { document }),
    ...(type === 'id_number' && { id_number: {} }),
    ...(email.require_verification && { email }),
    ...(phone.require_verification && { phone }),
    ...((matching.name !== 'none' || matching.dob !== 'none') && { matching }),
  }
}

/** Two flows cannot be bound to one at Stripe, and all of these are in one trial. */
const aConfig = flowBody.map(({ stripe_flow: _, ...body }) => normalise(body))
const anError = fc.constantFrom(...SESSION_ERROR_CODES)

describe('whatever the flow,', () => {
  test('a test passes that says what its checks make of a person, and fails where it says the opposite', async () => {
    await fc.assert(
      fc.asyncProperty(aConfig, fc.array(fc.nat(), { minLength: 1, maxLength: 4 }), async (config, picked) => {
        const options = optionsOf(config)
        const failing = outcomesOf(options).filter((outcome) => outcome !== 'verified')
        const fails = picked.map((n) => failing[n % failing.length] as Outcome)
        const last = fails.at(-1) as Exclude<Outcome, 'verified'>
        const sections = checksOf(options).filter((check) => check !== 'matching')
        // Who gives up leaves the report of the attempt before.
        const checked = fails.findLast((outcome) => outcome !== 'verified' && checkOf(outcome) !== undefined)
        const unverified = checked === undefined ? undefined : checkOf(checked as typeof last)
        const report = sections.map((check) => [check, check === unverified ? 'unverified' : 'verified'])
        const failed = {
          status: 'requires_input',
          error: last,
          report: unverified === undefined ? {} : Object.fromEntries(report),
        }
        const checks = { checks: checksOf(options) }
        expect(await differences(config, says(fails, failed, checks))).toEqual([])
        expect(await differences(config, says([...fails, 'verified'], { status: 'verified' }))).toEqual([])
        const opposite = await differences(config, says([...fails, 'verified'], failed, checks))
        const pointers = opposite.map(({ pointer }) => pointer)
        expect(pointers).toEqual(expect.arrayContaining(['/then/status', '/then/error']))
      }),
      runs(30),
    )
  })

  test('an outcome that its checks cannot have is a difference at that attempt, and nothing else is looked at', async () => {
    await fc.assert(
      fc.asyncProperty(aConfig, anError, async (config, error) => {
        fc.pre(!outcomesOf(optionsOf(config)).includes(error))
        const found = await differences(config, says(['abandoned', error], { status: 'verified' }))
        expect(found).toMatchObject([{ pointer: '/when/1', expected: error }])
      }),
      runs(30),
    )
  })
})
