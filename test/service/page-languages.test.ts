import { describe, expect, test } from 'vitest'
import { SESSION_ERROR_CODES } from '../../src/model/resources.js'
import { languageFor, MESSAGES, TAGS } from '../../src/service/pages/language/language.js'
import { storeOfTheLane } from '../store/stores.js'
import { aPerson } from './person.js'
import { served } from './serving.js'

const FLOWS = '/v1/identity/verification_flows'
const SESSIONS = '/v1/identity/verification_sessions'

describe('the messages of the pages', () => {
  test.each(TAGS)('are all there in %s, with the same values', (tag) => {
    const values = (messages: Readonly<Record<string, string>>) =>
      Object.fromEntries(
        Object.entries(messages).map(([name, text]) => [name, [...text.matchAll(/\{\w+\}/g)].map(String).sort()]),
      )
    expect(values(MESSAGES[tag])).toEqual(values(MESSAGES.en))
    expect(Object.entries(MESSAGES[tag]).filter(([, text]) => text.trim() !== text || text === '')).toEqual([])
  })

  test('have a reason for every error of a session', () => {
    expect(
      SESSION_ERROR_CODES.filter((code) => languageFor('en', undefined).find(`reason.${code}`) === undefined),
    ).toEqual([])
  })
})

describe('the language of a page', () => {
  test.each([
    [undefined, undefined, 'en'],
    [undefined, 'de-AT,de;q=0.9,en;q=0.8', 'de'],
    [undefined, 'fr,en;q=0.5,de;q=0.9', 'de'],
    [undefined, 'de;q=0, en;q=0.1', 'en'],
    [undefined, 'fr', 'en'],
    [undefined, ',;q=,'.repeat(1000), 'en'],
    ['de', 'en', 'de'],
    ['DE-ch', 'en', 'de'],
    ['xx', 'de', 'de'],
    ['__proto__', undefined, 'en'],
  ])('for ?lang=%s and Accept-Language: %s is %s', (named, accepted, tag) => {
    expect(languageFor(named, accepted).tag).toBe(tag)
  })

  test.each(storeOfTheLane)('stays from the link to the result, on $name', async (implementation) => {
    const api = await served({ implementation, processing: 0 })
    const body = { key: 'a', name: 'A', type: 'document', static_link: { active: true } }
    const { link } = { link: (await api.call('POST', FLOWS, { body })).body.static_link.url }
    const person = aPerson({ 'accept-language': 'en' })
    let page = await person.open(`${link}?lang=de&client_reference_id=r`)
    expect(page.text).toMatch(/^<!doctype html>\n<html lang="de">/)
    expect(page.headers.get('content-language')).toBe('de')
    expect(page.text).toContain('<a href="?lang=en&amp;client_reference_id=r" lang="en"')
    expect((await person.send(page.url, { email: '' })).text).toContain('Geben Sie eine E-Mail-Adresse ein')
    page = await person.send(page.url, { email: 'a@example.com' })
    expect(page.title).toBe('Bestätigen Sie Ihre Identität')
    page = await person.fill(page)
    expect(page.text).toContain('<option value="AT">Österreich</option>')
    expect((await person.fill(page)).text).toContain('Wählen Sie das Land')
    page = await person.fill(page, { country: 'other' })
    expect(page.text).toContain('Dokumente dieses Landes können nicht überprüft werden.')
    const [, again = ''] = /class="button" href="([^"]+)"/.exec(page.text) ?? []
    expect(again).toMatch(/\?lang=de$/)
    expect((await aPerson().open(`${api.url}/l/none?lang=de`)).title).toBe('Seite nicht gefunden')
    const retry = new URL(again, page.url).href
    const refused = await person.send(retry, { outcome: 'selfie_face_mismatch' })
    expect([refused.status, refused.title]).toEqual([400, 'Etwas ist schiefgegangen'])
    expect(refused.text).toContain('Was gesendet wurde, wird hier nicht angenommen.')
    expect(refused.text).toMatch(/<small lang="en">Invalid outcome: /)
    // The API speaks English to everybody.
    const { data } = (await api.call('GET', SESSIONS, { headers: { 'accept-language': 'de' } })).body
    expect(data[0].last_error.reason).toBe('Documents of this country cannot be verified.')
  })
})
