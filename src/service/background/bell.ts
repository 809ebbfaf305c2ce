/** Wakes the one that waits. If it rings while nothing waits, the next wait ends at once. */
export interface Bell {
  ring(): void
  /** Resolves when it rings, or after this many milliseconds. Does not keep the process alive. */
  wait(milliseconds: number): Promise<void>
}

export function bell(): Bell {
  let isRung = false
  let wake = () => {}
  return {
    ring() {
      isRung = true
      wake()
    },
    async wait(milliseconds) {
      if (!isRung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, milliseconds)
          timer.unref()
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
      isRung = false
    },
  }
}
