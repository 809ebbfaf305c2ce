import { describe, expect, test } from 'vitest'
import type { Rows } from '../../src/store/contents.js'
import type { Store } from '../../src/store/store.js'
import { held } from './holding.js'
import { aFlowRecord, anApiKey, aSession, itsVersion } from './records.js'
import { stores } from './stores.js'

async function filled(store: Store, sessions = 3): Promise<void> {
  await store.write(async (tx) => {
    const flow = aFlowRecord('vf_1', { project: 'acme' })
    await tx.flows.save([flow], [itsVersion(flow)])
    await tx.state.advance(false)
    for (let n = 0; n < sessions; n += 1) {
      await tx.sessions.insert(aSession(`vs_${String(n).padStart(5, '0')}`, { flow: 'vf_1', metadata: { n: `${n}` } }))
    }
    await tx.reports.insert({
      id: 'vr_1',
      livemode: false,
      session: 'vs_00000',
      flow: 'vf_1',
      type: 'verification_flow',
      client_reference_id: 'ref',
      options: {},
      checks: {},
      created: 1,
    })
    await tx.apiKeys.insert(anApiKey('ak_1', { livemode: true, scopes: ['flows:read'] }))
  })
}

async function contentsOf(store: Store): Promise<Rows[]> {
  return store.read(async (tx) => {
    const all: Rows[] = []
    for await (const batch of tx.contents.batches()) all.push(batch)
    return all
  })
}

/** The nonce of the state is to differ: see the test below. */
const withoutNonce = (all: Rows[]) =>
  all.map(({ table, rows }) => ({
    table,
    rows: table === 'state_revision' ? rows.map((row) => ({ ...row, nonce: '' })) : rows,
  }))

for (const source of stores) {
  for (const target of stores) {
    describe(`what a store on ${source.name} holds`, () => {
      test(`is the same in a store on ${target.name} that took it over, in the place of what was there`, async () => {
        const [from, to] = [await (await source.made()).open(), await (await target.made()).open()]
        await filled(from, 2345)
        await to.write((tx) => tx.apiKeys.insert(anApiKey('ak_old')))
        await from.read((reading) => to.write((writing) => writing.contents.replace(reading.contents.batches())))
        const [before, after] = [await contentsOf(from), await contentsOf(to)]
        expect(withoutNonce(after)).toEqual(withoutNonce(before))
        expect(after.reduce((sum, { rows }) => sum + rows.length, 0)).toBeGreaterThan(2345)
        expect(await to.read((tx) => tx.flows.byKey(false, 'key-vf_1'))).toEqual(
          await from.read((tx) => tx.flows.byKey(false, 'key-vf_1')),
        )
      })
    })
  }

  describe(`the contents of a store on ${source.name}`, () => {
    test('never have the tag of another content, when they are put back', async () => {
      const store = await (await source.made()).open()
      await filled(store)
      const tag = await store.read((tx) => tx.state.tag(false))
      const kept = await contentsOf(store)
      await store.write((tx) =>
        tx.contents.replace(
          (async function* () {
            yield* kept
          })(),
        ),
      )
      const again = await store.read((tx) => tx.state.tag(false))
      expect(again).toMatchObject({ store_id: tag.store_id, revision: tag.revision })
      expect(again.nonce).not.toBe(tag.nonce)
    })

    test('stay as they were when what is to replace them fails half-way', async () => {
      const store = await (await source.made()).open()
      await filled(store)
      const before = await contentsOf(store)
      const failing = store.write((tx) =>
        tx.contents.replace(
          (async function* () {
            yield before[0] as Rows
            throw new Error('the file ends here')
          })(),
        ),
      )
      await expect(failing).rejects.toThrow('the file ends here')
      expect(await contentsOf(store)).toEqual(before)
    })

    test('hold nothing that others write while they are replaced: it waits, and comes after all of it', async () => {
      const place = await source.made()
      const [store, other] = [await place.open(), await place.open()]
      await filled(store)
      const kept = await contentsOf(store)
      const flow = aFlowRecord('vf_late')
      await store.write((tx) => tx.flows.save([flow], [itsVersion(flow)]))
      let write: Promise<unknown> = Promise.resolve()
      let isWritten = false
      await store.write((tx) =>
        tx.contents.replace(
          (async function* () {
            // Everything is dropped by now, for this transaction only.
            const flowsSeen = await other.read((reading) => reading.flows.all(false))
            expect(flowsSeen.map(({ id }) => id).sort()).toEqual(['vf_1', 'vf_late'])
            write = other.write(async (writing) => {
              const found = await writing.flows.all(false)
              // As the service does: it looks for the flow, and makes a session of it.
              for (const { id } of found) await writing.sessions.insert(aSession(`vs_of_${id}`, { flow: id }))
              isWritten = true
            })
            // Long enough for it to go wrong: the others' work would be over.
            await other.read((reading) => reading.contents.isEmpty())
            yield* kept
            expect(isWritten).toBe(false)
          })(),
        ),
      )
      await write
      const rows = (await contentsOf(store)).flatMap((batch) => batch.rows as { id?: string }[])
      expect(rows.map(({ id }) => id).filter((id) => id === 'vf_late' || id?.startsWith('vs_of_'))).toEqual([
        'vs_of_vf_1',
      ])
    })

    test('are replaced once what others have begun is over, and that is dropped too', async () => {
      const place = await source.made()
      const [store, other] = [await place.open(), await place.open()]
      await filled(store)
      const kept = await contentsOf(store)
      const begun = await held(other, async (tx) => {
        await tx.sessions.insert(aSession('vs_begun'))
        // Its answer says that the database has begun the transaction.
        await tx.sessions.byId(false, 'vs_begun')
      })
      let isOver = false
      const replacing = store.write((tx) =>
        tx.contents.replace(
          (async function* () {
            expect(isOver).toBe(true)
            yield* kept
          })(),
        ),
      )
      // Time for it to go wrong: it would be dropping what is there.
      for (let reads = 0; reads < 5; reads += 1) await contentsOf(store)
      isOver = true
      await begun.end()
      await replacing
      expect(withoutNonce(await contentsOf(store))).toEqual(withoutNonce(kept))
    })

    test('are none in a new store', async () => {
      const store = await (await source.made()).open()
      expect(await store.read((tx) => tx.contents.isEmpty())).toBe(true)
      await filled(store)
      expect(await store.read((tx) => tx.contents.isEmpty())).toBe(false)
    })
  })
}
