import { randomUUID } from 'node:crypto'
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { isRunning } from '../files/is-running.js'
import type { ProviderOptions } from './options.js'

/**
 * The deployments of which Terraform may not know, beside its own data in this folder. A process notes each before it is
 * sent and forgets them when Terraform ends it: by then Terraform has been told, and has written it down. What a process
 * that was killed has noted stays, so that the next one knows for its own what was made and is in no state.
 */
export interface Journal {
  /** Before a deployment is sent. */
  begin(run: string): void
  /** What came of it is known here, whatever it is. */
  answered(run: string): void
  /** Whether an earlier process noted this run, and nobody has been told since. */
  isUnfinished(run: string): boolean
  /** Whether there is any such run. */
  readonly hasUnfinished: boolean
  /** What an earlier process left behind is in this one's hands. */
  takeOver(): void
  /** Terraform knows of all that was answered. */
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
      // Where nothing can be noted, there is nothing to go by after a crash; that is no reason not to apply.
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

/** What processes noted that are no more. */
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

/** Its own number is that of a process before it, which is no more. */
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
