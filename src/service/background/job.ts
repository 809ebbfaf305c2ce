/** Something that the service does by itself, over and over. */
export interface Job {
  /** For the log. */
  readonly name: string
  /** Does a part of what there is to do. Answers whether there is more to do now. */
  run(): Promise<boolean>
  /** Resolves when nothing that `run` began is still under way. */
  settled?(): Promise<void>
  /** Milliseconds between two looks; by default a second, and at once when a write of this process says so. */
  readonly every?: number
}
