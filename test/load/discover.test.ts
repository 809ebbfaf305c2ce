import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { brief, faultsOf, readAt, temporaryProject } from '../helpers/temporary-project.js'
import { unprivileged } from '../helpers/unprivileged.js'

const VALID = 'name: A\ntype: document\n'

function filesIn(root: string): string[] {
  return readAt(root, { cache: false })
    .desired('local')
    .map(({ file }) => file)
}

describe('definitions are found', () => {
  test('in subfolders, with either ending, in order of key', () => {
    const root = temporaryProject({
      'flows/b.yaml': VALID,
      'flows/deep/er/a.yml': VALID,
      'flows/readme.md': 'no definition',
      'flows/c.yaml.bak': 'no definition',
    })
    expect(filesIn(root)).toEqual(['flows/deep/er/a.yml', 'flows/b.yaml'])
  })

  test('but not behind a dot', () => {
    const root = temporaryProject({ 'flows/a.yaml': VALID, 'flows/.b.yaml': '[', 'flows/.git/c.yaml': '[' })
    expect(filesIn(root)).toEqual(['flows/a.yaml'])
  })

  test('not in folders behind symbolic links, which may run in circles', () => {
    const root = temporaryProject({ 'flows/a.yaml': VALID })
    symlinkSync('.', join(root, 'flows/circle'))
    symlinkSync('/', join(root, 'flows/everything.yaml'))
    // Said aloud: whoever moves definitions behind a link must not find their flows archived.
    expect(readAt(root).diagnostics.map(brief)).toEqual([
      'flows/circle:1:1 FILE_OVERLOOKED',
      'flows/everything.yaml:1:1 LINK_OUTSIDE',
    ])
  })

  test('behind a link to a file of the project, not to one outside', () => {
    const root = temporaryProject({ 'flows/a.yaml': VALID, 'shared/b.yaml': VALID })
    symlinkSync('../shared/b.yaml', join(root, 'flows/b.yaml'))
    expect(filesIn(root)).toEqual(['flows/a.yaml', 'flows/b.yaml'])
    symlinkSync('/etc/hostname', join(root, 'flows/c.yaml'))
    expect(readAt(root).diagnostics.map(brief)).toEqual(['flows/c.yaml:1:1 LINK_OUTSIDE'])
  })

  test('in a folder named as such by a trailing slash or a leading dot', () => {
    const config = (flows: string) => `project: p\nflows: ${flows}\nenvironments: { local: {} }\n`
    for (const flows of ['my/flows/', './my/flows']) {
      expect(filesIn(temporaryProject({ 'flows.config.yaml': config(flows), 'my/flows/a.yaml': VALID }))).toEqual([
        'my/flows/a.yaml',
      ])
    }
  })
})

describe('what cannot be read is told', () => {
  test('a folder that is missing, empty or a link, at the line of the configuration that names it', () => {
    const config = 'project: p\nflows: elsewhere\nenvironments: { local: {} }\n'
    expect(faultsOf({})).toEqual(['flows.config.yaml:1:1 FOLDER_MISSING'])
    expect(faultsOf({ 'flows.config.yaml': config })).toEqual(['flows.config.yaml:2:8 FOLDER_MISSING'])
    expect(faultsOf({ 'flows.config.yaml': config, 'elsewhere/x.txt': '' })).toEqual([
      'flows.config.yaml:2:8 FOLDER_EMPTY',
    ])
    const root = temporaryProject({ 'real/a.yaml': VALID })
    symlinkSync('nowhere', join(root, 'flows'))
    expect(readAt(root).diagnostics.map(brief)).toEqual(['flows.config.yaml:1:1 LINK_OUTSIDE'])
  })

  test('a pipe, without waiting for its other end', () => {
    const root = temporaryProject({ 'flows/a.yaml': VALID })
    execFileSync('mkfifo', [join(root, 'flows/pipe.yaml')])
    expect(readAt(root).diagnostics.map(brief)).toEqual(['flows/pipe.yaml:1:1 FILE_UNREADABLE'])
  })

  test('a file and a folder without permission', () => {
    const root = temporaryProject({ 'flows/a.yaml': VALID, 'flows/b.yaml': VALID })
    mkdirSync(join(root, 'flows/closed'), { mode: 0 })
    chmodSync(join(root, 'flows/b.yaml'), 0)
    expect(unprivileged(root, () => readAt(root)).diagnostics.map(brief)).toEqual([
      'flows/b.yaml:1:1 FILE_UNREADABLE',
      'flows/closed:1:1 FILE_UNREADABLE',
    ])
  })

  test('a file beyond the limit, and not one at the limit', () => {
    const atLimit = `${VALID}#`.padEnd(64 * 1024, 'x')
    expect(faultsOf({ 'flows/a.yaml': atLimit })).toEqual([])
    expect(faultsOf({ 'flows/a.yaml': `${atLimit}x` })).toEqual(['flows/a.yaml:1:1 FILE_TOO_LARGE'])
  })

  test.each([
    ['UTF-16 little-endian', Buffer.from('\ufeffname: A\n', 'utf16le'), '1:1'],
    ['UTF-16 big-endian', Buffer.from('\ufeffname: A\n', 'utf16le').swap16(), '1:1'],
    ['half a character at the end', Buffer.from('name: é').subarray(0, -1), '1:7'],
    ['an overlong slash', Buffer.from([0x6e, 0x3a, 0x0a, 0x20, 0xc0, 0xaf]), '2:2'],
    ['half of a surrogate pair', Buffer.from([0x61, 0xed, 0xa0, 0x80]), '1:2'],
    ['a byte after two UTF-16 units and a mark', Buffer.from([0xef, 0xbb, 0xbf, 0xf0, 0x9f, 0x98, 0x80, 0xff]), '1:3'],
  ])('%s', (_, bytes, place) => {
    expect(faultsOf({ 'flows/a.yaml': bytes })).toEqual([`flows/a.yaml:${place} FILE_NOT_UTF8`])
  })

  test.each(['', '\n\n', '# only a comment\n', '---\n', '\ufeff'])('a file without a document: %j', (text) => {
    expect(faultsOf({ 'flows/a.yaml': text })).toEqual(['flows/a.yaml:1:1 FILE_EMPTY'])
  })
})
