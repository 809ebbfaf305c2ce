import { randomUUID } from 'node:crypto'
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { isRunning } from '../files/is-running.js'
import type { ProviderOptions } from './options.js'

/**
 * Deployments that Terraform may not know about, stored beside its own data in this folder. A process notes each one
 * before it is sent, and removes the notes when Terraform ends the process: by then Terraform has recorded the answers.
 * The notes of a killed process stay, so that the next one recognises flows that were created but are in no state.
 */
export interface Journal {
  /** Before a deployment is sent. */
  begin(run: string): void
  /** The result is known here, good or bad. */
  answered(run: string): void
  /** Whether an earlier process noted this run, and Terraform never got the answer. */
  isUnfinished(run: string): boolean
  /** Whether there is any such run. */
  readonly hasUnfinished: boolean
  /** This process takes over what an earlier one left behind. */
  takeOver(): void
  /** Terraform knows every answer; forgets the runs that got one. */
  finish(): void
}

const FOLDER = 'flows-unfinished'

export function journalOf({ env, cwd }: Pick<ProviderOptions, 'env' | 'cwd'>): Journal {
  const folder = join(resolve(cwd, env.TF_DATA_DIR || '.terraform'), FOLDER)
  const own = `${process.pid}-${randomUUID()}`
  const found = othersIn(folder)
  const unfinished = new Set(found.flatMap(({ runs }) => runs))
  const unknown = new Set<string>()
  let isTakenOver = false

  return {
    begin(run) {
      unknown.add(run)
      // Without a note nothing is known after a crash, but that must not prevent an apply.
      quietly(() => {
        mkdirSync(folder, { recursive: true })
        appendFileSync(join(folder, own), `${run}\n`)
      })
    },
    answered: (run) => void unknown.delete(run),
    isUnfinished: (run) => unfinished.has(run),
    hasUnfinished: unfinished.size > 0,
    takeOver() {
      isTakenOver = true
    },
    finish() {
      const file = join(folder, own)
      if (unknown.size === 0) quietly(() => rmSync(file, { force: true }))
      else quietly(() => writeFileSync(file, [...unknown].join('\n')))
      if (isTakenOver) for (const { file } of found) quietly(() => rmSync(file, { force: true }))
    },
  }
}

/** The notes of processes that have ended. */
function othersIn(folder: string): { readonly file: string; readonly runs: readonly string[] }[] {
  const names = quietly(() => readdirSync(folder)) ?? []
  return names
    .filter((name) => !isOfOther(name))
    .flatMap((name) => {
      const file = join(folder, name)
      const text = quietly(() => readFileSync(file, 'utf8'))
      return text === undefined ? [] : [{ file, runs: text.split('\n').filter((run) => run !== '') }]
    })
}

/** A note with this process's own number comes from an earlier process that has ended. */
function isOfOther(name: string): boolean {
  const pid = Number.parseInt(name, 10)
  return Number.isInteger(pid) && pid !== process.pid && isRunning(pid)
}

function quietly<Result>(work: () => Result): Result | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
