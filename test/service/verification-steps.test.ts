import { describe, expect, test } from 'vitest'
import { continueDueSessions } from '../../src/service/operations/sessions/due-sessions.js'
import { type Implementation, storeOfTheLane } from '../store/stores.js'
import { aPerson, goThrough, RIGHT } from './person.js'
import { type Served, served } from './serving.js'

const FLOWS = '/v1/identity/verification_flows'
const SESSIONS = '/v1/identity/verification_sessions'

const DOCUMENT = ['consent', 'document', 'picture']
const EVERYTHING = {
  type: 'document',
  options: {
    document: { require_live_capture: true, require_matching_selfie: true, require_id_number: true },
    email: { require_verification: true },
    phone: { require_verification: true },
  },
}

async function aService(implementation: Implementation): Promise<Served> {
  return served({ implementation, processing: 0 })
}

let count = 0
async function aSession(api: Served, flow: object = EVERYTHING, more: object = {}) {
  count += 1
  const key = `flow-${count}`
  await api.call('POST', FLOWS, { body: { key, name: 'Payouts', ...flow } })
  const { body } = await api.call('POST', SESSIONS, { body: { verification_flow: key, ...more } })
  return body as { id: string; url: string; client_secret: string }
}

async function statusOf(api: Served, { id }: { id: string }) {
  return (await api.call('GET', `${SESSIONS}/${id}`)).body
}

describe.each(storeOfTheLane)('a person who is verified, on $name', (implementation) => {
  test('is asked for what the flow checks, and for nothing else', async () => {
    const api = await aService(implementation)
    const email = { email: { require_verification: true } }
    const phone = { phone: { require_verification: true } }
    const rows: readonly (readonly [
      flow: object,
      given: object,
      steps: readonly string[],
      sections: readonly string[],
    ])[] = [
      [{ type: 'document' }, {}, DOCUMENT, ['document']],
      [
        { type: 'document', options: { document: { require_matching_selfie: true } } },
        {},
        [...DOCUMENT, 'selfie'],
        ['document', 'selfie'],
      ],
      [
        { type: 'document', options: { document: { require_id_number: true } } },
        {},
        [...DOCUMENT, 'id_number'],
        ['document', 'id_number'],
      ],
      [{ type: 'id_number' }, {}, ['consent', 'id_number'], ['id_number']],
      [
        { type: 'id_number', options: email },
        {},
        ['consent', 'id_number', 'email', 'email_code'],
        ['id_number', 'email'],
      ],
      [
        { type: 'id_number', options: email },
        { provided_details: { email: 'given@example.com' } },
        ['consent', 'id_number', 'email_code'],
        ['id_number', 'email'],
      ],
      [
        { type: 'id_number', options: phone },
        { provided_details: { email: 'given@example.com' } },
        ['consent', 'id_number', 'phone', 'phone_code'],
        ['id_number', 'phone'],
      ],
      [
        EVERYTHING,
        {},
        [...DOCUMENT, 'selfie', 'id_number', 'email', 'email_code', 'phone', 'phone_code'],
        ['document', 'selfie', 'id_number', 'email', 'phone'],
      ],
    ]
    for (const [flow, given, steps, sections] of rows) {
      const session = await aSession(api, flow, given)
      const walked = await goThrough(aPerson(), session.url)
      expect(walked.steps).toEqual([...steps, 'review'])
      expect(walked.page.title).toBe('You are verified')
      const { status, last_verification_report } = await statusOf(api, session)
      expect(status).toBe('verified')
      const report = await api.call('GET', `/v1/identity/verification_reports/${last_verification_report}`)
      expect(['document', 'selfie', 'id_number', 'email', 'phone'].filter((one) => one in report.body)).toEqual(
        sections,
      )
    }
  })

  test('picks from the types that the flow allows', async () => {
    const api = await aService(implementation)
    const options = { document: { allowed_types: ['passport', 'id_card'] } }
    const { url } = await aSession(api, { type: 'document', options })
    const { page } = await goThrough(aPerson(), url, 'document')
    const types = [...page.text.matchAll(/name="type" value="(\w+)"/g)].map(([, type]) => type)
    expect(types).toEqual(['id_card', 'passport', 'other'])
    expect(page.text).toContain('<option value="DE">Germany</option>')
  })

  test('has the document that was picked in the report, as long as it is allowed, and also after processing', async () => {
    for (const processing of [0, 5]) {
      const api = await served({ implementation, processing })
      const picked = { country: 'AT', type: 'id_card' }
      const documentOf = async (more: object) => {
        const session = await aSession(api, { type: 'document' })
        const person = aPerson()
        const { page } = await goThrough(person, session.url, 'document')
        const { page: review } = await goThrough(person, (await person.fill(page, picked)).url, 'review')
        await api.store.write(async (tx) => {
          const found = await tx.sessions.toWrite(false, session.id)
          if (found) await tx.sessions.update({ ...found, ...more })
        })
        await person.fill(review)
        api.clock.now += processing
        await continueDueSessions(api.service)
        const { last_verification_report } = await statusOf(api, session)
        const { body } = await api.call('GET', `/v1/identity/verification_reports/${last_verification_report}`)
        return [body.document.type, body.document.issuing_country]
      }
      expect(await documentOf({})).toEqual(['id_card', 'AT'])
      expect(await documentOf({ options: { document: { allowed_types: ['passport'] } } })).toEqual(['passport', 'US'])
    }
  })

  test('takes pictures with the camera alone where the flow says so, and no picture could be sent', async () => {
    const api = await aService(implementation)
    for (const [require_live_capture, files] of [
      [true, 0],
      [false, 2],
    ] as const) {
      const { url } = await aSession(api, { type: 'document', options: { document: { require_live_capture } } })
      const person = aPerson()
      const { page } = await goThrough(person, url, 'document')
      const { text } = await person.fill(page, { country: 'FR', type: 'id_card' })
      const inputs = text.match(/<input[^>]*type="file"[^>]*>/g) ?? []
      expect(inputs.length).toBe(files)
      expect(inputs.filter((input) => /\bname=/.test(input))).toEqual([])
      expect(text.match(/data-camera="environment"/g)?.length ?? 0).toBe(2 - files)
    }
  })

  test('leaves the address and number that were typed with the session, and nothing else of what was typed', async () => {
    const api = await aService(implementation)
    const session = await aSession(api)
    await goThrough(aPerson(), session.url)
    expect((await statusOf(api, session)).provided_details).toEqual({
      email: 'ada@example.com',
      phone: '(555) 555-1212',
    })
    const row = JSON.stringify(await api.store.read((tx) => tx.sessions.byId(false, session.id)))
    // Ids and times have such figures too, but not by themselves.
    expect(row).not.toMatch(/Ada|123456789|\b31\D+12\b/)
    expect(JSON.stringify(api.log)).not.toMatch(/ada@|555-1212|Ada/)
  })

  test('who mistyped an address can type another one at the next attempt', async () => {
    const api = await aService(implementation)
    const session = await aSession(api, { type: 'id_number', options: { email: { require_verification: true } } })
    const person = aPerson()
    const { page } = await goThrough(person, session.url, 'email')
    const code = await person.fill(page, { email: 'mistyped@example.com' })
    const failed = await person.fill(code, { outcome: 'email_verification_declined' })
    expect(failed.title).toBe('You could not be verified')
    expect((await statusOf(api, session)).provided_details).toBeNull()
    const [, again = ''] = /class="button" href="([^"]+)"/.exec(failed.text) ?? []
    const { steps } = await goThrough(person, new URL(again, failed.url).href)
    expect(steps).toContain('email')
    const { status, provided_details } = await statusOf(api, session)
    expect([status, provided_details]).toEqual(['verified', { email: 'ada@example.com' }])
  })

  test('sees the given address and number masked', async () => {
    const api = await aService(implementation)
    const provided_details = { email: 'given@example.com', phone: '+12025550199' }
    const { url } = await aSession(api, EVERYTHING, { provided_details })
    const person = aPerson()
    const { page } = await goThrough(person, url, 'email_code')
    expect(page.text).toContain('g••••@example.com')
    expect(page.text).not.toContain('given@')
    const { text } = await person.fill(page, RIGHT.email_code)
    expect(text).toContain('••••99')
    expect(text).not.toContain('5550199')
  })

  test('confirms one address, and another that takes its place anew', async () => {
    const api = await aService(implementation)
    const options = { email: { require_verification: true } }
    const session = await aSession(
      api,
      { type: 'id_number', options },
      { provided_details: { email: 'given@example.com' } },
    )
    const person = aPerson()
    const { page } = await goThrough(person, session.url, 'review')
    const body = { provided_details: { email: 'other@example.com' } }
    await api.call('POST', `${SESSIONS}/${session.id}`, { body })
    const again = await person.fill(page)
    expect([again.step, again.text.includes('o••••@example.com')]).toEqual(['email_code', true])
    expect((await person.fill(again, RIGHT.email_code)).step).toBe('review')
  })

  test('ends the attempt where nothing else is left to do', async () => {
    const api = await aService(implementation)
    for (const [step, fields, code] of [
      ['consent', { outcome: 'consent_declined' }, 'consent_declined'],
      ['document', { country: 'other', type: 'passport' }, 'country_not_supported'],
      ['document', { country: 'DE', type: 'other' }, 'document_type_not_supported'],
      ['picture', { outcome: 'device_not_supported' }, 'device_not_supported'],
      ['email_code', { outcome: 'email_verification_declined' }, 'email_verification_declined'],
      ['phone_code', { outcome: 'phone_verification_declined' }, 'phone_verification_declined'],
    ] as const) {
      const session = await aSession(api)
      const person = aPerson()
      const { page } = await goThrough(person, session.url, step)
      expect((await person.fill(page, fields)).title).toBe('You could not be verified')
      expect(await statusOf(api, session)).toMatchObject({ status: 'requires_input', last_error: { code } })
    }
  })

  test('is not verified with some ID numbers', async () => {
    const api = await aService(implementation)
    for (const [id_number, code] of [
      ['0001', 'id_number_mismatch'],
      ['0002', 'id_number_insufficient_document_data'],
      ['00-00 0003', 'id_number_unverified_other'],
    ] as const) {
      const session = await aSession(api, { type: 'id_number' })
      const person = aPerson()
      const { page } = await goThrough(person, session.url, 'id_number')
      const review = await person.fill(page, { ...RIGHT.id_number, id_number })
      expect(review.step).toBe('review')
      expect((await person.fill(review)).title).toBe('You could not be verified')
      expect(await statusOf(api, session)).toMatchObject({ last_error: { code } })
    }
  })

  test('is too young until the day of the 16th birthday', async () => {
    const api = await aService(implementation)
    const today = new Date(api.clock.now * 1000)
    const born = (days: number) => {
      const day = new Date(today.getTime() + days * 24 * 60 * 60 * 1000)
      return {
        ...RIGHT.id_number,
        birth_year: String(day.getUTCFullYear() - 16),
        birth_month: String(day.getUTCMonth() + 1),
        birth_day: String(day.getUTCDate()),
      }
    }
    for (const [days, step, code] of [
      [1, undefined, 'under_supported_age'],
      [0, 'review', undefined],
    ] as const) {
      const session = await aSession(api, { type: 'id_number' })
      const person = aPerson()
      const { page } = await goThrough(person, session.url, 'id_number')
      expect((await person.fill(page, born(days))).step).toBe(step)
      expect((await statusOf(api, session)).last_error?.code).toBe(code)
    }
  })

  test('is told what to mend, and mends it', async () => {
    const api = await aService(implementation)
    const number = RIGHT.id_number
    const rows: readonly (readonly [step: string, fields: object, faulty: readonly string[], message: string])[] = [
      ['document', {}, ['country', 'type'], 'Choose the country'],
      ['document', { country: 'XX', type: 'tattoo' }, ['country', 'type'], 'Choose the type'],
      ['id_number', {}, ['first_name', 'last_name', 'birth_day', 'id_number'], 'Enter your first name'],
      ['id_number', { ...number, birth_day: '30', birth_month: '2' }, ['birth_day'], 'Enter your date of birth'],
      ['id_number', { ...number, birth_year: '9999' }, ['birth_day'], 'Enter your date of birth'],
      ['id_number', { ...number, id_number: '12' }, ['id_number'], '4 to 20'],
      ['email', { email: 'nobody' }, ['email'], 'such as name@example.com'],
      ['email', { email: `${'a'.repeat(250)}@example.com` }, ['email'], 'such as name@example.com'],
      ['email_code', {}, ['code'], 'Enter the code.'],
      ['phone', { phone: 'call me' }, ['phone'], 'Enter a phone number'],
      ['phone_code', { code: '123456' }, ['code'], 'not the code that was sent'],
    ]
    const person = aPerson()
    const { email, phone } = EVERYTHING.options
    const sessions = {
      document: await aSession(api),
      id_number: await aSession(api, { type: 'id_number', options: { email, phone } }),
    }
    for (const [step, fields, faulty, message] of rows) {
      const { url } = step === 'document' ? sessions.document : sessions.id_number
      const { page } = await goThrough(person, url, step)
      const again = await person.fill(page, fields as Record<string, string>)
      expect([again.status, again.step]).toEqual([400, step])
      const main = again.text.slice(again.text.indexOf('role="alert"'))
      expect([...main.matchAll(/<a href="#(\w+)"/g)].map(([, field]) => field)).toEqual(faulty)
      for (const field of faulty) expect(main).toContain(`id="${field}"`)
      expect(main).toContain(message)
      expect(again.text).toMatch(/<title>Error: /)
    }
    expect((await goThrough(person, sessions.id_number.url)).page.title).toBe('You are verified')
  })

  test('may type a code wrongly a few times, and is then not verified', async () => {
    const api = await aService(implementation)
    const session = await aSession(api)
    const person = aPerson()
    let { page } = await goThrough(person, session.url, 'email_code')
    const statuses: number[] = []
    for (let tries = 0; tries < 5; tries += 1) {
      page = await person.fill({ ...page, step: 'email_code' }, { code: '111111' })
      statuses.push(page.status)
    }
    expect(statuses).toEqual([400, 400, 400, 400, 200])
    expect(await statusOf(api, session)).toMatchObject({ last_error: { code: 'email_unverified_other' } })
  })

  test('may reload, go back, change an answer and use a second tab', async () => {
    const api = await aService(implementation)
    const session = await aSession(api)
    const person = aPerson()
    const { page } = await goThrough(person, session.url, 'email_code')
    expect((await person.open(page.url)).step).toBe('email_code')
    expect((await person.open(session.url)).step).toBe('email_code')
    const back = await person.open(`${session.url}?step=document`)
    expect(back.text).toMatch(/<option value="DE" selected/)
    expect(back.text).toMatch(/value="passport" checked/)
    expect((await person.fill(back, { country: 'DE', type: 'passport' })).step).toBe('email_code')
    // Pictures are of one document, and a code goes to one address.
    expect((await person.fill(back, { country: 'DE', type: 'id_card' })).step).toBe('picture')
    await person.send(session.url, { step: 'picture' })
    await person.send(session.url, { step: 'email_code', code: '000000' })
    const email = await person.open(`${session.url}?step=email`)
    expect((await person.fill(email, { email: 'other@example.com' })).step).toBe('email_code')
    // The first tab still has the page of a step that is done.
    expect((await person.fill(page, RIGHT.email_code)).step).toBe('phone')
  })

  test('sees what was entered before it is submitted, and a way back to each answer', async () => {
    const api = await aService(implementation)
    const { url } = await aSession(api)
    const { page } = await goThrough(aPerson(), url, 'review')
    for (const shown of ['Passport, Germany', 'ada@example.com', '(555) 555-1212']) expect(page.text).toContain(shown)
    expect(page.text).not.toContain('6789')
    const ways = [...page.text.matchAll(/<a href="\?step=(\w+)"/g)].map(([, step]) => step)
    expect(ways).toEqual(['document', 'picture', 'selfie', 'id_number', 'email', 'email_code', 'phone', 'phone_code'])
  })

  test('waits for the result, and nobody else sees that', async () => {
    const api = await served({ implementation, processing: 60 })
    const { url } = await aSession(api)
    const person = aPerson()
    const waiting = await person.send(url, { step: 'outcome', outcome: 'document_expired' })
    expect([waiting.status, waiting.title]).toEqual([200, 'Your details are being checked'])
    expect((await person.open(url)).title).toBe('Your details are being checked')
    expect((await aPerson().open(url)).status).toBe(410)
  })

  test('finds the way back to where the session says, whatever became of it', async () => {
    const flow = { type: 'document', return_url: 'https://example.com/done' }
    const way = '<a href="https://example.com/done">example.com</a>'
    const rows = [
      [0, 'verified', 'Your details were submitted.', 'You are verified'],
      [0, 'document_expired', 'Your details were submitted.', 'You could not be verified'],
      [0, 'consent_declined', 'Nothing was submitted.', 'You could not be verified'],
      [60, 'verified', 'Your details were submitted.', 'Your details are being checked'],
    ] as const
    for (const processing of [0, 60]) {
      const api = await served({ implementation, processing })
      for (const [, outcome, said, title] of rows.filter(([after]) => after === processing)) {
        const { url } = await aSession(api, flow)
        const person = aPerson()
        const { text } = await person.send(url, { step: 'consent', outcome })
        expect(text).toContain(`${said} You are taken back to ${way}.`)
        const result = await person.open(url)
        expect([result.title, result.text.includes(`Go back to ${way}.`)]).toEqual([title, true])
        expect(result.text).not.toContain('You can close this page')
        // The second of two clicks says the same.
        expect((await person.send(url, { step: 'consent', outcome })).text).toContain(said)
      }
    }
  })

  test('learns why it failed, and tries again', async () => {
    const api = await aService(implementation)
    const { url } = await aSession(api)
    const person = aPerson()
    const failed = await person.send(url, { step: 'outcome', outcome: 'document_expired' })
    expect(failed.text).toContain('Your document has expired.')
    const [, again = ''] = /class="button" href="([^"]+)"/.exec(failed.text) ?? []
    const retry = await person.open(new URL(again, failed.url).href)
    expect([retry.step, retry.text.includes('The last attempt did not succeed.')]).toEqual(['consent', true])
    const { page } = await goThrough(person, retry.url)
    expect(page.title).toBe('You are verified')
    // The first receipt is of another attempt.
    expect((await person.open(url)).status).toBe(410)
    expect((await person.open(retry.url)).title).toBe('You are verified')
    expect((await aPerson().open(retry.url)).status).toBe(410)
  })

  test('sees that the session was canceled after the attempt, and others only that the link is used up', async () => {
    const api = await aService(implementation)
    const back = 'Go back to <a href="https://example.com/back">example.com</a>'
    for (const [action, outcome, title, leadsBack] of [
      ['cancel', 'document_expired', 'This verification was canceled', true],
      // The address to go back to is erased, too.
      ['redact', 'document_expired', 'This verification was canceled', false],
      ['redact', 'verified', 'This link is used up', false],
    ] as const) {
      const { id, url } = await aSession(api, EVERYTHING, { return_url: 'https://example.com/back' })
      const person = aPerson()
      await person.send(url, { step: 'outcome', outcome })
      await api.call('POST', `${SESSIONS}/${id}/${action}`)
      for (const seen of [await person.open(url), await person.send(url, { step: 'outcome', outcome })]) {
        expect([action, outcome, seen.status, seen.title]).toEqual([action, outcome, 410, title])
        expect([action, seen.text.includes(back)]).toEqual([action, leadsBack])
      }
      const other = await aPerson().open(url)
      expect([other.title, other.text.includes(back)]).toEqual(['This link is used up', false])
    }
  })

  test('goes on by the client secret as by the url', async () => {
    const api = await aService(implementation)
    const { client_secret } = await aSession(api)
    const { page } = await goThrough(aPerson(), `${api.url}/verify/${client_secret}`)
    expect(page.title).toBe('You are verified')
  })
})

describe.each(storeOfTheLane)('the steps, on $name', (implementation) => {
  test('cannot be taken out of their order', async () => {
    const api = await aService(implementation)
    const session = await aSession(api)
    const person = aPerson()
    for (const step of ['review', 'selfie', 'email_code', 'document', 'nonsense', '__proto__', 'constructor', '']) {
      expect((await person.send(session.url, { step, ...RIGHT[step] })).step).toBe('consent')
      expect((await person.open(`${session.url}?step=${step}`)).step).toBe('consent')
    }
    expect((await statusOf(api, session)).status).toBe('requires_input')
  })

  test('are not believed from a state that is forged, of another session, or of an attempt before', async () => {
    const api = await aService(implementation)
    const [one, other] = [await aSession(api), await aSession(api)]
    const person = aPerson()
    await goThrough(person, one.url, 'review')
    const kept = [...person.cookies.values()][0] ?? ''
    const [name, value = ''] = kept.split('=')
    expect(value).not.toContain('ada')
    const stepWith = async (url: string, cookie: string) => {
      const response = await fetch(url, { headers: { cookie } })
      return /name="step" value="(\w+)"/.exec((await response.text()).split('<main>')[1] ?? '')?.[1]
    }
    expect(await stepWith(one.url, kept)).toBe('review')
    expect(await stepWith(other.url, kept)).toBe('consent')
    const changed = value.slice(0, -2) + (value.endsWith('AA') ? 'BB' : 'AA')
    for (const forged of [
      changed,
      value.slice(1),
      'x',
      '{}',
      'a'.repeat(5000),
      '%00',
      Buffer.from('{"consent":"yes"}').toString('base64url'),
    ]) {
      expect(await stepWith(one.url, `${name}=${forged}`)).toBe('consent')
    }
    await person.send(one.url, { step: 'outcome', outcome: 'document_expired' })
    const next = await statusOf(api, one)
    expect(await stepWith(next.url, kept)).toBe('consent')
  })

  test('submit once, though the last one is sent twice or from two tabs', async () => {
    const api = await aService(implementation)
    const session = await aSession(api)
    const person = aPerson()
    const { page } = await goThrough(person, session.url, 'review')
    const kept = [...person.cookies.values()][0] ?? ''
    const answers = await Promise.all(
      [1, 2, 3].map(() =>
        fetch(page.url, {
          method: 'POST',
          redirect: 'manual',
          headers: { cookie: kept },
          body: new URLSearchParams({ step: 'review' }),
        }),
      ),
    )
    // A browser shows the answer to the last form alone, so each of them leads to the result.
    expect(answers.map(({ status }) => status)).toEqual([303, 303, 303])
    for (const { headers } of answers) {
      const cookie = headers.get('set-cookie')?.split(';')[0] ?? ''
      const shown = await fetch(session.url, { headers: { cookie } })
      expect(await shown.text()).toContain('You are verified')
    }
    const reports = await api.call('GET', `/v1/identity/verification_reports?verification_session=${session.id}`)
    expect(reports.body.data).toHaveLength(1)
  })

  test('lead back where the session says, though the last one is sent twice', async () => {
    const api = await aService(implementation)
    const { id, url } = await aSession(api, { type: 'document' }, { return_url: 'https://example.com/done' })
    const person = aPerson()
    await goThrough(person, url, 'review')
    const kept = new Map(person.cookies)
    await person.send(url, { step: 'review' })
    const before = aPerson()
    for (const [path, cookie] of kept) before.cookies.set(path, cookie)
    // Its browser has dropped the first answer, or has both.
    for (const one of [before, before, person]) {
      expect((await one.send(url, { step: 'review' })).text).toContain('<a href="https://example.com/done">')
    }
    expect((await aPerson().send(url, { step: 'review' })).status).toBe(410)
    await api.call('POST', `${SESSIONS}/${id}/redact`)
    expect((await before.send(url, { step: 'review' })).status).toBe(410)
  })

  test('keep their state where no script, no other site and no other page of this service sees it', async () => {
    const api = await served({ implementation, processing: 0, publicUrl: 'https://flows.example.com/id' })
    const session = await aSession(api)
    const token = session.url.split('/verify/')[1]
    const response = await fetch(`${api.url}/verify/${token}`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ step: 'consent' }),
    })
    expect(response.headers.get('location')).toBe('?step=document')
    expect(response.headers.get('set-cookie')).toMatch(
      new RegExp(`^verification=[\\w-]+; Max-Age=3600; Path=/id/verify/${token}; HttpOnly; Secure; SameSite=Lax$`),
    )
  })

  test('say so when the browser keeps nothing', async () => {
    const api = await aService(implementation)
    const { url } = await aSession(api)
    const page = await aPerson().open(`${url}?step=document`)
    expect([page.step, page.text.includes('allow cookies for this page')]).toEqual(['consent', true])
  })

  test('end at once for a program that sends an outcome, as they always did', async () => {
    const api = await aService(implementation)
    const session = await aSession(api)
    const { url, title } = await aPerson().send(session.url, { outcome: 'selfie_face_mismatch' })
    expect([url, title]).toEqual([`${api.url}/verify/done`, 'Thank you'])
    expect(await statusOf(api, session)).toMatchObject({ last_error: { code: 'selfie_face_mismatch' } })
  })

  test('offer every outcome that the checks can have, on each page', async () => {
    const api = await aService(implementation)
    const { url } = await aSession(api, { type: 'id_number' })
    const { text } = await aPerson().open(url)
    const outcomes = [...text.matchAll(/type="radio" name="outcome" value="(\w+)"/g)].map(([, outcome]) => outcome)
    expect(outcomes[0]).toBe('verified')
    expect(outcomes.filter((outcome) => outcome?.startsWith('id_number'))).toHaveLength(3)
    expect(outcomes.filter((outcome) => outcome?.startsWith('document'))).toEqual([])
  })
})
