// Loaded into the program that is tested, by NODE_OPTIONS: counts its calls of SQLite, or with FILES_BELOW the ones that
// change files there, and ends it like a crash, before the call AT_CALL. Where it is not ended, the file CALLS is told how
// many there were.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const { AT_CALL, CALLS, FILES_BELOW } = process.env
let made = 0

function called() {
  made += 1
  if (made === Number(AT_CALL)) process.kill(process.pid, 'SIGKILL')
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
  for (const name of [
    'writeFileSync',
    'renameSync',
    'rmSync',
    'mkdirSync',
    'mkdtempSync',
    'cpSync',
    'copyFileSync',
    'chmodSync',
  ]) {
    const real = fs[name]
    fs[name] = (...args) => {
      if (args.slice(0, 2).some((path) => String(path).includes(FILES_BELOW))) called()
      return real(...args)
    }
  }
  syncBuiltinESMExports()
}
process.on('exit', () => CALLS && fs.writeFileSync(CALLS, String(made)))
