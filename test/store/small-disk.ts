import { execFileSync } from 'node:child_process'
import { chownSync, closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A file system of its own that is soon full. */
export interface SmallDisk {
  readonly folder: string
  /** Leaves no byte free, until somebody else frees some. */
  fill(): void
  /** Makes room again. */
  empty(): void
}

/** Undefined where this user may not mount one. */
export function aSmallDisk(megabytes: number, owner?: number): SmallDisk | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'flows-disk-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'flows-test', folder], {
      stdio: 'ignore',
    })
  } catch {
    return undefined
  }
  onTestFinished(() => void execFileSync('umount', ['--lazy', folder]))
  if (owner !== undefined) chownSync(folder, owner, -1)
  const filler = join(folder, 'filler')
  return {
    folder,
    fill() {
      const file = openSync(filler, 'a')
      try {
        for (let size = 1024 * 1024; size >= 1; size = Math.floor(size / 2)) {
          try {
            for (;;) writeSync(file, Buffer.alloc(size))
          } catch {
            // Smaller pieces may still fit.
          }
        }
      } finally {
        closeSync(file)
      }
    },
    empty: () => rmSync(filler, { force: true }),
  }
}
