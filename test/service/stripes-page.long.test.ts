import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { createFlow } from '../../src/service/operations/flows/flows.js'
import { storeOfTheLane } from '../store/stores.js'
import { type Served, served, TESTER } from './serving.js'

/** The requests of docs.stripe.com/identity/verification-flows, word for word, in both spellings that the page had. */
const CREATE = String.raw`curl https://api.stripe.com/v1/identity/verification_sessions \
  -u "<<YOUR_SECRET_KEY>>:" \
  -d "verification_flow={{IDENTITYVERIFICATIONFLOW_ID}}"`

const CREATE_WITH_DETAILS = String.raw`curl https://api.stripe.com/v1/identity/verification_sessions \
  -u "<<YOUR_SECRET_KEY>>:" \
  -d "verification_flow={{IDENTITYVERIFICATIONFLOW_ID}}" \
  -d "provided_details[phone]=5555551212" \
  --data-urlencode "provided_details[email]=user@domain.com" \
  -d client_reference_id=reference-token`

const CREATE_WITH_DETAILS_BEFORE = String.raw`curl https://api.stripe.com/v1/identity/verification_sessions \
  -u "<<YOUR_SECRET_KEY>>:" \
  -d verification_flow="{{IDENTITYVERIFICATIONFLOW_ID}}" \
  -d "provided_details[phone]"=5555551212 \
  --data-urlencode "provided_details[email]"="user@domain.com" \
  -d client_reference_id=reference-token`

const DETAILS = {
  client_reference_id: 'reference-token',
  provided_details: { email: 'user@domain.com', phone: '5555551212' },
}

/** Only the host, the key and the flow are ours. */
async function run(command: string, { url, key }: Served, flow: string) {
  const script = command
    .replace('https://api.stripe.com', url)
    .replace('<<YOUR_SECRET_KEY>>', key)
    .replace('{{IDENTITYVERIFICATIONFLOW_ID}}', flow)
  const { stdout } = await promisify(execFile)('sh', ['-c', `${script} --silent --show-error`])
  return JSON.parse(stdout)
}

describe.each(storeOfTheLane)("the requests of Stripe's page on flows, sent by curl, on $name", (implementation) => {
  test.each([
    ['a session from a flow', CREATE, { client_reference_id: null, provided_details: null }],
    ['a session with details of the person', CREATE_WITH_DETAILS, DETAILS],
    ['the same as the page wrote it before', CREATE_WITH_DETAILS_BEFORE, DETAILS],
  ])('are granted: %s', async (_what, command, expected) => {
    const api = await served({ implementation })
    const { id } = await api.service.write(TESTER, (call) =>
      createFlow(call, { key: 'sign-up', name: 'Sign-up', type: 'document' }),
    )
    expect(await run(command, api, id)).toMatchObject({
      object: 'identity.verification_session',
      status: 'requires_input',
      type: 'verification_flow',
      verification_flow: id,
      ...expected,
    })
  })
})
