import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import pc from 'picocolors'
import { expect, test } from 'vitest'
import type { Terminal } from '../../src/cli/program/terminal.js'
import { showJsonList } from '../../src/cli/views/json-list.js'
import { RemoteError } from '../../src/remote/remote.js'
import { openSqliteStore } from '../../src/store/sqlite/open.js'
import { aFolder, ended, FLOWS } from '../helpers/cli.js'
import { aFlowRecord } from '../store/records.js'

/** What a list prints, to a reader that reads so many pages. */
async function listed(pages: AsyncIterable<readonly unknown[]>, { reads = 9 } = {}) {
  const [results, talk]: [string[], string[]] = [[], []]
  const terminal = {
    talkPalette: pc.createColors(false),
    result: (text: string) => results.push(text),
    talk: (text: string) => talk.push(text),
    keptUp: async () => --reads > 0,
  } as unknown as Terminal
  const code = await showJsonList(terminal, { name: 'list', member: 'flows' }, pages)
  return { code, stdout: results.join(''), stderr: talk.join('') }
}

async function* failing(pages: number): AsyncGenerator<readonly unknown[]> {
  for (let page = 1; page <= pages; page++) yield [{ page, deep: { is: [1] } }]
  throw new RemoteError('not_authorised', 'the key ended', { keyVariable: 'FLOWS_KEY' })
}

test('an error after the first page ends the document, which stays JSON, and is said on stderr as well', async () => {
  const { code, stdout, stderr } = await listed(failing(2))
  const document = JSON.parse(stdout)
  expect(document).toEqual({
    format: 'flows.list',
    format_version: '1.0',
    flows: [1, 2].map((page) => ({ page, deep: { is: [1] } })),
    error: {
      code: 'not_authorised',
      message: 'the key ended',
      hint: 'check the key in the environment variable FLOWS_KEY',
    },
    exit_code: 6,
  })
  expect(stdout).toBe(`${JSON.stringify(document, null, 2)}\n`)
  expect(code).toBe(6)
  expect(stderr).toBe('error the key ended\nhint  check the key in the environment variable FLOWS_KEY\n')
})

test('an error before the first page is thrown, and nothing is printed', async () => {
  await expect(listed(failing(0))).rejects.toThrow('the key ended')
})

test('no page is asked for after the reader has gone', async () => {
  const asked: number[] = []
  const pages = async function* () {
    for (let page = 1; page <= 9; page++) {
      asked.push(page)
      yield [page]
    }
  }
  expect(await listed(pages(), { reads: 2 })).toMatchObject({ code: 0, stderr: '' })
  expect(asked).toEqual([1, 2])
})

test('a full disk is told once, however many pages there are, and a reader that has gone is no failure', async () => {
  const cwd = aFolder({ 'flows.config.yaml': 'project: p\nenvironments: { local: {} }\n' })
  mkdirSync(join(cwd, '.flows'), { mode: 0o700 })
  const store = await openSqliteStore({ file: join(cwd, '.flows/store.sqlite') })
  const flows = Array.from({ length: 301 }, (_, n) => aFlowRecord(`vf_${n}`, { key: `flow-${n}` }))
  await store.write((tx) => tx.flows.save(flows, []))
  await store.close()
  const shell = (line: string) =>
    ended(spawn('bash', ['-c', line.replace('flows', `'${process.execPath}' '${FLOWS}'`)], { cwd }))
  const full = await shell('flows list --json > /dev/full')
  expect(full.stderr).toMatch(/^error the result could not be printed: ENOSPC.*\n$/)
  expect(full.code).toBe(1)
  const gone = await shell('set -o pipefail; flows list --json | head -n 2')
  expect(gone).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('"flows.list"') })
})
