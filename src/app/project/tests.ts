import { discover, TEST_FILES } from '../../load/discover.js'
import type { Diagnostic, Issue, SourcePosition } from '../../model/diagnostic.js'
import { type FlowBody, type FlowKey, withoutDefaults } from '../../model/flow.js'
import { modesOf } from '../../model/mode.js'
import type { TestFile } from '../../model/schema-types.js'
import { overlap, plainFolder } from '../../validate/config.js'
import type { Testable } from '../../validate/test-file.js'
import type { Definitions } from './definitions.js'
import type { Policies } from './policies.js'
import { linkedAway, missingFolder, type Project } from './project.js'
import { type Found, type SetOptions, SourceSet } from './source-set.js'

/** All tests of a project, read and checked. */
export interface Tests {
  /** Number of test files, including faulty ones. */
  readonly count: number
  /** Everything that is wrong, in order of file, line and column. */
  readonly diagnostics: readonly Diagnostic[]
  /** The files in order of their paths. Only without errors. */
  files(): readonly { readonly file: string; readonly value: TestFile }[]
  /** Where a file says something; the nearest place around it if it does not. */
  place(file: string, pointer: string, part?: Issue['part']): SourcePosition
}

/**
 * Reads and checks the tests of a project, against its definitions and policies. Mistakes of users never make it throw. The
 * checks are loaded only if something is to be checked.
 */
export async function readTests(
  project: Project,
  { definitions, policies }: { readonly definitions: Definitions; readonly policies: Policies },
  options: SetOptions = {},
): Promise<Tests> {
  const { environments } = project.config
  const testable: Testable = {
    environments: modesOf(environments),
    flows: definitions.keys,
    policies: policies.names,
    bodyOf: bodiesOf(definitions),
  }
  // A test may change a flow: what its definition says decides whether the result can be a flow.
  const decides = [environments, definitions.digest, policies.names]
  const set = new SourceSet(project, { name: 'tests' }, findTests(project), decides, options)
  const diagnostics = set.isValid ? [] : await checked(set, testable)
  return {
    count: set.listed.length,
    diagnostics,
    files: () => {
      if (diagnostics.length > 0) throw new Error('tests with errors cannot be run')
      return set.read().map(({ file, value }) => ({ file, value: value as TestFile }))
    },
    place: (file, pointer, part = 'value') => {
      const source = set.source(file)
      const place = (part === 'key' ? source?.key(pointer) : undefined) ?? source?.value(pointer)
      return { file, line: 1, column: 1, ...place }
    },
  }
}

async function checked(set: SourceSet, testable: Testable): Promise<readonly Diagnostic[]> {
  const { checkTestFile } = await import('../../validate/test-file.js')
  return set.check({ file: ({ value }) => ({ issues: checkTestFile(value, testable) }), set: () => [] })
}

/** Each environment is looked at once, and only if a test changes a flow there. */
function bodiesOf(definitions: Definitions): Testable['bodyOf'] {
  if (definitions.diagnostics.length > 0) return () => undefined
  const known = new Map<string, ReadonlyMap<FlowKey, FlowBody>>()
  return (flow, environment) => {
    const bodies = known.get(environment) ?? bodiesIn(definitions, environment)
    known.set(environment, bodies)
    return bodies.get(flow)
  }
}

function bodiesIn(definitions: Definitions, environment: string): ReadonlyMap<FlowKey, FlowBody> {
  return new Map(definitions.desired(environment).map(({ key, config }) => [key, withoutDefaults(config)]))
}

/** The folder of the tests; undefined if it is the usual one, and definitions or policies are there. */
export function testsFolder({ config }: Project): string | undefined {
  const folder = plainFolder(config.tests ?? 'tests')
  const others = [...config.flows, plainFolder(config.policies ?? 'policies')]
  return config.tests === undefined && others.some((other) => overlap(folder, other)) ? undefined : folder
}

/** The files of the tests, unread. The usual folder may be missing, and may be one of other things. */
export function findTests(project: Project): Found {
  const folder = testsFolder(project)
  if (folder === undefined) return { files: [], diagnostics: [] }
  const isNamed = project.config.tests !== undefined
  const { files, diagnostics, exists } = discover(project.root, folder, TEST_FILES)
  if (exists === true || !isNamed) return { files, diagnostics }
  if (exists === 'link') return { files, diagnostics: [linkedAway(project, 'tests', folder)] }
  const missing = missingFolder(project, 'tests', folder)
  return { files, diagnostics: [missing] }
}
