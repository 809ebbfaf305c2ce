import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, chmodSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { aFolder, FLOWS } from '../helpers/cli.js'

/** `flows` as a shell finds it: it completes as the real one does, and else says only with which words it was called. */
const PROGRAM = `#!/bin/sh
case "$1" in
  __complete|completion) exec '${process.execPath}' '${FLOWS}' "$@" ;;
  *) printf 'called with'; printf ' <%s>' "$@"; echo ;;
esac
`

const STARTS = {
  bash: { line: 'bash --noprofile --norc -i', setUp: 'eval "$(flows completion bash)"; PS1=""' },
  zsh: {
    line: 'zsh -f -i',
    setUp:
      'unsetopt prompt_cr zle_bracketed_paste; autoload -Uz compinit; compinit -u -D; source <(flows completion zsh); PS1=""',
  },
  fish: { line: 'fish --no-config -i', setUp: 'function fish_prompt; end; flows completion fish | source' },
} as const

export type ShellName = keyof typeof STARTS

/** Whether a shell is there. Where all of them have to be, as in CI, a missing one is an error. */
export function hasShell(name: ShellName): boolean {
  const folders = (process.env.PATH ?? '').split(delimiter)
  if (folders.some((folder) => isExecutable(join(folder, name)))) return true
  const message = `${name} is not installed: its completion is NOT tested here (apt-get install ${name})`
  if (process.env.CI) throw new Error(message)
  console.warn(message)
  return false
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

export interface Typing {
  /** Types keys, and resolves with all that the shell has shown since, once that holds `awaited`. */
  type(keys: string, awaited: string): Promise<string>
}

/** A shell on a terminal of its own (util-linux `script`), with the completion of flows, as a person would use it. */
export async function aShell(name: ShellName, cwd: string): Promise<Typing> {
  const { line, setUp } = STARTS[name]
  const home = aFolder({ 'bin/flows': PROGRAM })
  chmodSync(join(home, 'bin/flows'), 0o755)
  const { FLOWS_ENV: _, ...inherited } = process.env
  const env = {
    ...inherited,
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_DATA_HOME: join(home, '.data'),
    PATH: `${join(home, 'bin')}${delimiter}${process.env.PATH}`,
    TERM: 'dumb',
    HISTFILE: '/dev/null',
  }
  const child = spawn('script', ['-qefc', `stty cols 200; exec ${line}`, '/dev/null'], { cwd, env })
  onTestFinished(async () => {
    // Its folders are removed next: it must be gone.
    const gone = once(child, 'close')
    child.stdin?.end('\u0015exit\n')
    const timer = setTimeout(() => child.kill('SIGKILL'), 5_000)
    await gone
    clearTimeout(timer)
  })
  const typing = { type: typist(child) }
  // Put together by the shell, so that the echo of what is typed is not it.
  await typing.type(`${setUp}; echo re""ady\n`, 'ready')
  return typing
}

function typist(child: ChildProcess): Typing['type'] {
  let seen = ''
  let look = () => {}
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      seen += chunk.toString()
      look()
    })
  }
  return (keys, awaited) =>
    new Promise((done, fail) => {
      seen = ''
      const timer = setTimeout(() => fail(new Error(`waited for ${awaited}, saw ${JSON.stringify(seen)}`)), 200_000)
      look = () => {
        if (!seen.includes(awaited)) return
        clearTimeout(timer)
        done(seen)
      }
      child.stdin?.write(keys)
    })
}
