import type { Caller, Service } from '../../operations/calls/call.js'
import { SERVICE } from '../../operations/calls/principal.js'
import { markUsed } from '../../operations/keys/keys.js'

export interface KeyUsage {
  /** Has a key marked with a minute, some time later. Costs the request nothing. */
  note(id: string, minute: number): void
  /** Marks what is still to be marked. */
  close(): Promise<void>
}

/** Keys used at about the same time are marked in one write. In milliseconds. */
const DELAY = 250

const NOBODY: Caller = { livemode: false, principal: SERVICE }

/** Writes down when keys were last used: at most once a minute for each. What cannot be written is told, and left out. */
export function keyUsage(service: Service, failed: (error: unknown) => void): KeyUsage {
  let minuteNow = 0
  const seen = new Set<string>()
  let pending = new Set<string>()
  let timer: NodeJS.Timeout | undefined

  const write = async () => {
    clearTimeout(timer)
    timer = undefined
    const ids = [...pending]
    pending = new Set()
    if (ids.length > 0) await service.write(NOBODY, (call) => markUsed(call, ids, minuteNow)).catch(failed)
  }

  return {
    note(id, minute) {
      if (minute !== minuteNow) {
        minuteNow = minute
        seen.clear()
      }
      if (seen.has(id)) return
      seen.add(id)
      pending.add(id)
      timer ??= setTimeout(write, DELAY).unref()
    },
    close: write,
  }
}
