import type { FlowKey } from '../../model/flow.js'
import type { DesiredFlow } from '../../model/state.js'
import type { Trial } from '../../remote/trial.js'
import type { Difference, TestResult } from '../../tests/result.js'
import { isAboutChange } from '../../validate/test-file.js'
import type { Project } from '../project/project.js'
import { checkedTestedSources, type TestedSources } from '../project/sources.js'
import { targetNamed } from '../site.js'
import { tryChange } from './change.js'
import { deployTo, tryPerson } from './person.js'
import { type ScheduledTest, selectTests, type TestSelection } from './select.js'

export interface TestRun {
  /** In the order of files, of tests and of the environments of the configuration. */
  readonly results: readonly TestResult[]
  /** Number of test files in the project, whatever was selected. */
  readonly files: number
}

/**
 * Runs a project's tests, each in its environments, in trials: neither a store of the project nor a network is touched.
 * Throws InvalidDefinitions if definitions, policies or tests have errors, and Failure for a selection of nothing.
 */
export async function runTests(
  project: Project,
  selection: TestSelection,
  openTrial: () => Promise<Trial>,
): Promise<TestRun> {
  const sources = await checkedTestedSources(project)
  const scheduled = selectTests(project, sources.tests, selection)
  const trials = new Trials(project.config.project, scheduled, openTrial)
  const environments = new Environments(sources)
  const results: TestResult[] = []
  try {
    for (const one of scheduled) {
      const flows = environments.flowsOf(one.environment)
      const differences = isAboutChange(one.test)
        ? await tryChange(one, {
            project: project.config.project,
            target: targetNamed(project, one.environment),
            policies: sources.policies,
            defined: flows.get(one.flow) ?? null,
          })
        : await trials.tryPerson(one, flows)
      results.push(resultOf(one, differences, sources))
    }
  } finally {
    await trials.close()
  }
  return { results, files: sources.tests.count }
}

function resultOf(one: ScheduledTest, differences: readonly Difference[], { tests }: TestedSources): TestResult {
  const { file, pointer, test, flow, environment } = one
  const failures = differences.map(({ pointer: within, ...difference }) => ({
    at: tests.place(file, pointer + within),
    ...difference,
  }))
  return { file, name: test.name, at: tests.place(file, `${pointer}/name`), flow, environment, failures }
}

/** What the definitions say in each environment, looked at once. */
class Environments {
  readonly #sources: TestedSources
  readonly #known = new Map<string, ReadonlyMap<FlowKey, DesiredFlow>>()

  constructor(sources: TestedSources) {
    this.#sources = sources
  }

  flowsOf(environment: string): ReadonlyMap<FlowKey, DesiredFlow> {
    const known = this.#known.get(environment)
    if (known !== undefined) return known
    const flows = new Map(this.#sources.definitions.desired(environment).map((flow) => [flow.key, flow]))
    this.#known.set(environment, flows)
    return flows
  }
}

/** One trial for each environment, with the flows that are tested there. Every person has a session of their own. */
class Trials {
  readonly #project: string
  readonly #scheduled: readonly ScheduledTest[]
  readonly #open: () => Promise<Trial>
  readonly #opened = new Map<string, Trial>()

  constructor(project: string, scheduled: readonly ScheduledTest[], open: () => Promise<Trial>) {
    this.#project = project
    this.#scheduled = scheduled
    this.#open = open
  }

  async tryPerson(one: ScheduledTest, flows: ReadonlyMap<FlowKey, DesiredFlow>): Promise<Difference[]> {
    const flow = flows.get(one.flow)
    if (flow === undefined) throw new Error(`the flow ${one.flow} was checked, but has no definition`)
    return tryPerson(one, flow.config, await this.#of(one.environment, flows))
  }

  async close(): Promise<void> {
    for (const trial of this.#opened.values()) await trial.close()
  }

  async #of(environment: string, flows: ReadonlyMap<FlowKey, DesiredFlow>): Promise<Trial> {
    const opened = this.#opened.get(environment)
    if (opened !== undefined) return opened
    const tested = new Set(
      this.#scheduled
        .filter((one) => one.environment === environment && !isAboutChange(one.test))
        .map(({ flow }) => flow),
    )
    const trial = await this.#open()
    this.#opened.set(environment, trial)
    const desired = [...flows.values()].filter(({ key }) => tested.has(key))
    await deployTo(
      trial,
      // A rename would need the flow of the earlier key.
      desired.map((flow) => ({ ...flow, renamedFrom: null })),
      { project: this.#project, environment },
    )
    return trial
  }
}
