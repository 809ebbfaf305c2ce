import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sha256 } from '../../src/model/canonical.js'
import type { FlowFilter, FlowRecord } from '../../src/store/flows.js'
import type { Page } from '../../src/store/page.js'
import type { Store } from '../../src/store/store.js'
import { aConfig } from '../helpers/builders.js'
import { aFlowRecord, anApiKey, anEdit, aSession, itsVersion } from './records.js'
import { stores } from './stores.js'

const DAY = 24 * 60 * 60

for (const implementation of stores) {
  describe(`the store on ${implementation.name}`, () => {
    const place = () => implementation.made()
    const aStore = async () => (await place()).open()

    describe('transactions', () => {
      test('what a transaction wrote is gone when it throws', async () => {
        const store = await aStore()
        const before = await store.read((tx) => tx.state.tag(false))
        const failing = store.write(async (tx) => {
          await tx.flows.save([aFlowRecord('a')], [itsVersion(aFlowRecord('a'))])
          await tx.state.advance(false)
          throw new Error('no')
        })
        await expect(failing).rejects.toThrow('no')
        expect(await store.read((tx) => tx.flows.all(false))).toEqual([])
        expect(await store.read((tx) => tx.state.tag(false))).toEqual(before)
      })

      test('a reader sees one state, whatever others write meanwhile', async () => {
        const { open } = await place()
        const [reader, writer] = [await open(), await open()]
        await reader.read(async (tx) => {
          expect(await tx.flows.all(false)).toEqual([])
          await saveFlows(writer, aFlowRecord('a'))
          expect(await tx.flows.all(false)).toEqual([])
        })
        expect(await reader.read((tx) => tx.flows.all(false))).toHaveLength(1)
      })

      test('a reader that asks for one thing and then for more sees one state: it begins again where the first has changed', async () => {
        const { open } = await place()
        const [reader, writer] = [await open(), await open()]
        await writer.write((tx) => tx.sessions.insert(aSession('vs_1')))
        const first: (string | undefined)[] = []
        const whole: (readonly [string | undefined, number])[] = []
        await reader.read(async (tx) => {
          const session = await tx.sessions.byId(false, 'vs_1')
          first.push(session?.status)
          if (first.length === 1) await saveCanceled(writer, 'vs_1', 'vs_2')
          const { data } = await tx.sessions.list(false, {}, { limit: 10 })
          whole.push([session?.status, data.length])
        })
        expect(first).toEqual(['requires_input', 'canceled'])
        expect(whole).toEqual([['canceled', 2]])
      })

      test('a reader that asks for one thing and then for more goes on where the first has not changed', async () => {
        const { open } = await place()
        const [reader, writer] = [await open(), await open()]
        await writer.write((tx) => tx.sessions.insert(aSession('vs_1')))
        let turns = 0
        const counts = await reader.read(async (tx) => {
          turns += 1
          expect((await tx.sessions.byId(false, 'vs_1'))?.status).toBe('requires_input')
          await writer.write((tx) => tx.sessions.insert(aSession('vs_2')))
          const { data } = await tx.sessions.list(false, {}, { limit: 10 })
          await writer.write((tx) => tx.sessions.insert(aSession('vs_3')))
          return [data.length, (await tx.sessions.list(false, {}, { limit: 10 })).data.length]
        })
        expect({ turns, counts }).toEqual({ turns: 1, counts: [2, 2] })
      })

      test('a reader that asks for several things at once, the first without a transaction, sees one state', async () => {
        const { open } = await place()
        const store = await open()
        await store.write((tx) => tx.sessions.insert(aSession('vs_1')))
        const [one, none, { data }] = await store.read((tx) =>
          Promise.all([
            tx.sessions.byId(false, 'vs_1'),
            tx.sessions.byId(false, 'vs_none'),
            tx.sessions.list(false, {}, { limit: 10 }),
          ]),
        )
        expect([one?.id, none, data.map(({ id }) => id)]).toEqual(['vs_1', undefined, ['vs_1']])
      })

      test('a reader begins again once at most, however much is written meanwhile', async () => {
        const { open } = await place()
        const [reader, writer] = [await open(), await open()]
        let turns = 0
        const { data } = await reader.read(async (tx) => {
          turns += 1
          const page = await tx.sessions.list(false, {}, { limit: 10 })
          await writer.write((tx) => tx.sessions.insert(aSession(`vs_${turns}`)))
          await tx.state.signingSecret()
          return page
        })
        expect([turns, data.map(({ id }) => id)]).toEqual([2, ['vs_1']])
      })

      test('a store that is closed still answers what it was asked', async () => {
        const { open } = await place()
        const store = await open()
        await store.write((tx) => tx.sessions.insert(aSession('vs_1')))
        const asked = store.read((tx) => tx.sessions.byId(false, 'vs_1'))
        await store.close()
        expect((await asked)?.id).toBe('vs_1')
      })

      test('readers that ask at once, each for one thing, each get their own', async () => {
        const { open } = await place()
        const [one, other] = [await open(), await open()]
        const ids = Array.from({ length: 150 }, (_, number) => `vs_${number}`)
        await one.write(async (tx) => {
          for (const [number, id] of ids.entries())
            await tx.sessions.insert(aSession(id, { livemode: number % 3 === 0 }))
          await tx.apiKeys.insert(anApiKey('k1', { hash: 'h1' }))
          await tx.apiKeys.insert(anApiKey('k2', { hash: 'h2' }))
        })
        const asked = [...ids, 'vs_none', ...ids.slice(0, 20)]
        const found = await Promise.all(
          asked.flatMap((id) => [one, other].map((store) => store.read((tx) => tx.sessions.byId(false, id)))),
        )
        const wanted = asked.map((id) => (id === 'vs_none' || ids.indexOf(id) % 3 === 0 ? undefined : id))
        expect(found.map((session) => session?.id)).toEqual(wanted.flatMap((id) => [id, id]))
        const [refused, kept] = await Promise.allSettled([
          one.read((tx) => tx.sessions.byId(false, 'vs_\0')),
          one.read((tx) => tx.sessions.byId(false, 'vs_1')),
        ])
        expect([refused.status, kept.status], 'what cannot be asked fails alone').toEqual(['rejected', 'fulfilled'])
        const keys = [['h1'], ['h2'], ['none', 'h2'], ['h1', 'h2'], ['none', 'other']] as const
        const ofKeys = await Promise.all(keys.map(([hash, other]) => one.read((tx) => tx.apiKeys.byHash(hash, other))))
        expect(ofKeys.map((key) => key?.id)).toEqual(['k1', 'k2', 'k2', 'k1', undefined])
        expect((await one.write((tx) => tx.apiKeys.byHash('none', 'h2')))?.id).toBe('k2')
      })

      test('writers of one mode take turns, and none of their writes is lost', async () => {
        const { open } = await place()
        const writers = await Promise.all([open(), open(), open()])
        const increments = writers.flatMap((store) => Array.from({ length: 20 }, () => increment(store)))
        await Promise.all(increments)
        const store = await open()
        expect((await store.read((tx) => tx.state.tag(false))).revision).toBe(60)
      })

      test('what one connection wrote, a new one finds', async () => {
        const { open } = await place()
        await saveFlows(await open(), aFlowRecord('a'))
        expect(await (await open()).read((tx) => tx.flows.byId(false, 'a'))).toEqual(aFlowRecord('a'))
      })
    })

    describe('locks', () => {
      test('by one name let one transaction go on at a time', async () => {
        const { open } = await place()
        const writers = await Promise.all([open(), open(), open()])
        let inside = 0
        const work = writers.flatMap((store) =>
          Array.from({ length: 5 }, () =>
            store.write(async (tx) => {
              await tx.lock('a')
              inside += 1
              await new Promise((resolve) => setTimeout(resolve, 2))
              expect(inside).toBe(1)
              inside -= 1
            }),
          ),
        )
        await Promise.all(work)
      })

      test('are taken at once or not at all with tryLock, and free when the transaction ends', async () => {
        const store = await aStore()
        const failing = store.write(async (tx) => {
          expect(await tx.tryLock('a')).toBe(true)
          throw new Error('no')
        })
        await expect(failing).rejects.toThrow('no')
        expect(await store.write((tx) => tx.tryLock('a'))).toBe(true)
        // Who holds a lock may take it again.
        expect(await store.write(async (tx) => [await tx.tryLock('a'), await tx.tryLock('a')])).toEqual([true, true])
      })
    })

    describe('the tag of the state', () => {
      test('changes with every advance, in one mode only, and is never the same twice', async () => {
        const store = await aStore()
        const tag = (livemode: boolean) => store.read((tx) => tx.state.tag(livemode))
        const [test0, live0] = [await tag(false), await tag(true)]
        await store.write((tx) => tx.state.advance(false))
        const test1 = await tag(false)
        expect(test1).toEqual({
          ...test0,
          revision: test0.revision + 1,
          nonce: expect.stringMatching(/^[0-9a-f]{16}$/),
        })
        expect(await tag(true)).toEqual(live0)
      })

      test('belongs to one store: another new store has another', async () => {
        const ids = await Promise.all(
          [aStore(), aStore()].map(async (store) => (await store).read((tx) => tx.state.tag(false))),
        )
        expect(ids[0]?.store_id).not.toBe(ids[1]?.store_id)
      })
    })

    describe('flows', () => {
      test('come back as they were saved, whatever text they hold', async () => {
        const store = await aStore()
        const config = aConfig({
          name: `O'Brien "quoted" \\ ; drop table flows; -- ünï 🪪`,
          description: 'two\nlines\tand a tab',
          metadata: { 'key with space': "it's 100% _fine_ ?" },
        })
        const flow = aFlowRecord('a', { config, applied: aConfig(), project: 'acme', version: 7, updated_by: null })
        await saveFlows(store, flow)
        expect(await store.read((tx) => tx.flows.byId(false, 'a'))).toEqual(flow)
        expect(await store.read((tx) => tx.flows.byKey(false, flow.key))).toEqual(flow)
      })

      test('of the other mode are not there', async () => {
        const store = await aStore()
        await saveFlows(store, aFlowRecord('test'), aFlowRecord('live', { livemode: true, key: 'key-test' }))
        const found = await store.read(async (tx) => [
          await tx.flows.byId(true, 'test'),
          (await tx.flows.byKey(true, 'key-test'))?.id,
          (await tx.flows.all(true)).length,
          (await tx.flows.byIdsOrKeys(true, ['test'], ['key-test'])).map(({ id }) => id),
          (await tx.flows.list(true, {}, { limit: 10 })).data.map(({ id }) => id),
        ])
        expect(found).toEqual([undefined, 'live', 1, ['live'], ['live']])
      })

      test('are replaced by id, while their creation stays', async () => {
        const store = await aStore()
        await saveFlows(store, aFlowRecord('a'))
        const changed = aFlowRecord('a', {
          status: 'archived',
          version: 2,
          project: 'acme',
          link_token: 'new',
          updated: 2,
        })
        await saveFlows(store, changed)
        expect(await store.read((tx) => tx.flows.all(false))).toEqual([changed])
      })

      test('may swap their keys, and pass them along a chain', async () => {
        const store = await aStore()
        const flows = ['a', 'b', 'c', 'd'].map((id) => aFlowRecord(id, { key: id }))
        await saveFlows(store, ...flows)
        const next: Record<string, string> = { a: 'b', b: 'a', c: 'd', d: 'e' }
        await saveFlows(store, ...flows.map((flow) => ({ ...flow, version: 2, key: next[flow.id] ?? '' })))
        const keys = (await store.read((tx) => tx.flows.all(false))).map(({ id, key }) => [id, key])
        expect(Object.fromEntries(keys)).toEqual(next)
      })

      test('cannot take the key of a flow that is not among them', async () => {
        const store = await aStore()
        await saveFlows(store, aFlowRecord('a', { key: 'k' }))
        await expect(saveFlows(store, aFlowRecord('b', { key: 'k' }))).rejects.toThrow()
        expect(await store.read((tx) => tx.flows.all(false))).toEqual([aFlowRecord('a', { key: 'k' })])
      })

      test('are found by thousands of ids and keys at once', async () => {
        const store = await aStore()
        const flows = Array.from({ length: 1203 }, (_, n) => aFlowRecord(`f${n}`, { key: `k${n}` }))
        await saveFlows(store, ...flows)
        const found = await store.read((tx) =>
          tx.flows.byIdsOrKeys(
            false,
            [...flows.slice(0, 1001).map(({ id }) => id), 'none'],
            flows.slice(500).map(({ key }) => key),
          ),
        )
        expect(found.map(({ id }) => id).sort()).toEqual(flows.map(({ id }) => id).sort())
      })

      test('list by key, project, status and time', async () => {
        const store = await aStore()
        await saveFlows(
          store,
          aFlowRecord('a', { project: 'p', created: 10 }),
          aFlowRecord('b', { project: 'p', status: 'archived', created: 20 }),
          aFlowRecord('c', { created: 30 }),
        )
        const ids = async (filter: FlowFilter) =>
          (await store.read((tx) => tx.flows.list(false, filter, { limit: 10 }))).data.map(({ id }) => id).join('')
        expect(await ids({})).toBe('cba')
        expect(await ids({ key: 'key-b' })).toBe('b')
        expect(await ids({ project: 'p' })).toBe('ba')
        expect(await ids({ project: 'p', status: 'active' })).toBe('a')
        expect(await ids({ created: { gt: 10, lte: 30 } })).toBe('cb')
        expect(await ids({ created: { gte: 10, lt: 30 } })).toBe('ba')
      })

      test('list in order of key, in pages, past thousands that a filter leaves out', async () => {
        const store = await aStore()
        const others = Array.from({ length: 2100 }, (_, n) => aFlowRecord(`b${n}`, { key: `b${n}`, created: 30 }))
        await saveFlows(
          store,
          aFlowRecord('3', { key: 'c', project: 'p', created: 20 }),
          aFlowRecord('2', { key: 'a', project: 'p', created: 10 }),
          aFlowRecord('1', { key: 'b', project: 'p', status: 'archived', created: 30 }),
          ...others,
        )
        const keys = async (filter: FlowFilter, page: Partial<Page> = {}) => {
          const found = await store.read((tx) => tx.flows.listByKey(false, filter, { limit: 2, ...page }))
          return [found.data.map(({ key }) => key).join(' '), found.has_more]
        }
        expect(await keys({})).toEqual(['a b', true])
        expect(await keys({}, { starting_after: 'a' })).toEqual(['b b0', true])
        expect(await keys({}, { ending_before: 'c' })).toEqual(['b998 b999', true])
        expect(await keys({ project: 'p' })).toEqual(['a b', true])
        expect(await keys({ project: 'p' }, { starting_after: 'b' })).toEqual(['c', false])
        expect(await keys({ project: 'p' }, { ending_before: 'c' })).toEqual(['a b', false])
        expect(await keys({ project: 'p', status: 'active' })).toEqual(['a c', false])
        expect(await keys({ key: 'c' })).toEqual(['c', false])
        expect(await keys({ created: { lt: 30 } })).toEqual(['a c', false])
        expect(await keys({ within: { project: null, keys: ['c*'] } })).toEqual(['c', false])
        expect(await keys({}, { starting_after: 'b9990' })).toEqual(['c', false])
      })

      test('keep every version they had, newest first, in pages', async () => {
        const store = await aStore()
        const other = aFlowRecord('other')
        await saveFlows(store, aFlowRecord('a'), other)
        for (const version of [2, 3, 4]) await saveFlows(store, aFlowRecord('a', { version }))
        const page = (more: object) => store.read((tx) => tx.flows.versions('a', { limit: 2, ...more }))
        const versions = async (more: object) => {
          const { data, has_more } = await page(more)
          return [...data.map(({ version }) => version), has_more]
        }
        expect(await versions({})).toEqual([4, 3, true])
        expect(await versions({ starting_after: 3 })).toEqual([2, 1, false])
        expect(await versions({ ending_before: 1 })).toEqual([3, 2, true])
        expect((await page({})).data[1]).toEqual(itsVersion(aFlowRecord('a', { version: 3 })))
      })
    })

    test('pages lose and repeat nothing, in either direction, whatever their size', async () => {
      const store = await aStore()
      const all = Array.from({ length: 25 }, (_, n) => aSession(`vs_${String(n).padStart(2, '0')}`))
      await store.write(async (tx) => {
        for (const session of all) await tx.sessions.insert(session)
        // Older than all of them, and of the other mode: where the way back begins.
        await tx.sessions.insert(aSession('vs_', { livemode: true }))
      })
      const newestFirst = all.map(({ id }) => id).reverse()
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: 30 }), fc.boolean(), async (limit, backwards) => {
          let seen: string[] = []
          for (let cursor: string | undefined; ; ) {
            const from = backwards ? { ending_before: cursor ?? 'vs_' } : { starting_after: cursor }
            const page = await store.read((tx) => tx.sessions.list(false, {}, { limit, ...from }))
            const ids = page.data.map(({ id }) => id)
            seen = backwards ? [...ids, ...seen] : [...seen, ...ids]
            cursor = backwards ? ids[0] : ids.at(-1)
            if (!page.has_more) break
          }
          expect(seen).toEqual(newestFirst)
        }),
        { numRuns: 60 },
      )
    })

    test('ids are in the order of their characters, whatever the language of the database', async () => {
      const store = await aStore()
      const ids = ['vs_0', 'vs_9', 'vs_A', 'vs_Z', 'vs__', 'vs_a', 'vs_z', 'vs_é']
      await store.write(async (tx) => {
        for (const id of [...ids].reverse()) await tx.sessions.insert(aSession(id))
      })
      const { data } = await store.read((tx) => tx.sessions.list(false, {}, { limit: 20 }))
      expect(data.map(({ id }) => id)).toEqual([...ids].reverse())
      const after = await store.read((tx) => tx.sessions.list(false, {}, { limit: 20, starting_after: 'vs_a' }))
      expect(after.data.map(({ id }) => id)).toEqual(ids.slice(0, 5).reverse())
    })

    describe('deployments', () => {
      const aDeployment = (id: string, more: object = {}) => ({
        id,
        object: 'identity.flow_deployment' as const,
        created: 5,
        livemode: false,
        project: 'p',
        plan_digest: `digest-${id}`,
        approved_digest: null,
        run_id: 'run',
        actor: 'ci',
        source: { commit: 'c'.repeat(40), branch: null, dirty: true },
        allowed: ['weaken'],
        changes: [
          {
            action: 'archive' as const,
            key: 'k',
            previous_key: null,
            id: 'a',
            base_version: 1,
            version: 2,
            before: aConfig(),
            after: aConfig(),
            diff_digest: 'd',
          },
          {
            action: 'create' as const,
            key: 'l',
            previous_key: null,
            id: 'b',
            base_version: null,
            version: 1,
            before: null,
            after: aConfig({ name: 'B' }),
            diff_digest: 'e',
          },
        ],
        ...more,
      })

      test('come back whole, by id and by digest, with their changes in order', async () => {
        const store = await aStore()
        await saveFlows(store, aFlowRecord('a'), aFlowRecord('b'))
        await store.write((tx) => tx.deployments.insert(aDeployment('d1')))
        const found = await store.read(async ({ deployments }) => [
          await deployments.byId(false, 'd1'),
          await deployments.byDigest(false, 'p', ['digest-d1']),
          await deployments.byId(true, 'd1'),
          await deployments.byDigest(false, 'other', ['digest-d1']),
          await deployments.byDigest(true, 'p', ['digest-d1']),
        ])
        expect(found).toEqual([aDeployment('d1'), aDeployment('d1'), undefined, undefined, undefined])
      })

      test('come back without their changes, and with some of them; how long one took is recorded afterwards', async () => {
        const store = await aStore()
        await saveFlows(store, aFlowRecord('a'), aFlowRecord('b'))
        await store.write((tx) => tx.deployments.insert(aDeployment('d1')))
        const { changes, ...rest } = aDeployment('d1')
        const { summary, ...found } = (await store.read((tx) => tx.deployments.summary(false, 'd1'))) ?? {
          summary: null,
        }
        expect(found).toEqual(rest)
        expect(summary).toMatchObject({ archive: 1, create: 1, update: 0 })
        expect(await store.read((tx) => tx.deployments.summary(true, 'd1'))).toBeUndefined()
        const part = (skip: number, limit: number) => store.read((tx) => tx.deployments.changes('d1', { skip, limit }))
        expect(await part(0, 1)).toEqual(changes.slice(0, 1))
        expect(await part(1, 5)).toEqual(changes.slice(1))
        expect(await part(2, 5)).toEqual([])
        await store.write((tx) => tx.deployments.took('d1', 240))
        const both = await store.read(async ({ deployments }) => [
          (await deployments.byId(false, 'd1'))?.duration,
          (await deployments.list(false, {}, { limit: 1 })).data[0]?.duration,
        ])
        expect(both).toEqual([240, 240])
      })

      test('of one digest exist once per mode and project', async () => {
        const store = await aStore()
        await saveFlows(store, aFlowRecord('a'), aFlowRecord('b'))
        const insert = (id: string, more: object = {}) =>
          store.write((tx) => tx.deployments.insert(aDeployment(id, { plan_digest: 'same', ...more })))
        await insert('d1')
        await expect(insert('d2')).rejects.toThrow()
        await insert('d3', { project: 'q' })
        await insert('d4', { livemode: true })
      })

      test('of one reviewed plan exist once per mode and project, and are found by its digest as by their own', async () => {
        const store = await aStore()
        await saveFlows(store, aFlowRecord('a'), aFlowRecord('b'))
        const insert = (id: string, more: object = {}) =>
          store.write((tx) => tx.deployments.insert(aDeployment(id, { approved_digest: 'reviewed', ...more })))
        await insert('d1')
        await expect(insert('d2')).rejects.toThrow()
        await insert('d3', { project: 'q' })
        await insert('d4', { livemode: true })
        await insert('d5', { approved_digest: null })
        await insert('d6', { approved_digest: null })
        const by = async (...digests: string[]) =>
          (await store.read((tx) => tx.deployments.byDigest(false, 'p', digests)))?.id
        expect([await by('reviewed'), await by('none', 'digest-d5'), await by('none')]).toEqual(['d1', 'd5', undefined])
        const listed = async (digest: string) => {
          const filter = { project: 'p', approved_digest: digest }
          return (await store.read((tx) => tx.deployments.list(false, filter, { limit: 10 }))).data.map(({ id }) => id)
        }
        expect([await listed('reviewed'), await listed('digest-d6'), await listed('none')]).toEqual([
          ['d1'],
          ['d6'],
          [],
        ])
      })

      test('keep what they left to be edited at Stripe, until a newer session shows it or a deployment asks for something else', async () => {
        const store = await aStore()
        await saveFlows(store, aFlowRecord('a'), aFlowRecord('b'))
        const matching = anEdit('a', { path: '/options/matching/name', observed: 'none', defined: 'similar' })
        const types = anEdit('a', {
          path: '/options/document/allowed_types',
          observed: ['id_card'],
          defined: ['passport'],
        })
        const edits = [anEdit('a', { seen: 10 }), matching, types, anEdit('b', { stripe_flow: 'vf_1Other' })]
        await store.write(async ({ deployments }) => {
          await deployments.insert(aDeployment('d1', { edits }))
          await deployments.insert(aDeployment('d2', { edits: [anEdit('a', { seen: 20 })] }))
          await deployments.insert(aDeployment('d3', { livemode: true, edits: [matching] }))
        })
        expect(await store.read((tx) => tx.deployments.byId(false, 'd1'))).toEqual(aDeployment('d1', { edits }))
        const open = () => store.read((tx) => tx.deployments.openEdits(false, 'vf_1Far7'))
        expect((await open()).map(({ path }) => path).sort()).toEqual(
          edits
            .slice(0, 3)
            .map(({ path }) => path)
            .sort(),
        )
        await store.write(async ({ deployments }) => {
          await deployments.editMade(false, 'vf_1Far7', anEdit('a'), { session: 'vs_new', created: 15 })
          await deployments.editSuperseded(false, 'vf_1Far7', types, 'd2')
        })
        const [first, ...others] = await store.read((tx) => tx.deployments.edits('d1'))
        expect(first).toMatchObject({ status: 'made', made_in: 'vs_new', made: 15 })
        expect(others).toEqual([matching, { ...types, status: 'superseded', superseded_by: 'd2' }, edits[3]])
        // Of the second deployment a newer session had shown that it is not made.
        const { data } = await store.read((tx) => tx.deployments.list(false, {}, { limit: 10 }))
        expect(data.map(({ id, edits_open }) => [id, edits_open])).toEqual([
          ['d2', 1],
          ['d1', 2],
        ])
      })

      test('list newest first with a summary of their changes; the last is known by project', async () => {
        const store = await aStore()
        await saveFlows(store, aFlowRecord('a'), aFlowRecord('b'))
        await store.write(async ({ deployments }) => {
          await deployments.insert(aDeployment('d1'))
          await deployments.insert(aDeployment('d2', { changes: [] }))
          await deployments.insert(aDeployment('d3', { project: 'q' }))
        })
        const { data } = await store.read((tx) => tx.deployments.list(false, { project: 'p' }, { limit: 10 }))
        expect(data.map(({ id }) => id)).toEqual(['d2', 'd1'])
        expect(data[1]).not.toHaveProperty('changes')
        expect(data[1]?.summary).toEqual({ create: 1, update: 0, rename: 0, adopt: 0, restore: 0, archive: 1 })
        const last = (livemode: boolean, project: string) => store.read((tx) => tx.deployments.last(livemode, project))
        expect([await last(false, 'p'), await last(false, 'none'), await last(true, 'p')]).toEqual(['d2', null, null])
        // Ids follow the clock, which may have run ahead: the last is the one that was written last.
        await store.write(({ deployments }) => deployments.insert(aDeployment('d0', { changes: [] })))
        expect(await last(false, 'p')).toBe('d0')
      })
    })

    describe('sessions', () => {
      test('come back whole, in their own mode only', async () => {
        const store = await aStore()
        await saveFlows(store, aFlowRecord('a'))
        const session = aSession('s', {
          flow: 'a',
          flow_version: 3,
          type: 'verification_flow',
          options: { id_number: {} },
          metadata: { a: 'b' },
          client_reference_id: 'r',
          provided_details: { email: 'person@example.com' },
          related_customer: 'cus_1',
          return_url: 'https://example.com',
        })
        await store.write((tx) => tx.sessions.insert(session))
        expect(await store.read((tx) => tx.sessions.byId(false, 's'))).toEqual(session)
        expect(await store.read((tx) => tx.sessions.byId(true, 's'))).toBeUndefined()
      })

      test('list by flow, its version, reference (of any length), customer, status and time', async () => {
        const store = await aStore()
        await saveFlows(store, aFlowRecord('f'))
        const long = 'r'.repeat(5000)
        await store.write(async ({ sessions }) => {
          await sessions.insert(aSession('a', { flow: 'f', flow_version: 2, created: 1 }))
          await sessions.insert(aSession('b', { client_reference_id: long, created: 2 }))
          await sessions.insert(aSession('c', { status: 'verified', related_customer: 'cus', created: 3 }))
        })
        const ids = async (filter: object) =>
          (await store.read((tx) => tx.sessions.list(false, filter, { limit: 10 }))).data.map(({ id }) => id).join('')
        expect(await ids({ flow: 'f' })).toBe('a')
        expect(await ids({ flow: 'f', flow_version: 2 })).toBe('a')
        expect(await ids({ flow: 'f', flow_version: 1 })).toBe('')
        expect(await ids({ reference_digest: sha256(long) })).toBe('b')
        expect(await ids({ reference_digest: sha256(long.slice(1)) })).toBe('')
        expect(await ids({ related_customer: 'cus' })).toBe('c')
        expect(await ids({ status: 'verified' })).toBe('c')
        expect(await ids({ created: { gte: 2 } })).toBe('cb')
      })

      test('are counted by flow on some days', async () => {
        const store = await aStore()
        await saveFlows(store, aFlowRecord('f'), aFlowRecord('g'), aFlowRecord('h', { livemode: true }))
        await store.write(async ({ sessions }) => {
          for (const [id, flow, created] of [
            ['1', 'f', 9 * DAY + 86_399],
            ['2', 'f', 10 * DAY],
            ['3', 'f', 11 * DAY],
            ['4', 'g', 5 * DAY],
          ] as const) {
            await sessions.insert(aSession(id, { flow, created }))
          }
          await sessions.insert(aSession('5', { created: 20 * DAY }))
          await sessions.insert(aSession('6', { created: 20 * DAY, flow: 'h', livemode: true }))
        })
        const counts = await store.read((tx) => tx.sessionCounts.everyFlow(false, { from: 10, to: 20 }))
        expect([...counts]).toEqual([['f', 2]])
      })
    })

    test('API keys are found by hash, listed by mode, and revoked once', async () => {
      const store = await aStore()
      await store.write(async ({ apiKeys }) => {
        await apiKeys.insert(anApiKey('k1'))
        await apiKeys.insert(anApiKey('k2', { livemode: true, created_by: 'me' }))
        await apiKeys.revoke('k1', 5, 'me')
        await apiKeys.revoke('k1', 6, 'them')
      })
      const found = await store.read(async ({ apiKeys }) => [
        await apiKeys.byHash('hash-k1'),
        await apiKeys.byHash('hash-none'),
        (await apiKeys.list(false, {}, { limit: 10 })).data,
        (await apiKeys.list(true, {}, { limit: 10 })).data,
      ])
      const [k1, k2] = [
        anApiKey('k1', { revoked: 5, revoked_by: 'me' }),
        anApiKey('k2', { livemode: true, created_by: 'me' }),
      ]
      expect(found).toEqual([k1, undefined, [k1], [k2]])
      await expect(store.write((tx) => tx.apiKeys.insert(anApiKey('k3', { hash: 'hash-k1' })))).rejects.toThrow()
    })

    test('idempotency keys are kept per mode until they are forgotten', async () => {
      const store = await aStore()
      const record = {
        livemode: false,
        key: 'k',
        api_key: 'ak_1',
        fingerprint: 'f',
        resource: 'vs',
        status: 200,
        body: '{}',
        request: 'req_1',
        created: 100,
      }
      await store.write(({ idempotency }) => idempotency.insert(record))
      await expect(store.write(({ idempotency }) => idempotency.insert(record))).rejects.toThrow()
      const find = (livemode: boolean) => store.write(({ idempotency }) => idempotency.find(livemode, 'k'))
      expect([await find(false), await find(true)]).toEqual([record, undefined])
      await store.write(({ idempotency }) => idempotency.forget(100))
      expect(await find(false)).toEqual(record)
      await store.write(({ idempotency }) => idempotency.forget(101))
      expect(await find(false)).toBeUndefined()
    })

    test('text with NUL, which stores cut short or refuse, is refused', async () => {
      const store = await aStore()
      await expect(store.write((tx) => tx.sessions.insert(aSession('a\0b')))).rejects.toThrow()
    })
  })
}

/** Cancels one session and makes another, in one transaction. */
function saveCanceled(store: Store, id: string, other: string): Promise<void> {
  return store.write(async (tx) => {
    await tx.sessions.update({ ...aSession(id), status: 'canceled' })
    await tx.sessions.insert(aSession(other))
  })
}

async function saveFlows(store: Store, ...flows: FlowRecord[]): Promise<void> {
  await store.write((tx) =>
    tx.flows.save(
      flows,
      flows.map((flow) => itsVersion(flow)),
    ),
  )
}

/** Reads, waits and writes: without turns, two would read the same and one increment would be lost. */
async function increment(store: Store): Promise<void> {
  await store.write(async (tx) => {
    await tx.state.lock(false)
    const { revision } = await tx.state.tag(false)
    await new Promise((resolve) => setTimeout(resolve, 1))
    await tx.state.advance(false)
    expect((await tx.state.tag(false)).revision).toBe(revision + 1)
  })
}
