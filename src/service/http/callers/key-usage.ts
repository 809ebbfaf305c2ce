import type { Caller, Service } from '../../operations/calls/call.js'
import { SERVICE } from '../../operations/calls/principal.js'
import { markUsed } from '../../operations/keys/keys.js'

export interface KeyUsage {
  /** Notes that a key was used in a minute; it is written a little later. Costs the request nothing. */
  note(id: string, minute: number): void
  /** Writes all notes that are still pending. */
  close(): Promise<void>
}

/** How long notes are collected before one write, in milliseconds. */
const DELAY = 250

const NOBODY: Caller = { livemode: false, principal: SERVICE }

/** Records when keys were last used, at most once a minute for each. A failed write is reported and not repeated. */
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
