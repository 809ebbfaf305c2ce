import type { Table } from './report/table.js'

export interface BenchOptions {
  /** Flows in the parts that plan and apply them from the command line. */
  readonly count: number
  /** How often each comparison is repeated. */
  readonly runs: number
  /** Seconds of one measurement under load. */
  readonly seconds: number
  readonly connections: readonly number[]
  /** The sizes of the largest store. */
  readonly flows: number
  readonly sessions: number
  /** Terraform's resources. */
  readonly resources: readonly number[]
  /** The built program of the last release; undefined where there is none. */
  readonly release: string | undefined
  /** Another Node, whose start is measured as well. */
  readonly node: string | undefined
}

/** One part of the benchmark, which can be run alone. It says on stderr what it leaves out, and why. */
export interface Part {
  readonly name: string
  readonly measure: (options: BenchOptions) => Promise<readonly Table[]>
}
