import { ENDS_SOON } from '../../../model/api-key.js'
import type { Service } from '../calls/call.js'
import { SERVICE } from '../calls/principal.js'
import { recordEvent } from '../events/events.js'
import { toResource } from './keys.js'

const NOBODY = { livemode: false, principal: SERVICE } as const
const MOST_AT_ONCE = 100

/**
 * Records an event for every key that ends soon: once for each, in the transaction that marks it, however many processes
 * look. Answers whether there may be more. Writes nothing if there is none.
 */
export async function tellEndingKeys(service: Service): Promise<boolean> {
  const soon = (now: number) => ({ after: now, before: now + ENDS_SOON })
  if (!(await service.read(NOBODY, ({ tx, now }) => tx.apiKeys.hasEnding(soon(now))))) return false
  return service.write(NOBODY, async (call) => {
    const keys = await call.tx.apiKeys.takeEnding(soon(call.now), MOST_AT_ONCE)
    for (const key of keys) {
      const ofMode = { ...call, livemode: key.livemode }
      await recordEvent(ofMode, 'verification_flows.api_key.expiring', toResource(key))
    }
    return keys.length === MOST_AT_ONCE
  })
}
