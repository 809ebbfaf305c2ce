import { describe, expect, expectTypeOf, onTestFinished, test } from 'vitest'
import type { Observation, Remote, RemoteReader, RemoteWriter } from '../../src/remote/remote.js'
import { RemoteError } from '../../src/remote/remote.js'
import { CHECKS } from '../../src/verifier/checks.js'
import { aConfig, PROJECT } from '../helpers/builders.js'
import { aDeployment, archiving, asRecorded, creating, renaming, updating } from '../service/deployment-requests.js'
import { remotes } from './remotes.js'

test('a reader has no way to write, by its type', () => {
  expectTypeOf<keyof RemoteReader>().toEqualTypeOf<
    | 'state'
    | 'observe'
    | 'listFlows'
    | 'retrieveFlow'
    | 'listFlowVersions'
    | 'listDeployments'
    | 'retrieveDeployment'
    | 'deploymentFlows'
    | 'listKeys'
    | 'listSessions'
    | 'retrieveSession'
    | 'currentKey'
    | 'close'
  >()
  expectTypeOf<keyof RemoteWriter>().toEqualTypeOf<
    'deploy' | 'rotateLink' | 'probeFlow' | 'createSession' | 'submitSession' | 'createKey' | 'revokeKey' | 'close'
  >()
})

for (const implementation of remotes) {
  describe(`the remote: ${implementation.name}`, () => {
    async function aRemote() {
      const { remote, clock } = await implementation.open()
      return { ...(await bothHalves(remote)), remote, clock }
    }

    test('a service that nobody has used yet has an empty state', async () => {
      const { reader } = await aRemote()
      const observation = await reader.observe(PROJECT)
      expect(observation).toEqual({
        status: 'modified',
        etag: expect.stringMatching(/^"[0-9a-f]{40}"$/),
        state: {
          livemode: false,
          store: expect.any(String),
          last_deployment: null,
          verifier: { name: 'simulator', checks: [...CHECKS], has_flows: false },
          flows: [],
        },
      })
    })

    test('a flow that nothing makes checks for at Stripe is not probed, and it is said why', async () => {
      const { writer } = await aRemote()
      await writer.deploy(aDeployment([creating('a')]))
      await expect(writer.probeFlow('a')).rejects.toMatchObject({ kind: 'invalid', code: 'verifier_refused' })
      await expect(writer.probeFlow('b')).rejects.toMatchObject({ kind: 'not_found' })
    })

    test('what is deployed is observed, by key, with what was applied and by whom', async () => {
      const { reader, writer, clock } = await aRemote()
      const config = aConfig({ name: 'Ünï 🪪', metadata: { team: 'risk' }, static_link: { active: true } })
      const deployment = await writer.deploy(
        aDeployment([
          creating('zebra'),
          creating('apple', config as never),
          creating('a-b'),
          creating('a_b'),
          creating('ab'),
        ]),
      )
      const { state } = modified(await reader.observe(PROJECT))
      expect(await reader.state(PROJECT)).toEqual(state)
      expect(state.last_deployment).toBe(deployment.id)
      expect(state.flows.map(({ key }) => key)).toEqual(['a-b', 'a_b', 'ab', 'apple', 'zebra'])
      expect(state.flows[3]).toEqual({
        id: deployment.changes[1]?.id,
        key: 'apple',
        project: PROJECT,
        status: 'active',
        version: 1,
        config,
        applied: config,
        applied_status: 'active',
        applied_key: 'apple',
        updated: clock.now,
        updated_by: 'ci',
        static_link_url: (await reader.retrieveFlow('apple')).static_link.url,
        sessions_last_30_days: 0,
      })
    })

    test('a session is made once for an idempotency key, which is that of one request', async () => {
      const { reader, writer } = await aRemote()
      await writer.deploy(aDeployment([creating('a'), creating('b')]))
      const once = () => writer.createSession({ verification_flow: 'a' }, { idempotencyKey: 'user-42' })
      const { id } = await once()
      expect((await once()).id).toBe(id)
      const other = writer.createSession({ verification_flow: 'b' }, { idempotencyKey: 'user-42' })
      await expect(other).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining('user-42') })
      expect((await writer.createSession({ verification_flow: 'a' })).id).not.toBe(id)
      expect((await reader.listSessions()).data.length).toBe(2)
    })

    test('a state that is known is not sent again, until a flow changes', async () => {
      const { reader, writer } = await aRemote()
      const first = modified(await reader.observe(PROJECT))
      await writer.deploy(aDeployment([creating('a')]))
      const second = modified(await reader.observe(PROJECT, first.etag))
      expect(second.etag).not.toBe(first.etag)
      expect(await reader.observe(PROJECT, second.etag)).toMatchObject({ status: 'not_modified' })
      await writer.createSession({ verification_flow: 'a' })
      expect(await reader.observe(PROJECT, second.etag)).toMatchObject({ status: 'not_modified' })
      expect(await reader.observe('other', second.etag)).toMatchObject({ status: 'modified' })
    })

    test('a deployment answers with what it did, and the same plan again answers with the same deployment', async () => {
      const { writer } = await aRemote()
      const request = { ...aDeployment([creating('a', { name: 'A' })]), allowed: ['weaken'] }
      const deployment = await writer.deploy({
        ...request,
        source: { commit: 'c'.repeat(40), branch: 'main', dirty: false },
      })
      expect(asRecorded(deployment)).toEqual({
        id: expect.stringMatching(/^vfd_[0-9a-z]{24}$/),
        object: 'identity.flow_deployment',
        created: 1_790_000_000,
        duration: expect.any(Number),
        livemode: false,
        project: PROJECT,
        plan_digest: request.plan_digest,
        approved_digest: null,
        run_id: 'run-1',
        actor: 'ci',
        source: { commit: 'c'.repeat(40), branch: 'main', dirty: false },
        allowed: ['weaken'],
        changes: [
          {
            action: 'create',
            key: 'a',
            previous_key: null,
            id: expect.stringMatching(/^vf_[0-9a-z]{24}$/),
            base_version: null,
            version: 1,
            before: null,
            after: aConfig({ name: 'A' }),
            diff_digest: 'd'.repeat(64),
          },
        ],
      })
      expect(await writer.deploy({ ...request, run_id: 'run-2' })).toEqual(asRecorded(deployment))
    })

    test('the deployment of a reviewed plan is found by its digest', async () => {
      const { reader, writer } = await aRemote()
      const request = { ...aDeployment([creating('a')]), approved_digest: 'f'.repeat(64) }
      const deployment = await writer.deploy(request)
      await writer.deploy(aDeployment([creating('b')], { last: deployment.id }))
      const found = await reader.listDeployments({ project: PROJECT, approved_digest: 'f'.repeat(64), limit: 1 })
      expect(found.data).toMatchObject([{ id: deployment.id, approved_digest: 'f'.repeat(64), summary: { create: 1 } }])
      expect(await reader.retrieveDeployment(deployment.id)).toEqual(asRecorded(deployment))
      expect((await reader.listDeployments({ approved_digest: 'e'.repeat(64) })).data).toEqual([])
      expect((await reader.listDeployments()).data).toHaveLength(2)
      expect(await reader.retrieveDeployment('vfd_none').catch((error) => error.kind)).toBe('not_found')
    })

    test('a stale base is refused with every flow that has moved, and nothing is written', async () => {
      const { reader, writer } = await aRemote()
      const { id: last } = await writer.deploy(aDeployment([creating('a'), creating('b'), creating('c')]))
      const [a, b, c] = modified(await reader.observe(PROJECT)).state.flows
      if (!a || !b || !c) throw new Error('three flows were made')
      await writer.deploy(aDeployment([updating(a, { name: 'A2' }), archiving(b)], { last }))
      const before = modified(await reader.observe(PROJECT))
      const late = writer.deploy(
        aDeployment([updating(a, { name: 'A3' }), renaming(b, 'd'), updating(c, { name: 'C2' }), creating('c2')]),
      )
      const error = await late.catch((error: unknown) => error)
      expect(error).toBeInstanceOf(RemoteError)
      expect(error).toMatchObject({ kind: 'stale', code: 'flow_version_conflict' })
      expect((error as RemoteError).stale).toEqual([
        { key: 'a', base_version: 1, current_version: 2, updated_by: 'ci', updated: 1_790_000_000 },
        { key: 'd', base_version: 1, current_version: 2, updated_by: 'ci', updated: 1_790_000_000 },
      ])
      expect(await reader.observe(PROJECT, before.etag)).toMatchObject({ status: 'not_modified' })
    })

    test('of two runs with different plans on one base, one wins and the other is stale', async () => {
      const { remote, writer } = await aRemote()
      const { writer: other } = await bothHalves(remote)
      const results = await Promise.allSettled([
        writer.deploy(aDeployment([creating('a', { name: 'One' })], { runId: 'one' })),
        other.deploy(aDeployment([creating('a', { name: 'Two' })], { runId: 'two' })),
      ])
      expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
      const lost = results.find((result) => result.status === 'rejected')
      expect(lost?.reason).toMatchObject({
        kind: 'stale',
        stale: [{ key: 'a', base_version: null, current_version: 1 }],
      })
    })

    test('of two runs with one plan, both are told of the one deployment', async () => {
      const { remote, writer } = await aRemote()
      const { writer: other } = await bothHalves(remote)
      const [one, two] = await Promise.all([
        writer.deploy(aDeployment([creating('a')], { runId: 'one' })),
        other.deploy(aDeployment([creating('a')], { runId: 'two' })),
      ])
      expect(asRecorded(one)).toEqual(asRecorded(two))
    })

    test('sessions are created from a flow, retrieved and counted', async () => {
      const { reader, writer, clock } = await aRemote()
      const { changes } = await writer.deploy(
        aDeployment([creating('a', { options: { document: { require_matching_selfie: true } } })]),
      )
      const session = await writer.createSession({
        verification_flow: 'a',
        client_reference_id: 'user & 42',
        metadata: { order: '6735', 'ümlaut key': 'a=b&c' },
        provided_details: { email: 'person@example.com', phone: '+14155552671' },
        return_url: 'https://example.com/done?x=1&y=2',
      })
      expect(session).toEqual({
        id: expect.stringMatching(/^vs_[0-9a-z]{24}$/),
        object: 'identity.verification_session',
        client_reference_id: 'user & 42',
        client_secret: expect.stringMatching(/^vs_[0-9a-z]{24}_secret_test_/),
        created: clock.now,
        last_error: null,
        last_verification_report: null,
        livemode: false,
        metadata: { order: '6735', 'ümlaut key': 'a=b&c' },
        options: { document: { require_matching_selfie: true } },
        provided_details: { email: 'person@example.com', phone: '+14155552671' },
        redaction: null,
        related_customer: null,
        related_customer_account: null,
        status: 'requires_input',
        type: 'verification_flow',
        // What is embedded has no address where anybody could go.
        url: implementation.name === 'embedded' ? null : expect.stringMatching(/\/verify\//),
        verification_flow: changes[0]?.id,
        verification_flow_version: 1,
      })
      expect(await reader.retrieveSession(session.id)).toEqual(session)
      expect(modified(await reader.observe(PROJECT)).state.flows[0]?.sessions_last_30_days).toBe(1)
      // Whole days are counted, so the one on which 30 days begin is over by then.
      clock.now += 31 * 24 * 60 * 60
      expect(modified(await reader.observe(PROJECT)).state.flows[0]?.sessions_last_30_days).toBe(0)
    })

    test('sessions are created from a type and options, as in Stripe', async () => {
      const { writer } = await aRemote()
      const session = await writer.createSession({
        type: 'document',
        options: { document: { allowed_types: ['passport'], require_live_capture: true } },
      })
      expect(session).toMatchObject({ type: 'document', metadata: {}, provided_details: null })
      expect(session.options.document).toMatchObject({ allowed_types: ['passport'], require_live_capture: true })
      expect(session).not.toHaveProperty('verification_flow')
      expect((await writer.createSession({ type: 'id_number' })).options).toEqual({})
    })

    test('sessions are submitted with an outcome that their checks can have', async () => {
      const { reader, writer } = await aRemote()
      const { id } = await writer.createSession({ type: 'document' })
      await expect(writer.submitSession(id, 'phone_unverified_other')).rejects.toMatchObject({
        kind: 'invalid',
        param: 'outcome',
      })
      await writer.submitSession(id, 'consent_declined')
      expect(await reader.retrieveSession(id)).toMatchObject({
        status: 'requires_input',
        last_error: { code: 'consent_declined' },
      })
      expect(['processing', 'verified']).toContain((await writer.submitSession(id, 'verified')).status)
      await expect(writer.submitSession('vs_none', 'verified')).rejects.toMatchObject({ kind: 'not_found' })
    })

    test('lists come in pages, newest first, in both directions and through filters', async () => {
      const { reader, writer } = await aRemote()
      await writer.deploy(aDeployment([creating('a'), creating('b')]))
      const ids: string[] = []
      for (const flow of ['a', 'b', 'a', 'a']) {
        ids.unshift((await writer.createSession({ verification_flow: flow, client_reference_id: `of ${flow}` })).id)
      }
      const idsOf = async (query: Parameters<RemoteReader['listSessions']>[0]) => {
        const { data, has_more } = await reader.listSessions(query)
        return [data.map(({ id }) => ids.indexOf(id)), has_more]
      }
      expect(await idsOf(undefined)).toEqual([[0, 1, 2, 3], false])
      expect(await idsOf({ limit: 2 })).toEqual([[0, 1], true])
      expect(await idsOf({ limit: 2, starting_after: ids[1] ?? '' })).toEqual([[2, 3], false])
      expect(await idsOf({ limit: 2, ending_before: ids[3] ?? '' })).toEqual([[1, 2], true])
      expect(await idsOf({ verification_flow: 'b' })).toEqual([[2], false])
      expect(await idsOf({ client_reference_id: 'of a', status: 'requires_input' })).toEqual([[0, 1, 3], false])
      expect(await idsOf({ status: 'verified' })).toEqual([[], false])
      const flows = await reader.listFlows({ project: PROJECT, status: 'active' })
      expect(flows).toMatchObject({ object: 'list', has_more: false, data: [{ key: 'b' }, { key: 'a' }] })
      const byKey = await reader.listFlows({ order: 'key', limit: 1 })
      expect(byKey).toMatchObject({ has_more: true, data: [{ key: 'a' }] })
      const [a] = byKey.data
      expect((await reader.listFlows({ order: 'key', starting_after: a?.id ?? '' })).data).toEqual([flows.data[0]])
      expect(await reader.retrieveFlow('a')).toEqual(flows.data[1])
      expect(await reader.retrieveFlow(flows.data[1]?.id ?? '')).toEqual(flows.data[1])
    })

    test('deployments are listed without their changes, retrieved with them, and filtered by project and second', async () => {
      const { reader, writer, clock } = await aRemote()
      const first = await writer.deploy({
        ...aDeployment([creating('a'), creating('b')]),
        source: { commit: 'c'.repeat(40), branch: null, dirty: true },
        allowed: ['weaken'],
      })
      clock.now += 60
      const second = await writer.deploy(aDeployment([creating('c')], { last: first.id }))
      const other = await writer.deploy(aDeployment([creating('d')], { project: 'other' }))
      const { changes: _, ...summary } = asRecorded(first)
      const { data, has_more } = await reader.listDeployments({ project: PROJECT })
      expect(data).toEqual([
        expect.objectContaining({ id: second.id }),
        { ...summary, summary: { create: 2, update: 0, rename: 0, adopt: 0, restore: 0, archive: 0 } },
      ])
      expect(has_more).toBe(false)
      const idsOf = async (query: Parameters<RemoteReader['listDeployments']>[0]) =>
        (await reader.listDeployments(query)).data.map(({ id }) => id)
      expect(await idsOf({ created: first.created })).toEqual([first.id])
      expect(await idsOf({ limit: 1, starting_after: other.id })).toEqual([second.id])
      expect(await reader.retrieveDeployment(first.id)).toEqual(asRecorded(first))
    })

    test('versions of a flow are listed, newest first and in pages', async () => {
      const { reader, writer } = await aRemote()
      const first = await writer.deploy(aDeployment([creating('a', { name: 'One' })]))
      const [a] = modified(await reader.observe(PROJECT)).state.flows
      if (!a) throw new Error('a flow was made')
      await writer.deploy(aDeployment([updating(a, { name: 'Two' })], { last: first.id }))
      const { data } = await reader.listFlowVersions('a')
      expect(data).toMatchObject([
        { version: 2, changed: ['/name'], actor: 'ci', config: { name: 'Two' } },
        { version: 1, changed: [], deployment: first.id, config: { name: 'One' } },
      ])
      const page = await reader.listFlowVersions(a.id, { limit: 1, starting_after: `${a.id}:2` })
      expect(page).toMatchObject({ has_more: false, data: [{ version: 1 }] })
    })

    test('the flows of a project are told as a deployment left them, more of them than a page holds', async () => {
      const { reader, writer } = await aRemote()
      const keys = Array.from({ length: 120 }, (_, n) => `flow-${String(n).padStart(3, '0')}`)
      const first = await writer.deploy(aDeployment(keys.map((key) => creating(key))))
      const [a] = modified(await reader.observe(PROJECT)).state.flows
      if (!a) throw new Error('flows were made')
      const second = await writer.deploy(aDeployment([updating(a, { name: 'Two' })], { last: first.id }))
      const then = await reader.deploymentFlows(first.id)
      expect(then.map(({ key }) => key)).toEqual(keys)
      expect(then[0]).toEqual({
        id: a.id,
        object: 'identity.deployed_flow',
        key: 'flow-000',
        status: 'active',
        config: a.config,
        deployment: first.id,
      })
      const now = await reader.deploymentFlows(second.id)
      expect(now[0]).toMatchObject({ config: { name: 'Two' }, deployment: second.id })
      expect(now.slice(1)).toEqual(then.slice(1))
    })

    test.each([
      ['a flow that is not there', { verification_flow: 'none' }, 'not_found', 'resource_missing', 'verification_flow'],
      ['no flow and no type', {}, 'invalid', 'parameter_missing', 'type'],
      ['a flow and a type', { verification_flow: 'a', type: 'document' }, 'invalid', 'parameters_exclusive', 'type'],
      ['a broken address', { verification_flow: 'a', return_url: 'nowhere' }, 'invalid', 'url_invalid', 'return_url'],
      [
        'a broken email',
        { verification_flow: 'a', provided_details: { email: 'secret person' } },
        'invalid',
        'email_invalid',
        'provided_details[email]',
      ],
    ] as const)('a session with %s is refused, and told why', async (_what, params, kind, code, param) => {
      const { writer } = await aRemote()
      await writer.deploy(aDeployment([creating('a')]))
      const error = (await writer.createSession(params).catch((error: unknown) => error)) as RemoteError
      expect(error).toBeInstanceOf(RemoteError)
      expect(error).toMatchObject({ kind, code, param })
      expect(error.message).not.toContain('secret')
    })

    test('a static link is rotated: a new one, and nothing that a plan would see', async () => {
      const { reader, writer } = await aRemote()
      await writer.deploy(aDeployment([creating('a', aConfig({ static_link: { active: true } }) as never)]))
      const before = await reader.retrieveFlow('a')
      const rotated = await writer.rotateLink('a')
      expect(rotated).toEqual({
        ...before,
        version: 2,
        static_link: { active: true, url: expect.stringMatching(/\/l\/\w+$/) },
      })
      expect(rotated.static_link.url).not.toBe(before.static_link.url)
      expect(await reader.retrieveFlow('a')).toEqual(rotated)
      const { flows } = modified(await reader.observe(PROJECT)).state
      expect(flows[0]?.config).toEqual(flows[0]?.applied)
      await expect(writer.rotateLink('none')).rejects.toMatchObject({ kind: 'not_found' })
    })

    test('the key is the one that the reader shows; the embedded store needs none', async () => {
      const { reader } = await aRemote()
      expect(await reader.currentKey()).toEqual(
        implementation.name === 'embedded'
          ? null
          : expect.objectContaining({ object: 'api_key', name: 'ci', livemode: false, scopes: null, type: 'secret' }),
      )
    })

    test('keys are made, shown without their secrets in pages, and revoked for good', async () => {
      const { reader, writer, clock } = await aRemote()
      const before = (await reader.listKeys()).data.length
      const { secret, ...made } = await writer.createKey({
        name: 'ci plan',
        scopes: ['flows:read'],
        expires: clock.now + 9,
      })
      expect(secret).toMatch(/^rk_test_[0-9a-z]{38}$/)
      expect(made).toMatchObject({ name: 'ci plan', scopes: ['flows:read'], expires: clock.now + 9, revoked: null })
      const other = await writer.createKey({ name: 'all' })
      expect(other).toMatchObject({ scopes: null, livemode: false, secret: expect.stringMatching(/^sk_test_/) })
      const first = await reader.listKeys({ limit: 1 })
      expect(first).toMatchObject({ data: [{ id: other.id }], has_more: true })
      const { data } = await reader.listKeys({ starting_after: other.id })
      expect(data).toHaveLength(before + 1)
      expect(data[0]).toEqual(made)
      clock.now += 5
      expect(await writer.revokeKey(made.id)).toEqual({ ...made, revoked: clock.now, revoked_by: 'ci' })
      clock.now += 5
      expect(await writer.revokeKey(made.id)).toMatchObject({ revoked: clock.now - 5 })
    })

    test('a key that cannot be made is refused by name, and so is one that is not there', async () => {
      const { reader, writer } = await aRemote()
      const idsOf = async () => (await reader.listKeys()).data.map(({ id }) => id)
      const before = await idsOf()
      const refused = writer.createKey({ name: 'x', scopes: ['flows:reed'] })
      await expect(refused).rejects.toMatchObject({ kind: 'invalid', param: 'scopes[0]' })
      await expect(writer.revokeKey('ak_none')).rejects.toMatchObject({ kind: 'not_found', subject: 'key' })
      expect(await idsOf()).toEqual(before)
    })

    test('what is not there is told as not found', async () => {
      const { reader } = await aRemote()
      await expect(reader.retrieveFlow('no/such flow?')).rejects.toMatchObject({ kind: 'not_found' })
      await expect(reader.retrieveSession('vs_none')).rejects.toMatchObject({ kind: 'not_found' })
      await expect(reader.listFlowVersions('none')).rejects.toMatchObject({ kind: 'not_found' })
      await expect(reader.retrieveDeployment('vfd_none')).rejects.toMatchObject({ kind: 'not_found' })
      await expect(reader.deploymentFlows('vfd_none')).rejects.toMatchObject({ kind: 'not_found' })
      await expect(reader.listSessions({ starting_after: 'vs_none' })).rejects.toMatchObject({
        kind: 'not_found',
        param: 'starting_after',
      })
    })

    test('a thousand flows are one deployment', async () => {
      const { reader, writer } = await aRemote()
      const keys = Array.from({ length: 1000 }, (_, n) => `flow-${String(n).padStart(4, '0')}`)
      const deployment = await writer.deploy(aDeployment(keys.map((key) => creating(key))))
      expect(deployment.changes.map(({ key }) => key)).toEqual(keys)
      expect(modified(await reader.observe(PROJECT)).state.flows.map(({ key }) => key)).toEqual(keys)
    })
  })
}

async function bothHalves(remote: Remote): Promise<{ reader: RemoteReader; writer: RemoteWriter }> {
  const [reader, writer] = [await remote.reader(), await remote.writer()]
  onTestFinished(() => reader.close())
  onTestFinished(() => writer.close())
  return { reader, writer }
}

function modified(observation: Observation) {
  if (observation.status !== 'modified') throw new Error('the state was expected to be sent')
  return observation
}
