// Loaded into the program that is tested, by NODE_OPTIONS: counts its calls of SQLite, or with FILES_BELOW the ones that
// change files there, and ends it like a crash, before the call AT_CALL. With MOMENTS it keeps there, before each call, what
// lies in the working folder: what a process leaves that is killed then. Most calls of SQLite change no file: of those only
// the first. The file CALLS is told how many there were.
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'

const { AT_CALL, CALLS, FILES_BELOW, MOMENTS } = process.env
const { cpSync, readFileSync, readdirSync, writeFileSync } = fs
const root = process.cwd()
let made = 0
let last = ''
let isKeeping = false

function called() {
  // Copying a folder is made of the calls that are counted.
  if (isKeeping) return
  made += 1
  if (made === Number(AT_CALL)) process.kill(process.pid, 'SIGKILL')
  if (MOMENTS === undefined) return
  isKeeping = true
  const state = FILES_BELOW === undefined ? contents() : String(made)
  if (state !== last) cpSync(root, join(MOMENTS, String(made)), { recursive: true, verbatimSymlinks: true })
  last = state
  isKeeping = false
}

/** All names and bytes. The index of SQLite's log is no state: who opens the store first makes it anew. */
function contents() {
  const hash = createHash('sha256')
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    hash.update(`${path}\0`)
    if (entry.isFile() && !path.endsWith('-shm')) hash.update(readFileSync(path))
  }
  return hash.digest('hex')
}

if (FILES_BELOW === undefined) {
  const builtin = process.getBuiltinModule
  const { DatabaseSync } = builtin('node:sqlite') ?? (await import('@photostructure/sqlite'))
  class Counted extends DatabaseSync {
    exec(...args) {
      called()
      return super.exec(...args)
    }
    prepare(...args) {
      called()
      return super.prepare(...args)
    }
  }
  process.getBuiltinModule = (name) => (name === 'node:sqlite' ? { DatabaseSync: Counted } : builtin(name))
} else {
  const names = [
    'writeFileSync',
    'renameSync',
    'linkSync',
    'rmSync',
    'mkdirSync',
    'mkdtempSync',
    'cpSync',
    'copyFileSync',
    'chmodSync',
  ]
  for (const name of names) {
    const real = fs[name]
    fs[name] = (...args) => {
      if (args.slice(0, 2).some((path) => String(path).includes(FILES_BELOW))) called()
      return real(...args)
    }
  }
  syncBuiltinESMExports()
}
process.on('exit', () => CALLS && writeFileSync(CALLS, String(made)))
