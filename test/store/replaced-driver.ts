import { vi } from 'vitest'
import type { DatabaseConstructor } from '../../src/store/sqlite/database.js'

/** Opens stores with another driver in place of that of Node. */
export async function withDriver<T>(Driver: DatabaseConstructor, open: () => Promise<T>): Promise<T> {
  const real = process.getBuiltinModule
  const spy = vi
    .spyOn(process, 'getBuiltinModule')
    .mockImplementation(((name: string) =>
      name === 'node:sqlite' ? { DatabaseSync: Driver } : real(name)) as typeof real)
  try {
    return await open()
  } finally {
    spy.mockRestore()
  }
}
