import { SESSION_EXPANDABLE } from '../../service/operations/calls/expand.js'
import { localUser } from '../../service/operations/calls/principal.js'
import { retrieveSession } from '../../service/operations/sessions/sessions.js'
import { openMemoryStore } from '../../store/sqlite/memory.js'
import type { Trial } from '../trial.js'
import { told } from './told.js'
import { operationsOf, writerOver } from './writer.js'

/** A trial in this process, over a store in its memory. */
export async function embeddedTrial(): Promise<Trial> {
  const store = await told(openMemoryStore())
  const operations = operationsOf(store)
  const caller = { livemode: false, principal: localUser(null) }
  const { deploy, createSession, submitSession, close } = writerOver(operations, null, store)
  return {
    deploy,
    createSession,
    submitSession,
    close,
    inspect: async (id) => {
      const session = await told(operations.read(caller, (call) => retrieveSession(call, id, EVERYTHING)))
      const { last_verification_report: report } = session
      return { session, report: typeof report === 'string' ? null : report }
    },
  }
}

const EVERYTHING: ReadonlySet<string> = new Set(SESSION_EXPANDABLE)
