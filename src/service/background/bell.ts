/** Wakes whoever waits. Rung while nobody waits, it lets the next one pass. */
export interface Bell {
  ring(): void
  /** Resolves when it rings, or after so many milliseconds. Holds no process back from its end. */
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
