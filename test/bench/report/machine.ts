import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { cpus, tmpdir, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { median } from './numbers.js'

/** What the figures depend on, in one sentence: processors, memory, versions, and how long the disk takes to sync. */
export function machine(postgres: string | undefined): string {
  const [processor] = cpus()
  return [
    `${type()}, ${cpus().length} processors (${processor?.model.trim() ?? 'unknown'})`,
    `${(totalmem() / 2 ** 30).toFixed(0)} GB of memory`,
    `Node ${process.version}`,
    ...(postgres === undefined ? [] : [postgres]),
    `a write of 4 KB synced to the disk in ${syncTime().toFixed(2)} ms`,
    `measured on ${new Date().toISOString().slice(0, 10)}`,
  ]
    .join('; ')
    .concat('.')
}

/** The median of some, in milliseconds. */
function syncTime(): number {
  const folder = mkdtempSync(join(tmpdir(), 'flows-sync-'))
  const file = openSync(join(folder, 'file'), 'w')
  const page = Buffer.alloc(4096, 1)
  const taken = Array.from({ length: 50 }, () => {
    const started = performance.now()
    writeSync(file, page)
    fsyncSync(file)
    return performance.now() - started
  })
  closeSync(file)
  rmSync(folder, { recursive: true })
  return median(taken)
}
