import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { driftFlows } from '../../src/app/drift.js'
import type { Definitions } from '../../src/app/project/definitions.js'
import type { DesiredFlow } from '../../src/model/state.js'
import { http } from '../../src/remote/http/http.js'
import { deploy } from '../../src/service/operations/deployments/deployments.js'
import { driftedFlows } from '../../src/service/operations/flows/drifted-flows.js'
import type { FlowRecord, FlowVersionRecord } from '../../src/store/flows.js'
import { aConfig, PROJECT } from '../helpers/builders.js'
import { storeOfTheLane } from '../store/stores.js'
import { aDashboard, FOREIGN, plain, SCRIPT } from './dashboards.js'
import { aDeployment, creating, updating } from './deployment-requests.js'
import { type Served, TESTER } from './serving.js'

const FLOWS = '/v1/identity/verification_flows'
const HERE = '/dashboard/test'

/** What `flows drift` says, with definitions that are as they were deployed. */
async function driftOfProgram(api: Served, deployed: readonly DesiredFlow[]) {
  const definitions = { desired: () => deployed, locate: () => null, bodyLine: () => 1 } as unknown as Definitions
  const reader = await http({ api: api.url, apiKey: api.key }).reader()
  return driftFlows(definitions, reader, { project: PROJECT, environment: 'test' })
}

function aVersionOf({ id, version, key, project, status, config, updated, updated_by }: FlowRecord): FlowVersionRecord {
  return {
    ...{ flow: id, version, action: 'update', key, project, status, config },
    ...{ actor: updated_by, deployment: null, created: updated },
  }
}

describe.each(storeOfTheLane)('drift, on $name', (implementation) => {
  test('is what flows drift says of the same store, whoever edited what', async () => {
    const api = await aDashboard(implementation, { editsManaged: true })
    const keys = ['archived', 'edited', 'moved', 'released', 'same']
    await api.service.write(TESTER, (call) => deploy(call, aDeployment(keys.map((key) => creating(key)))))
    const browser = await api.signedIn('editor')
    const email = { 'options[email][require_verification]': 'true' }
    await browser.fill(`${HERE}/flows/edited/edit`, { name: `Now ${SCRIPT}`, do: 'save' })
    api.clock.now += 60
    await api.call('POST', `${FLOWS}/edited`, { body: email })
    await api.call('POST', `${FLOWS}/moved`, { body: { key: 'elsewhere' } })
    await api.call('POST', `${FLOWS}/archived/archive`)
    await api.call('POST', `${FLOWS}/released`, { body: { project: '' } })
    await api.call('POST', FLOWS, { body: { key: 'made', name: 'Made', type: 'document', project: PROJECT } })
    // Terraform's flows have a project, and no deployment.
    await api.call('POST', FLOWS, { body: { key: 'tf', name: 'TF', type: 'document', project: 'terraform' } })
    const deployed = keys.map((key) => ({ key, renamedFrom: null, config: aConfig(), file: `flows/${key}.yaml` }))
    const said = await driftOfProgram(api, deployed)
    expect(said.flows.map(({ key, kind }) => `${key}: ${kind}`)).toHaveLength(5)
    const { flows, isWhole } = await api.service.read(TESTER, driftedFlows)
    const shown = flows.map(({ flow: _, project: __, ...drifted }) => drifted)
    expect(shown).toEqual(said.flows)
    expect(isWhole).toBe(true)
    const edited = shown.find(({ key }) => key === 'edited')
    expect(edited?.fields.map(({ path, by }) => [path, by])).toEqual([
      ['/name', 'anna'],
      ['/options/email/require_verification', 'ci'],
    ])

    const page = await browser.show(`${HERE}/drift`)
    expect(page.text).not.toMatch(FOREIGN)
    expect(page.text).toContain('Strengthens the verification')
    const wayOf = (key: string) =>
      plain(page.text.split(`aria-label="Drift of ${key}"`)[1]?.split('</section>')[0] ?? '')
    expect(wayOf('edited')).toContain('flows pull writes it into the definitions')
    expect(wayOf('edited')).toContain('<code>flows pull edited</code>')
    expect(wayOf('edited')).toContain('<code>edited.yaml</code>')
    expect(wayOf('edited')).toContain(`href="${HERE}/flows/`)
    expect(wayOf('made')).toMatch(/flows pull .*made\.yaml/s)
    expect(wayOf('released')).toContain('taken out of the project: flows pull writes nothing')
    expect(wayOf('released')).not.toContain('<code>flows pull')
    // Where a file with this text is not all that git lacks, there is none to copy.
    for (const key of ['released', 'elsewhere', 'archived']) expect(wayOf(key)).not.toMatch(/<textarea|\/edit"/)
    expect(page.text).not.toContain('>tf<')
    const isMarked = async (key: string) =>
      (await browser.show(`${HERE}/flows/${key}`)).text.includes('not as the last deployment left it')
    for (const key of ['edited', 'made', 'released', 'archived', 'elsewhere']) {
      expect([key, await isMarked(key)]).toEqual([key, true])
    }
    for (const key of ['same', 'tf']) expect([key, await isMarked(key)]).toEqual([key, false])
    expect((await browser.show(`${HERE}/flows?search=edited`)).text).toContain(`href="${HERE}/drift">`)
    expect((await browser.show('/dashboard/live/drift')).text).toContain('Every flow is as its last deployment left it')
  })

  test('stays however often a flow was edited since, and says so of keys that were exchanged', async () => {
    const api = await aDashboard(implementation)
    const keys = ['a', 'b', 'c']
    await api.service.write(TESTER, (call) => deploy(call, aDeployment(keys.map((key) => creating(key)))))
    const record = (await api.store.read((tx) => tx.flows.byKey(false, 'a'))) as FlowRecord
    const edits = Array.from({ length: 101 }, (_, index) => ({ ...record, version: index + 2, project: null }))
    await api.store.write((tx) => tx.flows.save(edits.slice(-1), edits.map(aVersionOf)))
    await api.call('POST', `${FLOWS}/b`, { body: { key: 'x' } })
    await api.call('POST', `${FLOWS}/c`, { body: { key: 'b' } })
    await api.call('POST', `${FLOWS}/x`, { body: { key: 'c' } })
    const { flows } = await api.service.read(TESTER, driftedFlows)
    expect(flows.map(({ key, kind, left }) => [key, kind, left])).toEqual([
      ['a', 'released', 'released'],
      ['b', 'edited', 'keys_exchanged'],
      ['c', 'edited', 'keys_exchanged'],
    ])
    const { text } = await (await api.signedIn('editor')).show(`${HERE}/drift`)
    expect(text).toContain('flows pull and flows apply refuse until they are given back')
    expect(text).not.toContain('<textarea')
  })

  test('comes in parts where much of it was edited', async () => {
    const api = await aDashboard(implementation)
    const keys = Array.from({ length: 30 }, (_, index) => `f-${`${index}`.padStart(2, '0')}`)
    await api.service.write(TESTER, (call) => deploy(call, aDeployment(keys.map((key) => creating(key)))))
    const records = await api.store.read((tx) => tx.flows.byIdsOrKeys(false, [], keys))
    const edited = records.map((one) => ({ ...one, version: 2, config: { ...one.config, name: 'By hand' } }))
    await api.store.write((tx) => tx.flows.save(edited, edited.map(aVersionOf)))
    const browser = await api.signedIn('viewer')
    const shown = async (path: string) => {
      const { text } = await browser.show(path)
      const [, next = ''] = /href="([^"]+)" rel="next"/.exec(text) ?? []
      return { keys: [...text.matchAll(/aria-label="Drift of (f-\d\d)"/g)].map(([, key]) => key), next: plain(next) }
    }
    const first = await shown(`${HERE}/drift`)
    expect(first.keys).toHaveLength(25)
    const second = await shown(first.next)
    expect([[...first.keys, ...second.keys], second.next]).toEqual([keys, ''])
  })

  test('ends when git says the same and it is deployed; old definitions come back as files', async () => {
    const api = await aDashboard(implementation)
    const first = await api.service.write(TESTER, (call) => deploy(call, aDeployment([creating('a'), creating('b')])))
    const flow = (await api.call('POST', `${FLOWS}/a`, { body: { name: 'By hand' } })).body
    expect((await api.service.read(TESTER, driftedFlows)).flows).toHaveLength(1)
    const second = await api.service.write(TESTER, (call) =>
      deploy(call, aDeployment([updating(flow, { name: 'By hand' })], { last: first.id })),
    )
    expect((await api.service.read(TESTER, driftedFlows)).flows).toEqual([])
    const browser = await api.signedIn('viewer')
    const here = `${HERE}/deployments/${first.id}`
    expect(plain((await browser.show(here)).text)).toContain(`flows pull --at ${first.id}`)
    const folder = mkdtempSync(join(tmpdir(), 'flows-tar-'))
    for (const [{ id }, name] of [
      [first, aConfig().name],
      [second, 'By hand'],
    ] as const) {
      const cookie = { cookie: browser.cookie() }
      const answer = await fetch(`${api.url}${HERE}/deployments/${id}/definitions.tar`, { headers: cookie })
      expect(answer.headers.get('content-type')).toBe('application/x-tar')
      writeFileSync(join(folder, 'all.tar'), Buffer.from(await answer.arrayBuffer()))
      execFileSync('tar', ['-xf', 'all.tar'], { cwd: folder })
      expect(readFileSync(join(folder, 'flows', 'a.yaml'), 'utf8')).toContain(`name: ${name}`)
      expect(readFileSync(join(folder, 'flows', 'b.yaml'), 'utf8')).toContain(`name: ${aConfig().name}`)
    }
  })
})

describe.each(storeOfTheLane)('the list of verifications, on $name', (implementation) => {
  test('shows each check, and is narrowed by reference, email address and country by those who may see them', async () => {
    const api = await aDashboard(implementation)
    const made = async (email: string, outcome: string) => {
      const body = { type: 'document', client_reference_id: `to ${email}`, provided_details: { email } }
      const { id } = (await api.call('POST', '/v1/identity/verification_sessions', { body })).body
      const submit = `/v1/test_helpers/identity/verification_sessions/${id}/submit`
      await api.call('POST', submit, { body: { outcome } })
      return id as string
    }
    const anna = await made('Anna@example.com', 'verified')
    const otto = await made('otto@example.com', 'document_expired')
    const [analyst, viewer] = [await api.signedIn('analyst'), await api.signedIn('viewer')]
    const list = `${HERE}/verifications`
    const found = async (browser: typeof analyst, query: string) => {
      const { text } = await browser.show(`${list}?${query}`)
      return [anna, otto].map((id) => text.includes(`>${id}<`))
    }
    const byPerson = async (typed: Record<string, string>) => {
      const { status, location } = await analyst.send(list, list, { status: '', country: 'US', ...typed })
      expect(status).toBe(303)
      return (location ?? '').split('?')[1] ?? ''
    }
    // What is typed does not get into an address, where it would be kept.
    const digest = await byPerson({ email: ' ANNA@example.com ' })
    expect(digest).toMatch(/^country=US&email_digest=[0-9a-f]{64}$/)
    expect(await found(analyst, digest)).toEqual([true, false])
    expect(await found(analyst, digest.replace('country=US&', ''))).toEqual([true, false])
    expect((await analyst.show(`${list}?${digest}`)).text).toContain('Only those of one email address')
    expect(await byPerson({ email: '', reference: '' })).toBe('country=US')
    const both = await byPerson({ reference: 'to Anna@example.com', email_digest: digest.slice(-64) })
    expect(both).toMatch(/^country=US&reference_digest=[0-9a-f]{64}&email_digest=[0-9a-f]{64}$/)
    expect(await found(analyst, both)).toEqual([true, false])
    expect((await analyst.show(`${list}?${both}`)).text).toContain('Only those of one reference and email address')
    expect(await found(analyst, (await byPerson({ reference: 'to anna@example.com' })).slice(11))).toEqual([
      false,
      false,
    ])
    expect(await found(analyst, 'country=us')).toEqual([true, false])
    expect(await found(analyst, `country=${encodeURIComponent(SCRIPT)}`)).toEqual([false, false])
    const { text: unnarrowed } = await viewer.show(`${list}?${digest}&reference=x&country=gb`)
    expect(await found(viewer, `${digest}&reference=x&country=gb`)).toEqual([true, true])
    // What a viewer may not use does not stand there as if it had narrowed the list.
    expect(unnarrowed).not.toMatch(/>Clear<|type="hidden" name="\w+_digest"/)
    // An address of before digests says whom it is about; it leads to one that does not.
    const old = await analyst.show(`${list}?reference=%20to%20otto@example.com&status=`)
    expect(old.location).toMatch(/\/verifications\?reference_digest=[0-9a-f]{64}$/)
    expect(await found(analyst, (old.location ?? '').split('?')[1] ?? '')).toEqual([false, true])
    expect(await found(analyst, (await byPerson({ reference: ' to Anna@example.com ' })).slice(11))).toEqual([
      true,
      false,
    ])
    expect((await analyst.show(list)).text).toMatch(/Document <span class="tone good">Passed/)
    expect((await viewer.show(list)).text).not.toMatch(/Passed|Failed|Country/)
    await api.call('POST', `/v1/identity/verification_sessions/${anna}/redact`)
    expect(await found(analyst, digest)).toEqual([false, false])
  })

  test('is narrowed by status, version and day, also on the page of a flow', async () => {
    const api = await aDashboard(implementation)
    const flow = '/v1/identity/verification_flows'
    await api.call('POST', flow, { body: { key: 'a', name: 'A', type: 'document' } })
    const made = async () => {
      const body = { verification_flow: 'a' }
      return (await api.call('POST', '/v1/identity/verification_sessions', { body })).body.id as string
    }
    const first = await made()
    api.clock.now += 24 * 60 * 60
    await api.call('POST', `${flow}/a`, { body: { name: 'B' } })
    const second = await made()
    await api.call('POST', `/v1/identity/verification_sessions/${second}/cancel`)
    const browser = await api.signedIn('viewer')
    const day = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 10)
    for (const [query, found] of [
      ['', [true, true]],
      ['version=1', [true, false]],
      ['version=2&status=canceled', [false, true]],
      ['status=requires_input', [true, false]],
      [`since=${day(api.clock.now)}`, [false, true]],
      [`until=${day(api.clock.now)}&version=1`, [true, false]],
      ['version=%20v2%20', [false, true]],
    ] as const) {
      for (const page of [`flows/a?${query}`, `verifications?flow=a&${query}`]) {
        const { text } = await browser.show(`${HERE}/${page}`)
        expect([page, [first, second].map((id) => text.includes(`>${id}<`))]).toEqual([page, found])
      }
    }
    // What is not understood is said, and nothing is listed as if it were what was asked for.
    for (const [query, fault] of [
      ['version=abc', "'abc' is not a version: write its number, such as 2."],
      ['version=0', "'0' is not a version"],
      ['status=bogus', "'bogus' is not a status."],
      ['since=2026-02-30', "'2026-02-30' is not a day: write it like 2026-11-29."],
      ['until=30.11.2026', "'30.11.2026' is not a day"],
    ] as const) {
      for (const page of [`flows/a?${query}`, `verifications?flow=a&${query}`]) {
        const { status, text } = await browser.show(`${HERE}/${page}`)
        expect([page, status, plain(text).includes(fault)]).toEqual([page, 200, true])
        expect([page, [first, second].map((id) => text.includes(`>${id}<`))]).toEqual([page, [false, false]])
        expect(text).toContain('>Clear</a>')
      }
    }
    for (const [query, fault] of [
      ['flow=sign-upp', "There is no flow 'sign-upp'."],
      ['id=vs_none', "There is no verification 'vs_none'."],
    ]) {
      const { status, text } = await browser.show(`${HERE}/verifications?${query}`)
      expect([query, status, plain(text).includes(fault ?? ''), text.includes(first)]).toEqual([
        query,
        200,
        true,
        false,
      ])
    }
    expect((await browser.show(`${HERE}/verifications?flow=%20a`)).text).toContain(`>${first}<`)
    expect((await browser.show(`${HERE}/verifications?id=%20${first}`)).text).toContain(`>${first}<`)
    const { text } = await browser.show(`${HERE}/flows/a?version=2`)
    expect(text).toContain(
      'href="/dashboard/test/verifications?flow=a&amp;status=&amp;version=2&amp;since=&amp;until="',
    )
    // Without a flow there is no version to ask for.
    const any = await browser.show(`${HERE}/verifications?version=1`)
    expect([any.text.includes(`>${second}<`), any.text.includes('name="version"')]).toEqual([true, false])
  })
})
