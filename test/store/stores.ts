import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { openSqliteStore } from '../../src/store/sqlite/open.js'
import type { Store } from '../../src/store/store.js'

/** One implementation of the store. `place` makes room for a new store; every call of it opens that store once more. */
export interface Implementation {
  readonly name: string
  place(): () => Promise<Store>
}

/** A folder that is gone when the test ends. */
export function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'flows-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const sqlite: Implementation = {
  name: 'SQLite',
  place() {
    const file = join(aFolder(), 'store', 'store.sqlite')
    return async () => {
      const store = await openSqliteStore({ file })
      onTestFinished(() => store.close())
      return store
    }
  },
}

export const stores: readonly Implementation[] = [sqlite]
