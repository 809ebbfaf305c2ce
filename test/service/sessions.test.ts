import { describe, expect, test } from 'vitest'
import { type Implementation, storeOfTheLane } from '../store/stores.js'
import { type Served, served } from './serving.js'

const SESSIONS = '/v1/identity/verification_sessions'
const FLOWS = '/v1/identity/verification_flows'

async function withFlow(implementation: Implementation, body: object = {}): Promise<Served> {
  const api = await served({ implementation })
  await api.call('POST', FLOWS, { body: { key: 'a', name: 'A', type: 'document', ...body } })
  return api
}

async function created(api: Served, body: object) {
  const answer = await api.call('POST', SESSIONS, { body })
  expect(answer.status, JSON.stringify(answer.body)).toBe(200)
  return answer.body
}

async function refused(api: Served, body: object) {
  const answer = await api.call('POST', SESSIONS, { body })
  expect(answer.status).toBeGreaterThanOrEqual(400)
  return answer.body.error
}

describe.each(storeOfTheLane)('a session from a flow, on $name', (implementation) => {
  test('runs only the checks that are on', async () => {
    const api = await withFlow(implementation, {
      type: 'id_number',
      options: { phone: { require_verification: true }, matching: { dob: 'similar' } },
    })
    const session = await created(api, { verification_flow: 'a' })
    expect(session.options).toEqual({
      id_number: {},
      phone: { require_verification: true },
      matching: { name: 'none', dob: 'similar' },
    })
  })

  test('may be given options that are unset, which ask for nothing', async () => {
    const api = await withFlow(implementation)
    for (const options of ['', { document: '' }, { document: { require_live_capture: '' } }]) {
      expect((await created(api, { verification_flow: 'a', options })).type).toBe('verification_flow')
    }
    const options = { document: { require_live_capture: false } }
    expect(await refused(api, { verification_flow: 'a', options })).toMatchObject({
      code: 'parameters_exclusive',
      param: 'options',
    })
  })

  test('keeps its options and version when the flow changes', async () => {
    const api = await withFlow(implementation, { options: { document: { require_live_capture: true } } })
    const session = await created(api, { verification_flow: 'a' })
    await api.call('POST', `${FLOWS}/a`, { body: { options: { document: { require_live_capture: false } } } })
    expect((await api.call('GET', `${SESSIONS}/${session.id}`)).body).toEqual(session)
    expect(session).toMatchObject({
      verification_flow_version: 1,
      options: { document: { require_live_capture: true } },
    })
    const later = await created(api, { verification_flow: session.verification_flow })
    expect(later).toMatchObject({
      verification_flow_version: 2,
      options: { document: {} },
    })
  })

  test.each(['myapp://done', 'com.example.app:/done', 'https://example.com/x', 'http://localhost:3000'])(
    'takes as a return address what an app or a browser goes to, in both modes: %s',
    async (return_url) => {
      const api = await served({ implementation })
      for (const key of [api.key, api.liveKey]) {
        const { status, body } = await api.call('POST', SESSIONS, { body: { type: 'document', return_url }, key })
        expect(status).toBe(200)
        const stored = await api.store.read((tx) => tx.sessions.byId(key === api.liveKey, body.id))
        expect(stored?.return_url).toBe(return_url)
      }
    },
  )

  test.each([
    'http://192.168.1.5:3000/done',
    'http://10.0.0.1',
    'http://172.16.9.9',
    'http://169.254.1.1',
    'http://[fd00::1]:8080',
    'http://laptop.local',
    'http://web:3000/done',
  ])('takes http on a private network as a return address in test mode only: %s', async (return_url) => {
    const api = await served({ implementation })
    const send = (key: string) => api.call('POST', SESSIONS, { body: { type: 'document', return_url }, key })
    expect((await send(api.key)).status).toBe(200)
    expect((await send(api.liveKey)).body.error).toMatchObject({ code: 'url_invalid', param: 'return_url' })
  })

  test('takes http on a private network as the return address of a flow in test mode only', async () => {
    const api = await served({ implementation })
    const return_url = 'http://192.168.1.5:3000/done'
    const flow = { key: 'a', name: 'A', type: 'document' }
    const send = (key: string, path: string, body: object) => api.call('POST', path, { body, key })
    expect(await send(api.key, FLOWS, { ...flow, return_url })).toMatchObject({ status: 200, body: { return_url } })
    const refusal = {
      status: 400,
      body: { error: { code: 'url_invalid', param: 'return_url', message: expect.stringContaining('in live mode') } },
    }
    expect(await send(api.liveKey, FLOWS, { ...flow, return_url })).toMatchObject(refusal)
    expect((await send(api.liveKey, FLOWS, flow)).status).toBe(200)
    expect(await send(api.liveKey, `${FLOWS}/a`, { return_url })).toMatchObject(refusal)
    const session = await send(api.key, SESSIONS, { verification_flow: 'a' })
    const id = String(session.body.id)
    expect((await api.store.read((tx) => tx.sessions.byId(false, id)))?.return_url).toBe(return_url)
  })

  test.each([
    'javascript:alert(1)',
    'javascript://x/%0aalert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'http://example.com',
    'http://172.32.0.1',
    'http://192.168.1.5@example.com',
    'http://user:secret@192.168.1.5',
    'example.com/done',
  ])('never takes as a return address what runs, opens files or is read on its way: %s', async (return_url) => {
    const api = await served({ implementation })
    const error = await refused(api, { type: 'document', return_url })
    expect(error).toMatchObject({ code: 'url_invalid', param: 'return_url' })
    expect(error.message).not.toContain(return_url)
  })

  test('takes the return address of the flow unless it is given one, and never shows it', async () => {
    const api = await withFlow(implementation, { return_url: 'https://example.com/flow' })
    const ids: string[] = []
    for (const more of [{}, { return_url: 'https://example.com/own' }]) {
      const session = await created(api, { verification_flow: 'a', ...more })
      expect(session).not.toHaveProperty('return_url')
      ids.push(session.id)
    }
    const stored = await api.store.read(async (tx) => [
      (await tx.sessions.byId(false, ids[0] ?? ''))?.return_url,
      (await tx.sessions.byId(false, ids[1] ?? ''))?.return_url,
    ])
    expect(stored).toEqual(['https://example.com/flow', 'https://example.com/own'])
  })

  test('is refused by an archived flow, which says so, and taken again when the flow is restored', async () => {
    const api = await withFlow(implementation)
    await api.call('POST', `${FLOWS}/a/archive`)
    expect((await refused(api, { verification_flow: 'a' })).message).toContain('is archived')
    await api.call('POST', `${FLOWS}/a/restore`)
    await created(api, { verification_flow: 'a' })
  })

  test('takes neither type nor options', async () => {
    const api = await withFlow(implementation)
    for (const more of [{ type: 'document' }, { options: { document: { require_live_capture: true } } }]) {
      const error = await refused(api, { verification_flow: 'a', ...more })
      expect(error).toMatchObject({ code: 'parameters_exclusive', param: Object.keys(more)[0] })
    }
  })

  test('of the other mode is not there', async () => {
    const api = await withFlow(implementation)
    const { id } = await created(api, { verification_flow: 'a' })
    const live = { key: api.liveKey }
    expect((await api.call('GET', `${SESSIONS}/${id}`, live)).status).toBe(404)
    expect((await api.call('GET', SESSIONS, live)).body.data).toEqual([])
    const across = await api.call('POST', SESSIONS, { ...live, body: { verification_flow: 'a' } })
    expect(across.body.error).toMatchObject({ code: 'resource_missing', param: 'verification_flow' })
  })
})

describe.each(storeOfTheLane)('a session without a flow, on $name', (implementation) => {
  test('takes the options of a document with a document only', async () => {
    const api = await served({ implementation })
    const options = { document: { require_live_capture: true } }
    expect(await refused(api, { type: 'id_number', options })).toMatchObject({ param: 'options[document]' })
    expect(await refused(api, { type: 'passport' })).toMatchObject({ param: 'type' })
    expect(await refused(api, { type: 'verification_flow' })).toMatchObject({ param: 'type' })
    expect(await refused(api, { type: 'document', options: { email: { require_verification: true } } })).toMatchObject({
      code: 'parameter_unknown',
      param: 'options[email]',
    })
    expect(
      await refused(api, { type: 'document', options: { document: { allowed_types: { 0: 'visa' } } } }),
    ).toMatchObject({ param: 'options[document][allowed_types][0]' })
  })
})

describe.each(storeOfTheLane)('what a session is given, on $name', (implementation) => {
  test('metadata has the limits of Stripe', async () => {
    const api = await served({ implementation })
    const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`key${n}`, 'x']))
    const fine = { ...many(49), ['k'.repeat(40)]: 'v'.repeat(500) }
    expect((await created(api, { type: 'document', metadata: fine })).metadata).toEqual(fine)
    for (const metadata of [many(51), { ['k'.repeat(41)]: 'v' }, { a: 'v'.repeat(501) }]) {
      expect((await refused(api, { type: 'document', metadata })).param).toMatch(/^metadata/)
    }
  })

  test.each([
    ['line breaks and tabs', 'first line\nsecond\r\n\tthird'],
    ['a bell, an escape sequence and DEL', 'a\u0007\u001b[31mred\u007f\u009b'],
    ['marks that hide and reorder', '\u202eabc\u2066\ufeff\u2028'],
    ['what looks like markup', '<script>&#10;</script> `x` | --- ::error::'],
    ['emoji, 500 code points of them', '🪪'.repeat(500)],
    ['blanks only', ' \n '],
  ])('metadata holds any text that can be stored: %s', async (_what, value) => {
    const api = await served({ implementation })
    const { id, metadata } = await created(api, { type: 'document', metadata: { note: value } })
    expect(metadata).toEqual({ note: value })
    const { body } = await api.call('GET', `${SESSIONS}/${id}`)
    expect(body.metadata).toEqual({ note: value })
    const [event] = (await api.call('GET', '/v1/events')).body.data
    expect(event.data.object.metadata).toEqual({ note: value })
    const flow = await api.call('POST', '/v1/identity/verification_flows', {
      body: { key: 'labelled', name: 'A', type: 'document', metadata: { note: value } },
    })
    expect(flow.body.metadata).toEqual({ note: value })
    expect((await api.call('GET', '/v1/identity/verification_flows/labelled')).body.metadata).toEqual({ note: value })
    expect(api.log.map((line) => JSON.stringify(line)).join()).not.toContain('note')
  })

  test('metadata with NUL, which no store keeps, is refused by name', async () => {
    const api = await served({ implementation })
    const error = await refused(api, { type: 'document', metadata: { note: 'a\0b' } })
    expect(error).toMatchObject({ param: 'metadata[note]', message: expect.stringContaining('NUL') })
    expect((await api.call('GET', SESSIONS)).body.data).toEqual([])
  })

  test('metadata without a value is left out', async () => {
    const api = await served({ implementation })
    const session = await created(api, { type: 'document', metadata: { a: '', b: 5, c: true } })
    expect(session.metadata).toEqual({ b: '5', c: 'true' })
    expect((await created(api, { type: 'document', metadata: '' })).metadata).toEqual({})
  })

  test('a reference has at most 5000 characters, and no control characters', async () => {
    const api = await served({ implementation })
    const long = 'r'.repeat(5000)
    expect((await created(api, { type: 'document', client_reference_id: long })).client_reference_id).toBe(long)
    for (const reference of [`${long}r`, 'a\u0007b']) {
      const error = await refused(api, { type: 'document', client_reference_id: reference })
      expect(error.param).toBe('client_reference_id')
    }
  })

  test('details may be one of the two, or empty', async () => {
    const api = await served({ implementation })
    const details = async (provided_details: unknown) =>
      (await created(api, { type: 'document', provided_details })).provided_details
    expect(await details({ email: 'a@example.com' })).toEqual({ email: 'a@example.com' })
    expect(await details({ email: '', phone: '+4930123456' })).toEqual({ phone: '+4930123456' })
    expect(await details({ email: '' })).toBeNull()
    expect(await details('')).toBeNull()
    const other = await refused(api, { type: 'document', provided_details: { name: 'secret' } })
    expect(other).toMatchObject({ code: 'parameter_unknown', param: 'provided_details[name]' })
  })

  test.each([
    '5555551212',
    '(555) 555-1212',
    '+1 555 555 1212',
    '+1-415-555-2671',
    '0049 30 1234 ext. 5',
    '٠١٢٣٤٥٦٧٨٩',
    ' 555 ',
    'call me',
    '5'.repeat(5000),
  ])('a phone number is kept as it is given: %.30s', async (phone) => {
    const api = await served({ implementation })
    const { id, provided_details } = await created(api, { type: 'document', provided_details: { phone } })
    expect(provided_details).toEqual({ phone })
    const updated = await api.call('POST', `${SESSIONS}/${id}`, {
      body: { provided_details: { phone: `${phone.slice(1)}0` } },
    })
    expect(updated.body.provided_details).toEqual({ phone: `${phone.slice(1)}0` })
  })

  test.each([
    'user@domain.com',
    'user+tag@domain.com',
    '"two words"@example.com',
    'jürgen@bücher.example',
    'two@at@example.com',
    ' a@example.com ',
    `${'a'.repeat(4989)}@example.co`,
  ])('an email address is kept as it is given: %.30s', async (email) => {
    const api = await served({ implementation })
    const { provided_details } = await created(api, { type: 'document', provided_details: { email } })
    expect(provided_details).toEqual({ email })
  })

  test.each([
    [{ phone: '555\u0007' }, 'provided_details[phone]', undefined],
    [{ phone: '555\n666' }, 'provided_details[phone]', undefined],
    [{ phone: '5'.repeat(5001) }, 'provided_details[phone]', undefined],
    [{ email: 'a\u001b@example.com' }, 'provided_details[email]', undefined],
    [{ email: `${'a'.repeat(4990)}@example.co` }, 'provided_details[email]', undefined],
    [{ email: 'no-at' }, 'provided_details[email]', 'email_invalid'],
    [{ email: '@example.com' }, 'provided_details[email]', 'email_invalid'],
    [{ email: 'a@' }, 'provided_details[email]', 'email_invalid'],
  ])('what is certainly wrong is refused by name, and not repeated: %.60j', async (provided_details, param, code) => {
    const error = await refused(await served({ implementation }), { type: 'document', provided_details })
    expect([error.param, error.code]).toEqual([param, code])
    for (const value of Object.values(provided_details)) expect(error.message).not.toContain(value)
  })

  test.each(['client_reference_id', 'related_customer', 'related_customer_account', 'provided_details[phone]'])(
    'what %s has at most are 5,000 code points',
    async (param) => {
      const api = await served({ implementation })
      const longest = '🪪'.repeat(5000)
      const of = (text: string) => (param.endsWith(']') ? { provided_details: { phone: text } } : { [param]: text })
      expect(await created(api, { type: 'document', ...of(longest) })).toMatchObject(of(longest))
      expect((await refused(api, { type: 'document', ...of(`${longest}x`) })).param).toBe(param)
    },
  )

  test.each([
    [{ related_person: { account: 'acct_1' } }, 'related_person[person]', /Missing required param/],
    [{ related_person: { person: 'person_1' } }, 'related_person[account]', /Missing required param/],
    [{ related_person: 'person_1' }, 'related_person', /Invalid object/],
    [{ related_person: { account: { a: 'b' }, person: 'person_1' } }, 'related_person[account]', /Invalid string/],
    [{ related_customer_account: 'a'.repeat(5001) }, 'related_customer_account', /at most 5000/],
  ])('whom it is related to is checked: %j', async (given, param, message) => {
    const api = await served({ implementation })
    const error = await refused(api, { type: 'document', ...given })
    expect(error).toMatchObject({ param, message: expect.stringMatching(message) })
    expect((await api.call('GET', SESSIONS)).body.data).toEqual([])
  })

  test('whom it is related to is kept, and left out where it is nobody', async () => {
    const api = await served({ implementation })
    const related = {
      related_customer: 'cus_1',
      related_customer_account: 'acct_1',
      related_person: { account: 'acct_1', person: 'person_1' },
    }
    expect(await created(api, { type: 'document', ...related })).toMatchObject(related)
    const empty = { related_customer: '', related_customer_account: '', related_person: '' }
    const nobody = await created(api, { type: 'document', ...empty })
    expect(nobody).toMatchObject({ related_customer: null, related_customer_account: null })
    expect(nobody).not.toHaveProperty('related_person')
    const { body } = await api.call('GET', `${SESSIONS}?related_customer_account=acct_1`)
    expect(body.data).toHaveLength(1)
  })

  test('are listed by a version of their flow, and by none without the flow', async () => {
    const api = await served({ implementation })
    await api.call('POST', FLOWS, { body: { key: 'of-versions', name: 'A', type: 'document' } })
    const { id } = await created(api, { verification_flow: 'of-versions' })
    await api.call('POST', `${FLOWS}/of-versions`, { body: { name: 'B' } })
    await created(api, { verification_flow: 'of-versions' })
    const first = await api.call('GET', `${SESSIONS}?verification_flow=of-versions&verification_flow_version=1`)
    expect(first.body.data.map((one: { id: string }) => one.id)).toEqual([id])
    const { status, body } = await api.call('GET', `${SESSIONS}?verification_flow_version=1`)
    expect([status, body.error.code, body.error.param]).toEqual([400, 'parameter_missing', 'verification_flow'])
  })

  test('a customer is kept, and found again', async () => {
    const api = await served({ implementation })
    const { id } = await created(api, { type: 'document', related_customer: 'cus_1' })
    const { body } = await api.call('GET', `${SESSIONS}?related_customer=cus_1`)
    expect(body.data).toMatchObject([{ id, related_customer: 'cus_1' }])
  })
})
