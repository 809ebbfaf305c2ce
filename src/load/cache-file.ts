import { createHmac, randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { makeCacheKey, readCacheKey } from './cache-key.js'

/**
 * What earlier runs found out, under `.flows/cache/`:
 *
 *   set      digest of the last set of definitions that was found to be without fault: if it is still the same set,
 *            nothing needs to be parsed or checked
 *   values   what each file's content says, by the content's hash: if some files changed, only those are parsed
 *
 * Both are sealed with a key that no project holds (cache-key.ts): whatever does not bear the seal (truncated, older,
 * another machine's, committed by somebody) is as good as absent. Losing the cache costs time, nothing else, so every
 * failure to read or write is silence.
 */
export class DefinitionCache {
  readonly #root: string
  readonly #fingerprint: string
  readonly #key: Buffer | undefined
  #values: Map<string, unknown> | undefined

  /** `fingerprint` names the program and its rules: results of another program are not used. */
  constructor(root: string, fingerprint: string) {
    this.#root = root
    this.#fingerprint = fingerprint
    this.#key = readCacheKey()
  }

  /** Digest of the last set that was found valid. */
  validSet(): string | undefined {
    return this.#unseal('set')
  }

  /** Values by content hash. */
  values(): ReadonlyMap<string, unknown> {
    this.#values ??= this.#readValues()
    return this.#values
  }

  /** Replaces what is kept. Entries that are not in `values` are dropped, so the cache never outgrows the definitions. */
  save(set: string, values: ReadonlyMap<string, unknown>): void {
    const known = this.values()
    const valuesChanged = known.size !== values.size || [...values.keys()].some((hash) => !known.has(hash))
    try {
      const key = makeCacheKey()
      makeFolder(this.#root)
      if (valuesChanged) {
        const body = { fingerprint: this.#fingerprint, hashes: [...values.keys()], values: [...values.values()] }
        this.#write(key, 'values', JSON.stringify(body))
      }
      this.#write(key, 'set', set)
    } catch {
      // A read-only disk or a full one: the next run is as slow as this one.
    }
  }

  #readValues(): Map<string, unknown> {
    const values = new Map<string, unknown>()
    const body = this.#unseal('values')
    if (body === undefined) return values
    const parsed = JSON.parse(body) as { fingerprint: string; hashes: string[]; values: unknown[] }
    if (parsed.fingerprint !== this.#fingerprint) return values
    for (const [index, hash] of parsed.hashes.entries()) values.set(hash, parsed.values[index])
    return values
  }

  #unseal(name: string): string | undefined {
    if (this.#key === undefined || !isFolder(join(this.#root, '.flows')) || !isFolder(folderOf(this.#root)))
      return undefined
    try {
      const content = readPlainFile(join(folderOf(this.#root), name))
      const seal = content.subarray(0, SEAL_LENGTH).toString('latin1')
      const body = content.subarray(SEAL_LENGTH)
      return seal === sealOf(this.#key, name, body) ? body.toString('utf8') : undefined
    } catch {
      return undefined
    }
  }

  #write(key: Buffer, name: string, text: string): void {
    const body = Buffer.from(text)
    const path = join(folderOf(this.#root), name)
    const temporary = `${path}.${process.pid}.${randomBytes(6).toString('hex')}`
    try {
      writeFileSync(temporary, Buffer.concat([Buffer.from(sealOf(key, name, body), 'latin1'), body]), { flag: 'wx' })
      // A reader sees the old file or the new one, never half of one.
      renameSync(temporary, path)
    } catch (error) {
      rmSync(temporary, { force: true })
      throw error
    }
  }
}

const SEAL_LENGTH = 65

function sealOf(key: Buffer, name: string, body: Buffer): string {
  return `${createHmac('sha256', key).update(`${name}\n`).update(body).digest('hex')}\n`
}

function folderOf(root: string): string {
  return join(root, '.flows', 'cache')
}

function isFolder(path: string): boolean {
  try {
    return lstatSync(path).isDirectory()
  } catch {
    return false
  }
}

/** Refuses links and pipes: a link could lead anywhere, a pipe would never end. */
function readPlainFile(path: string): Buffer {
  const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  try {
    if (!fstatSync(descriptor).isFile()) throw new Error('no plain file')
    return readFileSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** `.flows/` holds nothing that belongs in version control, so it says so itself. */
function makeFolder(root: string): void {
  for (const path of [join(root, '.flows'), folderOf(root)]) {
    try {
      mkdirSync(path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    if (!isFolder(path)) throw new Error(`${path} is no folder`)
  }
  try {
    writeFileSync(join(root, '.flows', '.gitignore'), '*\n', { flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
