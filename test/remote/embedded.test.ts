import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { embedded } from '../../src/remote/embedded/embedded.js'
import { aConfig, PROJECT } from '../helpers/builders.js'
import { aDeployment, creating } from '../service/deployment-requests.js'
import { aFolder } from '../store/stores.js'

describe('the embedded remote', () => {
  test('reading where there is no store makes none', async () => {
    const folder = aFolder()
    const reader = await embedded({ file: join(folder, '.flows', 'store.sqlite'), actor: 'me' }).reader()
    expect(await reader.observe(PROJECT)).toMatchObject({ state: { store: null, last_deployment: null, flows: [] } })
    expect((await reader.listFlows()).data).toEqual([])
    await expect(reader.retrieveFlow('a')).rejects.toMatchObject({ kind: 'not_found', cause: { name: 'ApiError' } })
    await reader.close()
    expect(readdirSync(folder)).toEqual([])
  })

  test('reading leaves the store byte for byte as it was', async () => {
    const file = join(aFolder(), '.flows', 'store.sqlite')
    const remote = embedded({ file, actor: 'me' })
    const writer = await remote.writer()
    await writer.deploy(aDeployment([creating('a')]))
    const { id } = await writer.createSession({ verification_flow: 'a' })
    await writer.close()
    const [before, files] = [readFileSync(file), readdirSync(dirname(file))]

    const reader = await remote.reader()
    const observation = await reader.observe(PROJECT)
    if (observation.status === 'modified') await reader.observe(PROJECT, observation.etag)
    await reader.listFlows()
    await reader.retrieveFlow('a')
    await reader.listSessions()
    await reader.retrieveSession(id)
    await reader.close()
    expect(readFileSync(file).equals(before)).toBe(true)
    expect(readdirSync(dirname(file)).filter((name) => !/-(?:wal|shm)$/.test(name))).toEqual(
      files.filter((name) => !/-(?:wal|shm)$/.test(name)),
    )
  })

  test('a reader opened before the store exists sees what is applied later', async () => {
    const remote = embedded({ file: join(aFolder(), '.flows', 'store.sqlite'), actor: 'me' })
    const reader = await remote.reader()
    const before = await reader.observe(PROJECT)
    const writer = await remote.writer()
    await writer.deploy(aDeployment([creating('a')]))
    const known = before.status === 'modified' ? before.etag : undefined
    expect(await reader.observe(PROJECT, known)).toMatchObject({ status: 'modified', state: { flows: [{ key: 'a' }] } })
    await reader.close()
    await writer.close()
  })

  test('a flow with a configuration that the caller holds has that very object', async () => {
    const remote = embedded({ file: join(aFolder(), '.flows', 'store.sqlite'), actor: 'me' })
    const writer = await remote.writer()
    await writer.deploy(aDeployment([creating('a'), creating('b')]))
    await writer.close()
    const held = new Map([
      ['a', aConfig()],
      ['b', aConfig({ name: 'Another' })],
    ])
    const reader = await remote.reader()
    const observation = await reader.observe(PROJECT, undefined, held)
    await reader.close()
    if (observation.status !== 'modified') throw new Error('the state is not known')
    const [a, b] = observation.state.flows
    expect([a?.config === held.get('a'), a?.applied === held.get('a')]).toEqual([true, true])
    expect(b?.config).toEqual(aConfig())
  })

  test.each([
    ['with the same flows', 1],
    ['still empty', 0],
  ])('a store made again, %s, is never taken for the one before it', async (_what, flows) => {
    const tags = []
    for (let round = 0; round < 2; round += 1) {
      const remote = embedded({ file: join(aFolder(), '.flows', 'store.sqlite'), actor: 'me' })
      const [writer, reader] = [await remote.writer(), await remote.reader()]
      if (flows > 0) await writer.deploy(aDeployment([creating('a')]))
      const observation = await reader.observe(PROJECT)
      tags.push(observation.status === 'modified' ? observation.etag : null)
      await reader.close()
      await writer.close()
    }
    expect(tags[0]).not.toBe(tags[1])
  })

  test('a store that cannot be read is told as a failure that names it', async () => {
    const file = join(aFolder(), 'store.sqlite')
    mkdirSync(file)
    const reader = await embedded({ file, actor: 'me' }).reader()
    await expect(reader.observe(PROJECT)).rejects.toMatchObject({
      kind: 'unreachable',
      code: 'unreadable',
      message: expect.stringContaining(file),
    })
    await reader.close()
  })
})
