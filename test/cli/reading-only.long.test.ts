import { chmodSync, cpSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openSqliteStore } from '../../src/store/sqlite/open.js'
import { aDefinition, aFolder, aProject, ended, flows, type Run } from '../helpers/cli.js'
import { aNobody, forReadingOnly, forWriting, readableByAll } from '../helpers/nobody.js'
import { aSession } from '../store/records.js'

type State = 'closed' | 'in use' | 'left by a killed process' | 'with a log that has lost its index'
const STORE = '.flows/store.sqlite'

/** A project with a flow and a session in its store, of which nothing may be written. */
async function aProjectForReading(state: State): Promise<string> {
  const used = aProject({ a: aDefinition('A') })
  expect(await flows(['apply', '--yes'], { cwd: used })).toMatchObject({ code: 0 })
  const store = await openSqliteStore({ file: join(used, STORE) })
  onTestFinished(() => store.close())
  await store.write((tx) => tx.sessions.insert(aSession('vs_last')))
  if (state === 'closed') await store.close()
  else expect(statSync(join(used, `${STORE}-wal`)).size).toBeGreaterThan(0)
  let cwd = used
  if (state === 'left by a killed process' || state === 'with a log that has lost its index') {
    // What lies there at any moment is what a killed process leaves.
    cwd = aFolder()
    cpSync(used, cwd, { recursive: true })
  }
  if (state === 'with a log that has lost its index') rmSync(join(cwd, `${STORE}-shm`))
  // Where a store was closed, neither lies there, or an empty log; SQLite must then make them.
  if (state === 'closed') for (const part of ['-wal', '-shm']) rmSync(join(cwd, STORE + part), { force: true })
  forReadingOnly(cwd)
  onTestFinished(() => forWriting(cwd))
  return cwd
}

/** Runs commands one after another, of a user who may write to their home folder only. */
async function asNobody(cwd: string, ...commands: string[][]): Promise<{ runs: Run[]; left: string[] }> {
  const nobody = aNobody()
  const program = join(readableByAll(resolve('dist')), 'flows.js')
  const runs = []
  for (const args of commands) {
    const words = args.map((arg) => arg.replace('~', nobody.home))
    runs.push(await ended(nobody.start(program, words, cwd)))
  }
  return { runs, left: readdirSync(nobody.home).filter((name) => name.startsWith('.flows-')) }
}

/** How many sessions a backup holds. */
async function sessionsIn(file: string): Promise<number> {
  const store = await openSqliteStore({ file, readOnly: true })
  try {
    return await store.read(async (tx) => {
      let count = 0
      for await (const { table, rows } of tx.contents.batches())
        if (table === 'verification_sessions') count += rows.length
      return count
    })
  } finally {
    await store.close()
  }
}

function filesIn(cwd: string): string[] {
  return readdirSync(join(cwd, '.flows')).map((name) => {
    const { mtimeMs, size, uid } = statSync(join(cwd, '.flows', name))
    return [name, uid, ...(name.endsWith('-shm') ? [] : [size, mtimeMs])].join(' ')
  })
}

describe('a user who may only read the store', () => {
  test('can run every command that only reads, and nothing is changed or left behind', async () => {
    const cwd = await aProjectForReading('closed')
    const [{ id }] = JSON.parse((await flows(['history', '--json'], { cwd })).stdout).deployments
    for (const part of ['-wal', '-shm']) rmSync(join(cwd, STORE + part), { force: true })
    const before = filesIn(cwd)
    const commands = [
      ['plan', '--detailed-exitcode'],
      ['list'],
      ['show', 'a'],
      ['history'],
      ['drift'],
      ['blame', 'a'],
      ['link', 'a'],
      ['show', id],
      ['events', id],
      ['pull'],
      ['sessions', 'list'],
      ['keys', 'list'],
      ['doctor'],
      ['backup', '~/backup.sqlite'],
    ]
    const { runs, left } = await asNobody(cwd, ...commands)
    for (const [index, run] of runs.entries()) {
      expect(run.code, `${commands[index]?.join(' ')}\n${run.stdout}${run.stderr}`).toBe(0)
    }
    expect(left).toEqual([])
    expect(filesIn(cwd)).toEqual(before)
  })

  test.each<State>(['in use', 'left by a killed process', 'with a log that has lost its index'])(
    'sees what was written last in a store %s',
    async (state) => {
      const cwd = await aProjectForReading(state)
      const before = filesIn(cwd)
      const { runs, left } = await asNobody(
        cwd,
        ['sessions', 'list'],
        ['plan', '--detailed-exitcode'],
        ['backup', '~/b.sqlite'],
      )
      for (const run of runs) expect(run.code, run.stdout + run.stderr).toBe(0)
      expect(runs[0]?.stdout).toContain('vs_last')
      expect(left).toEqual([])
      expect(filesIn(cwd)).toEqual(before)
    },
  )

  test('reads whole states only, or is told why not, while others write and write the log back', async () => {
    const cwd = await aProjectForReading('in use')
    const file = join(cwd, STORE)
    const nobody = aNobody()
    const program = join(readableByAll(resolve('dist')), 'flows.js')
    let isRead = false
    let written = 0
    // Half stays open, so that log and index lie there; half is closed again. Forty at a time, so that the log grows long
    // enough to be written back meanwhile. Nobody ever sees one of a pair alone.
    const writing = (async () => {
      const kept = await openSqliteStore({ file })
      while (!isRead) {
        const store = written % 2 === 0 ? kept : await openSqliteStore({ file })
        await store.write(async (tx) => {
          for (let n = 0; n < 40; n += 1) await tx.sessions.insert(aSession(`vs_${written}x${n}`))
        })
        if (store !== kept) await store.close()
        written += 1
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      await kept.close()
    })()
    const counts: number[] = []
    const failures: Run[] = []
    for (let time = 0; time < 3; time += 1) {
      const backup = join(nobody.home, `${time}.sqlite`)
      for (const args of [['plan', '--detailed-exitcode'], ['list'], ['backup', backup]]) {
        const run = await ended(nobody.start(program, args, cwd))
        if (run.code !== 0) failures.push(run)
        else if (args[0] === 'list') expect(run.stdout).toMatch(/^a\b/m)
        else if (args[0] === 'backup') counts.push(await sessionsIn(backup))
      }
    }
    isRead = true
    await writing
    for (const { code, stderr } of failures) {
      expect(code, stderr).toBe(1)
      expect(stderr).toMatch(/^error \S.*\n/m)
      expect(stderr).not.toMatch(/\n\s+at /)
    }
    // One was there before.
    expect(counts.filter((count) => (count - 1) % 40 !== 0)).toEqual([])
    expect(counts).toEqual([...counts].sort((a, b) => a - b))
    expect(new Set(counts).size).toBeGreaterThan(1)
    expect(written).toBeGreaterThan(10)
    expect(readdirSync(nobody.home).filter((name) => name.startsWith('.flows-'))).toEqual([])
  }, 120_000)

  test('makes no file beside a store in a folder that all may write to, which its owner could then not use', async () => {
    const cwd = await aProjectForReading('closed')
    chmodSync(join(cwd, '.flows'), 0o777)
    const before = filesIn(cwd)
    const { runs } = await asNobody(cwd, ['list'])
    expect(runs[0]).toMatchObject({ code: 0, stdout: expect.stringContaining('a') })
    expect(filesIn(cwd).filter((file) => file.startsWith('store'))).toEqual(
      before.filter((file) => file.startsWith('store')),
    )
  })

  test('who may not even look for it is told, rather than shown an empty store', async () => {
    const cwd = await aProjectForReading('closed')
    chmodSync(join(cwd, '.flows'), 0)
    const { runs } = await asNobody(cwd, ['plan'], ['doctor'])
    for (const run of runs) expect(run.stdout + run.stderr).toMatch(/store\.sqlite cannot be used: EACCES/)
    expect(runs[0]?.code).toBe(1)
    forWriting(cwd)
  })

  test('the store is whole afterwards', async () => {
    const cwd = await aProjectForReading('left by a killed process')
    await asNobody(cwd, ['list'])
    forWriting(cwd)
    const store = await openSqliteStore({ file: join(cwd, STORE) })
    onTestFinished(() => store.close())
    expect(await store.read((tx) => tx.contents.isEmpty())).toBe(false)
  })
})
