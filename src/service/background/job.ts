/** Something that the service does by itself, over and over. */
export interface Job {
  /** For the log. */
  readonly name: string
  /** Does a part of the work. Answers whether more is due now. */
  run(): Promise<boolean>
  /** Resolves when everything that `run` began has ended. */
  settled?(): Promise<void>
  /** Milliseconds between two runs. By default a second, or at once after a write of this process. */
  readonly every?: number
}
