import { describe, expect, onTestFinished, test } from 'vitest'
import { type Caller, service } from '../../src/service/operations/calls/call.js'
import { localUser } from '../../src/service/operations/calls/principal.js'
import { receiveFromVerifier } from '../../src/service/operations/sessions/receive.js'
import { redactSession } from '../../src/service/operations/sessions/redaction.js'
import {
  cancelSession,
  createSession,
  retrieveSession,
  updateSession,
} from '../../src/service/operations/sessions/sessions.js'
import { verifierWorkKind } from '../../src/service/operations/sessions/verifier-work.js'
import { doDue } from '../../src/service/operations/work/do-due.js'
import { storeOfTheLane } from '../store/stores.js'
import { StripeStandIn } from '../stripe/stand-in.js'
import { stripeAt, webhookOf } from '../verifier/stripe-setting.js'

const CALLER: Caller = { livemode: false, principal: localUser('tester') }
const SESSION = 'POST /v1/identity/verification_sessions/:session'
const HOUR = 60 * 60

describe.each(storeOfTheLane)(
  'a call to Stripe that is repeated, or crosses what happens there, on $name,',
  (implementation) => {
    async function aService() {
      const clock = { now: 1_790_000_000 }
      const standIn = await StripeStandIn.start({ clock })
      onTestFinished(() => standIn.close())
      const store = await (await implementation.made()).open()
      const verifier = await stripeAt(standIn, { timeout: 250 }, () => clock.now)
      const operations = service({ store, now: () => clock.now, verifiers: [verifier] })
      const { id } = await operations.write(CALLER, (call) => createSession(call, { type: 'document' }))
      const work = async () => {
        while (await doDue(operations, verifierWorkKind(operations)).catch(() => true));
      }
      /** Whether the session is redacted at Stripe, and how its status is here. */
      const seen = async () => {
        const { status, redaction } = await operations.read(CALLER, (call) => retrieveSession(call, id))
        return [standIn.test.session(id).redaction, status, redaction?.status ?? null]
      }
      const heard = async () => {
        await receiveFromVerifier(operations, 'stripe', webhookOf(standIn, id))
        await work()
      }
      const events = async () => {
        const { data } = await store.read((tx) => tx.events.list(false, {}, { limit: 100 }))
        return data.map(({ type }) => type.replace('identity.verification_session.', '')).reverse()
      }
      return { id, clock, standIn, acts: standIn.acts(), operations, work, heard, seen, events }
    }

    test('redacts soon after the processing that Stripe refused it for, though Stripe keeps its refusals for a day', async () => {
      const { id, clock, acts, operations, work, seen } = await aService()
      acts.submit(id)
      await operations.write(CALLER, (call) => redactSession(call, id))
      for (let hours = 0; hours < 5; hours += 1) {
        await work()
        clock.now += HOUR
      }
      expect(await seen()).toEqual([null, 'canceled', 'processing'])
      acts.finish(id, 'verified')
      clock.now += 2 * HOUR
      await work()
      expect(await seen()).toEqual(['processing', 'canceled', 'processing'])
      acts.finishRedaction(id)
      clock.now += HOUR
      await work()
      expect(await seen()).toEqual(['redacted', 'verified', 'redacted'])
    })

    test('does not go back to what the session was when the call was made first', async () => {
      const { id, clock, standIn, acts, operations, work, heard, seen, events } = await aService()
      standIn.faults.next('silent-after', SESSION)
      const changed = operations.write(CALLER, (call) => updateSession(call, id, { metadata: { a: '1' } }))
      await expect(changed).rejects.toMatchObject({ status: 503 })
      acts.finish(id, 'verified')
      await heard()
      expect(await seen()).toEqual([null, 'verified', null])
      clock.now += HOUR
      await work()
      expect(await seen()).toEqual([null, 'verified', null])
      expect(await events()).toEqual(['created', 'processing', 'verified'])
    })

    test('makes no second session where Stripe has forgotten the key: the first one is found', async () => {
      const { clock, standIn, operations, work, events } = await aService()
      standIn.faults.next('silent-after', 'POST /v1/identity/verification_sessions')
      const created = operations.write(CALLER, (call) => createSession(call, { type: 'document' }))
      await expect(created).rejects.toMatchObject({ status: 503 })
      clock.now += 23 * HOUR + 60
      await work()
      expect([[...standIn.test.sessions].length, await events()]).toEqual([2, ['created', 'created']])
    })

    test('cancels nobody who has submitted: Stripe says why, and the session goes on', async () => {
      const { id, acts, operations, work, heard, seen, events } = await aService()
      acts.submit(id)
      const canceled = operations.write(CALLER, (call) => cancelSession(call, id))
      const body = expect.objectContaining({ message: expect.stringContaining('its status is processing') })
      await expect(canceled).rejects.toMatchObject({ status: 400, body })
      await work()
      expect(await seen()).toEqual([null, 'processing', null])
      acts.finish(id, 'verified')
      await heard()
      expect(await events()).toEqual(['created', 'processing', 'verified'])
    })
  },
)
