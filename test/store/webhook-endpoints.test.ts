import { describe, expect, test } from 'vitest'
import { anEndpoint } from './records.js'
import { stores } from './stores.js'

for (const { name, made: place } of stores) {
  describe(`webhook endpoints on ${name}`, () => {
    const aStore = async () => (await place()).open()

    test('come back as they were written, in their mode only', async () => {
      const store = await aStore()
      const endpoint = anEndpoint('we_1', { enabled_events: ['a.b', '*'], metadata: { 'k 1': 'ü' }, description: 'D' })
      await store.write((tx) => tx.webhookEndpoints.insert(endpoint))
      const found = await store.write(async (tx) => [
        await tx.webhookEndpoints.byId(false, 'we_1'),
        await tx.webhookEndpoints.toWrite(false, 'we_1'),
        await tx.webhookEndpoints.byId(true, 'we_1'),
        await tx.webhookEndpoints.toWrite(true, 'we_1'),
        await tx.webhookEndpoints.count(false),
        await tx.webhookEndpoints.count(true),
      ])
      expect(found).toEqual([endpoint, endpoint, undefined, undefined, 1, 0])
    })

    test('are listed newest first; those that are enabled oldest first', async () => {
      const store = await aStore()
      await store.write(async (tx) => {
        for (const id of ['we_1', 'we_2', 'we_3']) await tx.webhookEndpoints.insert(anEndpoint(id))
        await tx.webhookEndpoints.insert(anEndpoint('we_live', { livemode: true }))
        await tx.webhookEndpoints.update(anEndpoint('we_2', { status: 'disabled', url: 'https://example.com/2' }))
      })
      const found = await store.read(async (tx) => [
        await tx.webhookEndpoints.list(false, { limit: 2 }),
        await tx.webhookEndpoints.list(false, { limit: 2, starting_after: 'we_2' }),
        await tx.webhookEndpoints.enabled(false),
      ])
      expect(found).toEqual([
        {
          data: [anEndpoint('we_3'), anEndpoint('we_2', { status: 'disabled', url: 'https://example.com/2' })],
          has_more: true,
        },
        { data: [anEndpoint('we_1')], has_more: false },
        [anEndpoint('we_1'), anEndpoint('we_3')],
      ])
    })

    test('changed at once by several lose no change', async () => {
      const { open } = await place()
      const all = await Promise.all([open(), open()])
      await all[0]?.write((tx) => tx.webhookEndpoints.insert(anEndpoint('we_1')))
      const changes = all.flatMap((store, n) =>
        Array.from({ length: 10 }, (_, m) =>
          store.write(async (tx) => {
            const endpoint = await tx.webhookEndpoints.toWrite(false, 'we_1')
            if (endpoint === undefined) throw new Error('it is gone')
            await tx.webhookEndpoints.update({ ...endpoint, metadata: { ...endpoint.metadata, [`${n}-${m}`]: 'x' } })
          }),
        ),
      )
      await Promise.all(changes)
      const endpoint = await all[0]?.read((tx) => tx.webhookEndpoints.byId(false, 'we_1'))
      expect(Object.keys(endpoint?.metadata ?? {})).toHaveLength(20)
    })

    test('that are deleted are gone', async () => {
      const store = await aStore()
      await store.write(async (tx) => {
        await tx.webhookEndpoints.insert(anEndpoint('we_1'))
        await tx.webhookEndpoints.delete('we_1')
      })
      expect(await store.read((tx) => tx.webhookEndpoints.byId(false, 'we_1'))).toBeUndefined()
    })
  })
}
