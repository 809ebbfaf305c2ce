import type { Issue } from '../model/diagnostic.js'
import type { FlowBody, FlowKey } from '../model/flow.js'
import { isObject } from '../model/json.js'
import { toPointer } from '../model/json-pointer.js'
import { mergePatch } from '../model/merge-patch.js'
import type { Modes } from '../model/mode.js'
import { suggest } from '../text/nearest.js'
import { quote } from '../text/quote.js'
import { controlCharacterIssues } from './control-characters.js'
import { checkFlowBody, mergeIssues } from './flow-body.js'
import { validate } from './generated/test.js'
import { schemaIssues } from './schema-issues.js'
import { secretIssues } from './secrets.js'

/** What the project has that tests can be about. */
export interface Testable {
  readonly environments: Modes
  readonly flows: readonly FlowKey[]
  readonly policies: readonly string[]
  /** What a flow's definition says in an environment; undefined if that is not known, as it has errors. */
  bodyOf(flow: FlowKey, environment: string): FlowBody | undefined
}

/** Everything that is wrong with one file of tests. Without issues it is a `TestFile`. */
export function checkTestFile(value: unknown, testable: Testable): Issue[] {
  const secrets = secretIssues(value, 'what a test says is for everybody to see')
  const hidden = new Set(secrets.map(({ pointer }) => pointer))
  return [...secrets, ...contentIssues(value, testable).filter(({ pointer }) => !hidden.has(pointer))]
}

function contentIssues(value: unknown, testable: Testable): Issue[] {
  const fromSchema = validate(value) ? [] : schemaIssues(validate.errors ?? [])
  if (!isObject(value)) return fromSchema
  const tests = Array.isArray(value.tests) ? value.tests : []
  const given = membersOf(value.given)
  return mergeIssues(fromSchema, [
    ...givenIssues(given, '/given', testable),
    ...repeatedNames(tests),
    ...tests.flatMap((test, index) => (isObject(test) ? testIssues(test, index, { given, testable }) : [])),
    ...controlCharacterIssues(value, { prose: ['/description'] }),
  ])
}

interface Surroundings {
  /** What holds for every test of the file. */
  readonly given: Members
  readonly testable: Testable
}

type Members = Readonly<Record<string, unknown>>

function membersOf(value: unknown): Members {
  return isObject(value) ? value : {}
}

function testIssues(test: Members, index: number, { given: shared, testable }: Surroundings): Issue[] {
  const at = toPointer(['tests', index])
  const own = membersOf(test.given)
  const given = { ...shared, ...own }
  return [
    ...givenIssues(own, `${at}/given`, testable),
    ...flowIssues(test, given.flow, at, testable),
    ...kindIssues(test, own, at),
    ...attemptIssues(test.when, at),
    ...policyIssues(membersOf(test.then).policies, at, testable),
    ...flowsOfTest(test, given, testable).flatMap(({ body, pointer, environment }) =>
      bodyIssues(body, `${at}${pointer}`, environment, testable),
    ),
  ]
}

function repeatedNames(tests: readonly unknown[]): Issue[] {
  const names = new Set<unknown>()
  return tests.flatMap((test, index): Issue[] => {
    const { name } = membersOf(test)
    if (typeof name !== 'string') return []
    if (!names.has(name)) {
      names.add(name)
      return []
    }
    const hint = 'say what is different about this one'
    const message = 'another test of this file has this name'
    return [{ code: 'KEY_DUPLICATE', message, hint, pointer: toPointer(['tests', index, 'name']), part: 'value' }]
  })
}

function givenIssues({ environments: named }: Members, at: string, { environments }: Testable): Issue[] {
  if (!Array.isArray(named)) return []
  const known = [...environments.keys()]
  return named.flatMap((name: unknown, index): Issue[] => {
    if (typeof name !== 'string' || known.includes(name)) return []
    return [
      {
        code: 'ENVIRONMENT_UNKNOWN',
        message: `the configuration has no environment ${quote(name)}`,
        hint: suggest(name, known, 'the environments are'),
        pointer: `${at}/environments/${index}`,
        part: 'value',
      },
    ]
  })
}

/** A flow that the test itself describes needs no definition, but a key. */
function flowIssues(test: Members, flow: unknown, at: string, { flows }: Testable): Issue[] {
  const own = isObject(test.given) && Object.hasOwn(test.given, 'flow')
  if (flow === undefined) {
    const message = 'the test does not say which flow it is about'
    const hint = 'write "given: { flow: <key> }" here, or once for the whole file'
    return [{ code: 'MISSING_FIELD', message, hint, pointer: at, part: 'key' }]
  }
  const isDescribed = isObject(test.before) || isObject(test.after)
  if (typeof flow !== 'string' || flow === '' || isDescribed || flows.includes(flow)) return []
  return [
    {
      code: 'FLOW_UNKNOWN',
      message: `no definition has the key ${quote(flow)}`,
      hint: suggest(flow, flows, 'the flows are'),
      pointer: own ? `${at}/given/flow` : '/given/flow',
      part: 'value',
    },
  ]
}

const OF_PERSONS = ['when', 'expect'] as const
const OF_CHANGES = ['change', 'before', 'after'] as const
const THEN_OF_PERSONS = ['status', 'error', 'report', 'verified_outputs', 'email', 'phone'] as const
const THEN_OF_CHANGES = ['policies', 'guards'] as const

/** Whether a test is about a change of a definition; otherwise it is about a person who is verified. */
export function isAboutChange(test: object): boolean {
  return OF_CHANGES.some((name) => Object.hasOwn(test, name))
}

/** A test is of one kind: its members belong together, and it looks at something. */
function kindIssues(test: Members, given: Members, at: string): Issue[] {
  const then = membersOf(test.then)
  const changed = OF_CHANGES.find((name) => Object.hasOwn(test, name))
  const [others, thenOthers, kind] =
    changed === undefined
      ? [[], THEN_OF_CHANGES, 'a test without "change", "before" or "after"']
      : [OF_PERSONS, THEN_OF_PERSONS, `a test with "${changed}"`]
  const misplaced = (path: string, name: string): Issue => ({
    code: 'OPTION_NOT_ALLOWED',
    message: `${quote(name)} does not go with ${kind}`,
    hint: 'a test is about a person who is verified, or about a change: make it two tests',
    pointer: `${at}${path}/${name}`,
    part: 'key',
  })
  const has = (members: Members) => (name: string) => Object.hasOwn(members, name)
  const ofPersons = changed === undefined ? [] : ['provided_details']
  const ofChanges = changed === undefined ? ['sessions_last_30_days'] : []
  return [
    ...others.filter(has(test)).map((name) => misplaced('', name)),
    ...thenOthers.filter(has(then)).map((name) => misplaced('/then', name)),
    ...[...ofPersons, ...ofChanges].filter(has(given)).map((name) => misplaced('/given', name)),
    ...(changed === undefined ? nothingLookedAt(test, at, OF_PERSONS[1]) : wholeChange(test, at)),
  ]
}

function nothingLookedAt(test: Members, at: string, other?: string): Issue[] {
  if (['then', ...(other ? [other] : [])].some((name) => Object.hasOwn(test, name))) return []
  const message = `the test does not say what must be the case: "then"${other ? ` or "${other}"` : ''} is missing`
  return [{ code: 'MISSING_FIELD', message, pointer: `${at}/then`, part: 'value' }]
}

/** A change is a patch of something, or says what is there afterwards. */
function wholeChange(test: Members, at: string): Issue[] {
  const has = (name: string) => Object.hasOwn(test, name)
  if (has('change') && has('after')) {
    const hint = 'keep one of the two: "after" is the whole flow, "change" is what differs'
    const message = '"change" and "after" both say what the flow becomes'
    return [{ code: 'OPTION_NOT_ALLOWED', message, hint, pointer: `${at}/change`, part: 'key' }]
  }
  if (has('change') && test.before === null) {
    const hint = 'describe the new flow in "after"'
    const message = 'there is no flow before that "change" could be about'
    return [{ code: 'OPTION_NOT_ALLOWED', message, hint, pointer: `${at}/change`, part: 'key' }]
  }
  if (!has('change') && !has('after')) {
    const message = 'the test does not say what the flow becomes: "change" or "after" is missing'
    return [{ code: 'MISSING_FIELD', message, pointer: `${at}/after`, part: 'value' }]
  }
  if (test.before === null && test.after === null) {
    const message = 'there is no flow before, and none after: nothing changes'
    return [{ code: 'INVALID_VALUE', message, hint: 'describe one of them', pointer: `${at}/after`, part: 'value' }]
  }
  return nothingLookedAt(test, at)
}

/** A verified session is not submitted again. */
function attemptIssues(when: unknown, at: string): Issue[] {
  const last = Array.isArray(when) ? when.indexOf('verified') : -1
  if (!Array.isArray(when) || last === -1 || last === when.length - 1) return []
  const message = 'the person is verified before this attempt: nothing is left to submit'
  return [
    {
      code: 'INVALID_VALUE',
      message,
      hint: 'let "verified" be the last',
      pointer: `${at}/when/${last + 1}`,
      part: 'value',
    },
  ]
}

function policyIssues(named: unknown, at: string, { policies }: Testable): Issue[] {
  if (!Array.isArray(named)) return []
  return named.flatMap((item: unknown, index): Issue[] => {
    const { policy } = membersOf(item)
    if (typeof policy !== 'string' || policy === '' || policies.includes(policy)) return []
    return [
      {
        code: 'POLICY_UNKNOWN',
        message: `no policy has the name ${quote(policy)}`,
        hint: policies.length === 0 ? 'the project has no policies' : suggest(policy, policies, 'the policies are'),
        pointer: `${at}/then/policies/${index}/policy`,
        part: 'value',
      },
    ]
  })
}

interface Described {
  readonly body: unknown
  /** Where the test describes it. */
  readonly pointer: string
  readonly environment: string
}

/** The flows that a test describes, in each environment that it runs in. */
function flowsOfTest(test: Members, { flow, environments: named }: Members, testable: Testable): Described[] {
  const known = [...testable.environments.keys()]
  const environments = Array.isArray(named) ? known.filter((name) => named.includes(name)) : known
  return environments.flatMap((environment): Described[] => {
    const whole = (['before', 'after'] as const)
      .filter((name) => isObject(test[name]))
      .map((name) => ({ body: test[name], pointer: `/${name}`, environment }))
    if (!isObject(test.change) || typeof flow !== 'string') return whole
    const from = Object.hasOwn(test, 'before') ? test.before : testable.bodyOf(flow, environment)
    if (!isObject(from)) return whole
    return [...whole, { body: mergePatch(from, test.change), pointer: '/change', environment }]
  })
}

function bodyIssues(body: unknown, at: string, environment: string, { environments }: Testable): Issue[] {
  return checkFlowBody(body, environments.get(environment) ?? 'test').map((issue) => ({
    ...issue,
    message: `${issue.message} (in environment ${quote(environment)})`,
    pointer: at + issue.pointer,
  }))
}
