import { execFile, execFileSync } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { createFlow } from '../../src/service/operations/flows/flows.js'
import { storeOfTheLane } from '../store/stores.js'
import { served, TESTER } from './serving.js'

/** Debian's own Python has Debian's packages; another that stands before it on the PATH has not. */
const python = ['/usr/bin/python3', 'python3'].find((one) => {
  try {
    execFileSync(one, ['-c', 'import stripe'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})

// Where CI runs nothing may be left out without a word.
const isSkipped = python === undefined && process.env.CI !== 'true'
if (isSkipped) process.stderr.write('python3-stripe is not installed: the tests of the client for Python are skipped\n')

describe.skipIf(isSkipped).each(storeOfTheLane)('the official client for Python, on $name', (implementation) => {
  test('does what an application does with it, booleans in its own spelling', async () => {
    expect(python, 'python3-stripe is not installed: apt-get install python3-stripe').toBeDefined()
    const api = await served({ implementation, processing: 0 })
    const { id } = await api.service.write(TESTER, (call) =>
      createFlow(call, { key: 'sign-up', name: 'Sign-up', type: 'document' }),
    )
    const args = ['test/service/python-client.py', api.url, api.key, id]
    const { stdout } = await promisify(execFile)(python ?? '', args)
    expect(JSON.parse(stdout)).toEqual({
      version: expect.stringMatching(/^\d+\./),
      from_flow: expect.objectContaining({
        verification_flow: id,
        client_reference_id: 'reference-token',
        provided_details: { phone: '5555551212', email: 'user@domain.com' },
      }),
      session: expect.objectContaining({
        options: { document: { require_matching_selfie: true, require_live_capture: false } },
        metadata: { note: 'two\nlines', paid: 'True' },
      }),
      modified: { paid: 'True' },
      canceled: 'canceled',
      redacted: { status: 'redacted' },
      paged: 5,
      delivered: expect.any(Number),
      undelivered: 0,
      endpoints: ['disabled', 'enabled', true],
      missing: { class: 'InvalidRequestError', status: 404, code: 'resource_missing', param: 'session' },
      wrong: { class: 'InvalidRequestError', status: 400, code: null, param: 'type' },
      other_account: { class: 'PermissionError', status: 403, code: 'platform_account_required', param: null },
      same: true,
    })
  })
})
