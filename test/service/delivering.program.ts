import { background } from '../../src/service/background/background.js'
import { service } from '../../src/service/operations/calls/call.js'
import { webhookTargets } from '../../src/service/operations/webhooks/webhook-targets.js'
import { openAt } from '../store/open-at.js'

/** Sends the webhooks that are due in a store, as a service process does, with a clock that is told, until it is killed. */
const [where = '', now = ''] = process.argv.slice(2)
const allow = ['127.0.0.0/8']
const store = await openAt(where)
const worker = background({
  service: service({ store, now: () => Number(now), webhookAllow: allow }),
  sending: { targets: webhookTargets(allow) },
  onFault: (_job, error) => {
    throw error
  },
})
worker.start()
process.stdout.write(`${JSON.stringify('ready')}\n`)
// Its own timers keep no process alive.
setInterval(() => {}, 1000)
