import { describe, expect, test } from 'vitest'
import { deploy } from '../../src/service/operations/deployments/deployments.js'
import { storeOfTheLane } from '../store/stores.js'
import { aDashboard, FOREIGN, plain, SCRIPT } from './dashboards.js'
import { aDeployment, creating } from './deployment-requests.js'
import type { Served } from './serving.js'
import { TESTER } from './serving.js'

const FLOWS = '/v1/identity/verification_flows'
const HERE = '/dashboard/test'
const EMAIL = 'options[email][require_verification]'
const SELFIE = 'options[document][require_matching_selfie]'

const flowOf = async (api: Served, key: string) => (await api.call('GET', `${FLOWS}/${key}`)).body

/** A flow that a project has deployed. */
async function aManagedFlow(api: Served, key = 'kyc') {
  await api.service.write(TESTER, (call) => deploy(call, aDeployment([creating(key, { name: 'KYC' })])))
}

describe.each(storeOfTheLane)('making and editing flows, on $name', (implementation) => {
  test('a new flow is previewed as often as one likes, and made once', async () => {
    const api = await aDashboard(implementation)
    const browser = await api.signedIn('editor')
    const typed = {
      key: 'sellers',
      name: 'Sellers',
      description: 'For those who sell.\r\nSince May.',
      [SELFIE]: 'true',
      'options[document][allowed_types][]=id_card': null,
      'static_link[active]': 'true',
      'metadata[0][name]': 'team: a',
      'metadata[0][value]': 'risk\r\nand more',
    }
    const preview = await browser.fill(`${HERE}/new-flow`, { ...typed, do: 'preview' })
    expect(preview.status).toBe(200)
    expect(preview.text).toContain('Exposes the static link')
    expect(plain(preview.text)).toContain('require_matching_selfie: true')
    expect((await api.call('GET', `${FLOWS}/sellers`)).status).toBe(404)
    const made = await browser.fill(`${HERE}/new-flow`, { ...typed, do: 'save' })
    expect(made).toMatchObject({ status: 303, location: `${HERE}/flows/sellers?done=flow_created` })
    expect(await flowOf(api, 'sellers')).toMatchObject({
      name: 'Sellers',
      description: 'For those who sell.\nSince May.',
      project: null,
      updated_by: 'anna',
      options: { document: { allowed_types: ['driving_license', 'passport'], require_matching_selfie: true } },
      static_link: { active: true },
      metadata: { 'team: a': 'risk\nand more' },
    })
    const again = await browser.fill(`${HERE}/new-flow`, { ...typed, do: 'save' })
    expect(again.status).toBe(400)
    expect(again.text).toContain('has the key &#39;sellers&#39; already'.replaceAll('&#39;', "'"))
  })

  test('everything that is wrong is said at once, each beside its field, and nothing typed is lost', async () => {
    const api = await aDashboard(implementation)
    const browser = await api.signedIn()
    const answer = await browser.fill(`${HERE}/new-flow`, {
      key: 'Not A Key',
      name: '',
      return_url: 'ftp://example.com',
      'options[document][allowed_types][]=driving_license': null,
      'options[document][allowed_types][]=id_card': null,
      'options[document][allowed_types][]=passport': null,
      'metadata[0][name]': 'a',
      'metadata[0][value]': 'one',
      'metadata[1][name]': 'a',
      'metadata[1][value]': SCRIPT,
      do: 'save',
    })
    expect(answer.status).toBe(400)
    for (const field of ['key', 'name', 'return_url', 'options-document-allowed_types', 'metadata']) {
      expect(answer.text).toContain(`id="field-${field}-fault"`)
      expect(answer.text).toContain(`href="#field-${field}"`)
    }
    expect(answer.text).toContain('value="ftp://example.com"')
    expect(answer.text).toContain('value="Not A Key"')
    expect(plain(answer.text)).toContain(SCRIPT)
    expect(answer.text).not.toMatch(FOREIGN)
    expect((await api.call('GET', FLOWS)).body.data).toEqual([])
  })

  test('an edit says what it does to the verification, and resets what was taken away', async () => {
    const api = await aDashboard(implementation)
    await api.call('POST', FLOWS, {
      body: { key: 'a', name: 'A', type: 'document', description: 'x', metadata: { one: '1', two: '2' } },
    })
    const page = `${HERE}/flows/a/edit`
    const browser = await api.signedIn('editor')
    const typed = { description: '', [EMAIL]: 'true', 'metadata[0][name]': '', 'metadata[0][value]': '' }
    const preview = await browser.fill(page, { ...typed, do: 'preview' })
    expect(preview.text).toContain('Strengthens the verification')
    expect(preview.text).toContain('email check switched on')
    expect(plain(preview.text)).toContain('-description: x')
    expect(await browser.fill(page, { ...typed, do: 'save' })).toMatchObject({ status: 303 })
    expect(await flowOf(api, 'a')).toMatchObject({
      version: 2,
      description: null,
      metadata: { two: '2' },
      options: { email: { require_verification: true } },
    })
    const weaker = await browser.fill(page, { [EMAIL]: null, [`${EMAIL}=true`]: null, do: 'preview' })
    expect(weaker.text).toContain('Weakens the verification')
    // Options of a document go with that type alone.
    await browser.fill(page, { type: 'id_number', do: 'save' })
    expect((await flowOf(api, 'a')).options.document).toBeUndefined()
  })

  test('whoever was slower keeps their changes, sees those of the other, and writes over nothing unseen', async () => {
    const api = await aDashboard(implementation)
    await api.call('POST', FLOWS, { body: { key: 'a', name: 'A', type: 'document' } })
    const page = `${HERE}/flows/a/edit`
    const browser = await api.signedIn()
    const mine = { name: 'Mine', [EMAIL]: 'true', version: '1', do: 'save' }
    const theirs = { name: 'Theirs', options: { phone: { require_verification: true } } }
    await api.call('POST', `${FLOWS}/a`, { body: theirs })
    const before = await browser.show(page)
    // The form was opened before the other change.
    const old = { 'options[phone][require_verification]=true': null, 'options[phone][require_verification]': null }
    expect(before.text).toContain('value="Theirs"')
    const slower = await browser.fill(page, { ...mine, ...old })
    expect(slower.status).toBe(412)
    expect(slower.text).toContain('Somebody has changed the flow meanwhile')
    expect(slower.text).toContain('ci, ')
    expect(slower.text).toContain('Now: Theirs')
    expect(slower.text).toContain('value="Mine"')
    expect(slower.text).toMatch(/name="options\[phone\]\[require_verification\]" value="true" checked/)
    expect(slower.text).toContain('name="version" value="2"')
    expect((await flowOf(api, 'a')).name).toBe('Theirs')
    await browser.fill(page, { ...mine, version: '2' })
    expect(await flowOf(api, 'a')).toMatchObject({ name: 'Mine', options: theirs.options })
  })

  test('a flow that git manages ends in its definition, not in the service', async () => {
    const api = await aDashboard(implementation)
    await aManagedFlow(api)
    const browser = await api.signedIn('editor')
    const page = `${HERE}/flows/kyc/edit`
    const { text } = await browser.show(page)
    expect(text).toContain('manages this flow')
    expect(text).not.toContain('value="save"')
    const typed = { name: 'Know your customer' }
    expect((await browser.fill(page, { ...typed, do: 'save' })).status).toBe(403)
    const preview = plain((await browser.fill(page, { ...typed, do: 'preview' })).text)
    expect(preview).toContain('-name: KYC')
    expect(preview).toContain('+name: Know your customer')
    expect(preview).toContain('does not have the file')
    const file = await browser.fill(page, { ...typed, do: 'download' })
    expect(file.headers.get('content-disposition')).toBe('attachment; filename="kyc.yaml"')
    expect(file.text).toMatch(/^name: Know your customer$/m)
    expect(await flowOf(api, 'kyc')).toMatchObject({ name: 'KYC', version: 1 })

    const source = '# Ours.\nname:   "KYC" # shown to people\ntype: document\n'
    const patched = await browser.fill(page, { ...typed, source, do: 'download' })
    expect(patched.text).toBe('# Ours.\nname:   "Know your customer" # shown to people\ntype: document\n')
    for (const [wrong, why] of [
      ['extends: base.yaml\n', 'it has "extends"'],
      ['name: [\n', 'line '],
      ['name: KYC\ntype: passport\n', 'passport'],
      [`${source}metadata: { a: { variable: team } }\n`, 'the variable "team"'],
      [SCRIPT, ''],
    ] as const) {
      const refused = await browser.fill(page, { ...typed, source: wrong, do: 'download' })
      expect([wrong, refused.status, refused.text.includes('id="source-fault"')]).toEqual([wrong, 400, true])
      expect(plain(refused.text)).toContain(why)
      expect(refused.text).not.toMatch(FOREIGN)
    }
  })

  test('where the settings allow it, a managed flow is edited in place, by name', async () => {
    const api = await aDashboard(implementation, { editsManaged: true })
    await aManagedFlow(api)
    const browser = await api.signedIn('editor')
    const saved = await browser.fill(`${HERE}/flows/kyc/edit`, { name: 'By hand', do: 'save' })
    expect(saved).toMatchObject({ status: 303, location: `${HERE}/flows/kyc?done=flow_drifts` })
    expect(await flowOf(api, 'kyc')).toMatchObject({ name: 'By hand', version: 2, updated_by: 'anna' })
    const { data } = (await api.call('GET', '/v1/events?type=verification_flows.flow.edited_outside_git')).body
    expect(data).toHaveLength(1)
    // What git says is what the next edit begins with.
    const preview = plain((await browser.fill(`${HERE}/flows/kyc/edit`, { do: 'preview' })).text)
    expect(preview).toContain('-name: KYC')
    expect(preview).toContain('+name: By hand')
  })

  test('what the verifier cannot run is refused before it is saved, and an archived flow is not edited', async () => {
    const api = await aDashboard(implementation)
    await api.call('POST', FLOWS, { body: { key: 'a', name: 'A', type: 'document', stripe_flow: 'vf_1Far7' } })
    await api.call('POST', FLOWS, { body: { key: 'b', name: 'B', type: 'document' } })
    const browser = await api.signedIn()
    const twice = await browser.fill(`${HERE}/flows/b/edit`, { stripe_flow: 'vf_1Far7', do: 'preview' })
    expect(twice.status).toBe(400)
    expect(twice.text).toContain('is bound to')
    await api.call('POST', `${FLOWS}/b/archive`)
    expect((await browser.show(`${HERE}/flows/b/edit`)).status).toBe(400)
    expect((await browser.show(`${HERE}/flows/none/edit`)).status).toBe(404)
  })
})
