import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { query } from './databases.js'
import { bundled } from './programs.js'
import { aFolder } from './stores.js'

test('the PostgreSQL server of the tests ends with whoever started it, killed or not, and leaves nothing', async () => {
  const program = await bundled('test/store/postgres-server.program.ts')
  const folder = aFolder()
  chmodSync(folder, 0o755)
  // A run of the tests, which is killed: it starts a server, passes on what that says, and waits.
  const run = spawn(process.execPath, ['-e', RUN, program], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(run.stdout, 'data')
  const { url } = JSON.parse(String(line)) as { url: string }
  expect(await query(url, 'show fsync')).toEqual([{ fsync: 'on' }])
  expect(readdirSync(folder)).toHaveLength(1)
  run.kill('SIGKILL')
  // Its output is open as long as the server lives.
  await once(run.stdout, 'close')
  await expect(query(url, 'select 1')).rejects.toThrow('ECONNREFUSED')
  expect(readdirSync(folder)).toEqual([])
})

const RUN = `
  const { spawn } = require('node:child_process')
  spawn(process.execPath, [process.argv[1]], { stdio: ['pipe', 'inherit', 'inherit'], detached: true })
  setInterval(() => {}, 1000)`
