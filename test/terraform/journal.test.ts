import { spawn } from 'node:child_process'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { journalOf } from '../../src/terraform/journal.js'
import { aFolder } from '../helpers/cli.js'

const notes = (cwd: string) => readdirSync(join(cwd, '.terraform', 'flows-unfinished'))

describe('the journal', () => {
  test('tells the next process what one that was killed had begun', () => {
    const cwd = aFolder()
    const killed = journalOf({ env: {}, cwd })
    killed.begin('run-1')
    killed.answered('run-1')
    killed.begin('run-2')
    const next = journalOf({ env: {}, cwd })
    expect([next.hasUnfinished, next.isUnfinished('run-1'), next.isUnfinished('run-2')]).toEqual([true, true, true])
    expect(next.isUnfinished('run-3')).toBe(false)
  })

  test('holds nothing more once Terraform was told, but for what nobody knows the outcome of', () => {
    const cwd = aFolder()
    const told = journalOf({ env: {}, cwd })
    told.begin('run-1')
    told.answered('run-1')
    told.finish()
    expect(notes(cwd)).toEqual([])
    const lost = journalOf({ env: {}, cwd })
    for (const run of ['run-2', 'run-3']) lost.begin(run)
    lost.answered('run-2')
    lost.finish()
    const next = journalOf({ env: {}, cwd })
    expect([next.isUnfinished('run-2'), next.isUnfinished('run-3')]).toEqual([false, true])
  })

  test('keeps what is left behind until a process has taken it over and was told so', () => {
    const cwd = aFolder()
    journalOf({ env: {}, cwd }).begin('run-1')
    journalOf({ env: {}, cwd }).finish()
    const taking = journalOf({ env: {}, cwd })
    taking.takeOver()
    expect(journalOf({ env: {}, cwd }).hasUnfinished).toBe(true)
    taking.finish()
    expect(journalOf({ env: {}, cwd }).hasUnfinished).toBe(false)
  })

  test('is none of the business of others while its process lives', () => {
    const cwd = aFolder()
    const other = spawn('sleep', ['60'])
    onTestFinished(() => void other.kill())
    journalOf({ env: {}, cwd }).begin('run-1')
    writeFileSync(join(cwd, '.terraform/flows-unfinished', `${other.pid}-x`), 'run-2\n')
    const next = journalOf({ env: {}, cwd })
    expect([next.isUnfinished('run-1'), next.isUnfinished('run-2')]).toEqual([true, false])
  })

  test('lies where Terraform keeps its own data', () => {
    const cwd = aFolder()
    journalOf({ env: { TF_DATA_DIR: 'data' }, cwd }).begin('run-1')
    expect(existsSync(join(cwd, 'data/flows-unfinished'))).toBe(true)
    expect(journalOf({ env: {}, cwd }).hasUnfinished).toBe(false)
  })
})
