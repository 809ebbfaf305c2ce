/** The calls that are being answered. */
export class UnderWay {
  readonly #calls = new Map<Promise<unknown>, (error: unknown) => void>()

  /** The work, or a rejection with an error that `crash` got: work whose own error got lost might never end. */
  async orCrash<Result>(work: Promise<Result>): Promise<Result> {
    try {
      return await new Promise<Result>((done, fail) => {
        this.#calls.set(work, fail)
        work.then(done, fail)
      })
    } finally {
      this.#calls.delete(work)
    }
  }

  /** An error occurred outside of every call. */
  crash(error: unknown): void {
    for (const fail of this.#calls.values()) fail(error)
  }

  /** Resolves when no call is running, or after this many milliseconds. */
  async ended(patience: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((done) => {
      timer = setTimeout(done, patience)
    })
    await Promise.race([Promise.allSettled(this.#calls.keys()), late])
    clearTimeout(timer)
  }
}
