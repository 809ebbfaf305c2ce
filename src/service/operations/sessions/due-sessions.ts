import type { Caller, Service } from '../calls/call.js'
import { SERVICE } from '../calls/principal.js'
import { end } from './attempts.js'
import { finishRedaction } from './redaction.js'

const MOST_AT_ONCE = 100

/**
 * Goes on with sessions that are due: ends the attempt of those that are processing, finishes what is being redacted.
 * Each in a transaction of its own, which looks first whether somebody else was quicker; one that fails stays due and
 * keeps no other back. Answers whether there may be more to do, and throws the first failure when all were tried.
 */
export async function continueDueSessions(service: Service): Promise<boolean> {
  const found = await service.read(NOBODY, ({ tx, now }) => tx.sessions.due(now, MOST_AT_ONCE))
  const failures: unknown[] = []
  for (const { id, livemode } of found) {
    const going = service.write({ ...NOBODY, livemode }, async (call) => {
      const session = await call.tx.sessions.toWrite(livemode, id)
      if (session === undefined || session.due === null || session.due > call.now) return
      await (session.redaction === 'processing' ? finishRedaction(call, session) : end(call, session))
    })
    await going.catch((error) => failures.push(error))
  }
  if (failures.length > 0) throw failures[0]
  return found.length === MOST_AT_ONCE
}

const NOBODY: Caller = { livemode: false, principal: SERVICE }
