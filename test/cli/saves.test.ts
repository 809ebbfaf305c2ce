import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Saves, watchSaves } from '../../src/cli/dev/saves.js'
import { aFolder, writeFiles } from '../helpers/cli.js'

function aWatch(files: Readonly<Record<string, string>> = { 'flows.config.yaml': 'a', 'flows/a.yaml': 'a' }) {
  const root = aFolder(files)
  const saves = watchSaves(root, () => ['flows.config.yaml', 'flows', 'policies'])
  onTestFinished(() => saves.close())
  return { root, saves, save: (file: string, text: string) => writeFiles(root, { [file]: text }) }
}

/** All that was told until this file was among it. */
async function toldUntil(saves: Saves, file: string): Promise<string[]> {
  const told = new Set<string>()
  while (!told.has(file)) for (const name of (await saves.next()) ?? [file]) told.add(name)
  return [...told].sort()
}

describe('a save is seen', () => {
  test('of the configuration, a definition or a policy, and of nothing else', async () => {
    const { saves, save } = aWatch()
    save('notes.yaml', '1')
    save('flows/notes.txt', '1')
    save('.flows/store.yaml', '1')
    save('flows.config.yaml', '2')
    expect(await saves.next()).toEqual(['flows.config.yaml'])
    save('flows/deep/b.yml', '1')
    expect(await saves.next()).toEqual(['flows/deep/b.yml'])
    save('policies/selfie.yaml', '1')
    expect(await saves.next()).toEqual(['policies/selfie.yaml'])
  })

  test('after an editor has replaced the file by a rename, and when it then writes in place', async () => {
    const { root, saves, save } = aWatch()
    for (const text of ['b', 'c']) {
      save('flows/.a.yaml.swp', text)
      renameSync(join(root, 'flows/.a.yaml.swp'), join(root, 'flows/a.yaml'))
      expect(await saves.next()).toEqual(['flows/a.yaml'])
      save('flows/a.yaml', `${text} in place`)
      expect(await saves.next()).toEqual(['flows/a.yaml'])
    }
  })

  test('of the same length, at once after the one before', async () => {
    const { saves, save } = aWatch()
    for (const text of ['1', '2', '3']) {
      save('flows/a.yaml', text)
      expect(await saves.next()).toEqual(['flows/a.yaml'])
    }
  })

  test('when the folder is deleted and made again, and of what is then saved in it', async () => {
    const { root, saves, save } = aWatch()
    rmSync(join(root, 'flows'), { recursive: true })
    expect(await saves.next()).toEqual(['flows/a.yaml'])
    mkdirSync(join(root, 'flows'))
    save('flows/a.yaml', 'b')
    expect(await saves.next()).toEqual(['flows/a.yaml'])
    save('flows/a.yaml', 'c')
    expect(await saves.next()).toEqual(['flows/a.yaml'])
  })

  test('once for many files at once, and although nobody waited', async () => {
    const { root, saves, save } = aWatch()
    const names = Array.from({ length: 200 }, (_, n) => `flows/${String(n).padStart(3, '0')}.yaml`)
    for (const name of names) save(name, 'x')
    expect(await saves.next()).toEqual(names)
    save('flows/a.yaml', 'b')
    writeFileSync(join(root, 'flows/b.yaml'), 'b')
    expect(await toldUntil(saves, 'flows/b.yaml')).toEqual(['flows/a.yaml', 'flows/b.yaml'])
  })
})

test('whoever waits is told when the watch is closed', async () => {
  const { saves } = aWatch()
  const next = saves.next()
  saves.close()
  expect(await next).toBeNull()
  expect(await saves.next()).toBeNull()
})
