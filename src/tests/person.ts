import { canonicalJson } from '../model/canonical.js'
import { DOCUMENT_TYPES, type FlowConfig } from '../model/flow.js'
import type { Outcome } from '../model/outcome.js'
import type { SessionOptions, VerificationReport, VerificationSession } from '../model/resources.js'
import type { TestCase, TestExpect, TestThen } from '../model/schema-types.js'
import { CHECKS, type Check, checksOf } from '../verifier/checks.js'
import { checkOf, type Section } from '../verifier/simulator/outcomes.js'
import type { Difference } from './result.js'
import { short } from './short.js'

/** What became of a person who was verified by a flow. */
export interface Verified {
  readonly config: FlowConfig
  readonly session: VerificationSession
  readonly report: VerificationReport | null
}

/** An attempt cannot end like this, as the flow does not run the check that would fail. */
export function impossible(pointer: string, outcome: Outcome, options: SessionOptions): Difference {
  const check = outcome === 'verified' ? undefined : checkOf(outcome)
  const message =
    check === undefined ? 'this cannot happen here' : `this cannot happen: ${SPOKEN[check]} is not checked`
  return { pointer, message, expected: outcome, actual: `checks: ${short(checksOf(options))}` }
}

const SPOKEN: Readonly<Record<Section, string>> = {
  document: 'a document',
  selfie: 'a selfie',
  id_number: 'the ID number',
  email: 'the email address',
  phone: 'the phone number',
}

/** What a test says about a person, and is not so. Empty if all of it is. */
export function personDifferences({ then = {}, expect = {} }: TestCase, verified: Verified): Difference[] {
  return [...thenDifferences(then, verified), ...expectDifferences(expect, verified)]
}

function thenDifferences(then: TestThen, { session, report }: Verified): Difference[] {
  const { status, last_error: error, verified_outputs: outputs = null } = session
  const sections = sectionsOf(report)
  return [
    ...compared('/then/status', then.status, status, `the session is ${spoken(status)}, not ${spoken(then.status)}`),
    ...compared(
      '/then/error',
      then.error,
      error?.code ?? null,
      error === null ? 'the last attempt did not fail' : `the last attempt failed with ${error.code}`,
    ),
    ...compared(
      '/then/report',
      then.report,
      sections,
      report === null ? 'there is no report: nothing was checked' : `the report says ${short(sections)}`,
    ),
    ...Object.entries(then.verified_outputs ?? {}).flatMap(([name, expected]) =>
      compared(
        `/then/verified_outputs/${name}`,
        expected,
        (outputs?.[name as keyof typeof outputs] ?? null) !== null,
        expected ? `the application does not get ${name}` : `the application gets ${name}`,
      ),
    ),
    ...(['email', 'phone'] as const).flatMap((name) =>
      compared(`/then/${name}`, then[name], outputs?.[name] ?? null, `another ${WORDS[name]} was verified, or none`),
    ),
  ]
}

const WORDS = { email: 'email address', phone: 'phone number' }

function expectDifferences(expect: TestExpect, { config, session }: Verified): Difference[] {
  const { options } = session
  const checks = checksOf(options)
  const matching = { name: options.matching?.name ?? 'none', dob: options.matching?.dob ?? 'none' }
  return [
    ...compared('/expect/checks', inOrder(expect.checks, CHECKS), checks, `the person is asked for ${short(checks)}`),
    ...allowedDifferences(expect, options),
    ...compared(
      '/expect/require_live_capture',
      expect.require_live_capture,
      options.document?.require_live_capture ?? false,
      expect.require_live_capture ? 'photos may be uploaded' : 'photos must come from the camera',
    ),
    ...(['name', 'dob'] as const).flatMap((name) =>
      compared(
        `/expect/matching/${name}`,
        expect.matching?.[name],
        matching[name],
        `the ${name === 'dob' ? 'date of birth' : 'name'} is ${matching[name] === 'none' ? 'not compared' : 'compared'} with what is known`,
      ),
    ),
    ...compared(
      '/expect/return_url',
      expect.return_url,
      config.return_url,
      config.return_url === null ? 'the person is sent nowhere afterwards' : 'the person is sent elsewhere afterwards',
    ),
  ]
}

function allowedDifferences({ allowed_types: expected }: TestExpect, { document }: SessionOptions): Difference[] {
  const actual = document === undefined ? null : inOrder(document.allowed_types ?? DOCUMENT_TYPES, DOCUMENT_TYPES)
  const message = actual === null ? 'the person is not asked for a document' : `the person may show ${short(actual)}`
  return compared('/expect/allowed_types', inOrder(expected, DOCUMENT_TYPES), actual, message)
}

/** The results in a report, by check. */
function sectionsOf(report: VerificationReport | null): Record<string, string> {
  const sections = CHECKS.map((check) => [check, (report as Partial<Sections> | null)?.[check]?.status] as const)
  return Object.fromEntries(sections.filter((entry): entry is [Check, string] => entry[1] !== undefined))
}

type Sections = Record<Check, { readonly status: string }>

/** A set in one order, so that the order in which somebody wrote it makes no difference. */
function inOrder<T extends string>(values: readonly T[] | undefined, order: readonly T[]): readonly T[] | undefined {
  return values && order.filter((one) => values.includes(one))
}

/** One difference, if something is expected and something else is the case. */
function compared(pointer: string, expected: unknown, actual: unknown, message: string): Difference[] {
  if (expected === undefined || canonicalJson(expected) === canonicalJson(actual)) return []
  return [{ pointer, message, expected: short(expected), actual: short(actual) }]
}

function spoken(status: string | undefined): string {
  return status === 'requires_input' ? 'in need of input' : String(status)
}
