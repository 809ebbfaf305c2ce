import { once } from 'node:events'
import { createInterface } from 'node:readline/promises'
import { setImmediate as soon } from 'node:timers/promises'
import pc from 'picocolors'
import { Failure } from '../../app/failure.js'
import type { Palette } from '../../render/palette.js'
import { fitted } from '../../text/fitted.js'

/**
 * What a command may talk to. stdout carries the result, stderr the messages about it. Each has colours according to
 * what it is connected to.
 */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The folder that the command runs in. Throws Failure if it is gone. */
  readonly cwd: string
  /** Colours for stdout, and for stderr. */
  readonly palette: Palette
  readonly talkPalette: Palette
  /** Width of stdout and of stderr in characters; undefined if it is not a terminal. */
  readonly columns: number | undefined
  readonly talkColumns: number | undefined
  /** Whether a person can answer: stdin and stderr are both terminals. */
  readonly isInteractive: boolean
  /** Whether stderr is a terminal, so that a line can be rewritten. */
  readonly isTalkLive: boolean
  /** Prints a result unchanged: for programs, or to be copied. */
  result(text: string): void
  /** Prints a result for people; lines too long for the terminal are wrapped. */
  show(text: string): void
  talk(text: string): void
  /**
   * Resolves once the reader of stdout has kept up: until then, what was printed takes memory. False if nobody reads any
   * more, or nothing can be printed.
   */
  keptUp(): Promise<boolean>
  /** Asks, and returns the trimmed line; "" at end of input. Call only when interactive. Ctrl-C throws Failure. */
  ask(question: string): Promise<string>
}

export function processTerminal(colour: boolean | undefined): Terminal {
  const { env, stdin, stdout, stderr } = process
  const [columns, talkColumns] = [columnsOf(stdout, env), columnsOf(stderr, env)]
  return {
    env,
    // Read only when needed: help and the like work without a folder.
    get cwd() {
      return workingFolder()
    },
    palette: pc.createColors(usesColour(stdout.isTTY, env, colour)),
    talkPalette: pc.createColors(usesColour(stderr.isTTY, env, colour)),
    columns,
    talkColumns,
    isInteractive: Boolean(stdin.isTTY && stderr.isTTY) && !isCi(env),
    isTalkLive: Boolean(stderr.isTTY) && env.TERM !== 'dumb',
    result: (text) => void stdout.write(text),
    show: (text) => void stdout.write(fitted(text, columns)),
    talk: (text) => void stderr.write(fitted(text, talkColumns)),
    keptUp: () => keptUp(stdout),
    ask: async (question) => {
      const prompt = createInterface({ input: stdin, output: stderr })
      try {
        return await new Promise<string>((resolve, reject) => {
          prompt.once('close', () => resolve(''))
          prompt.once('SIGINT', () => reject(interrupted()))
          prompt.question(question).then((answer) => resolve(answer.trim()), reject)
        })
      } finally {
        prompt.close()
      }
    },
  }
}

/** Whether this is a CI job: most services set the variable, and "false" or 0 means that it is not one. */
export function isCi({ CI }: Terminal['env']): boolean {
  return CI !== undefined && !['', '0', 'false', 'no', 'off'].includes(CI.toLowerCase())
}

/** Throws Failure if the folder was removed while the shell was still in it. */
function workingFolder(): string {
  try {
    return process.cwd()
  } catch (cause) {
    throw new Failure('no_working_folder', 'the folder that this runs in is not there any more: nothing was done', {
      hint: 'change to a folder that is there, and run the command again',
      cause,
    })
  }
}

/**
 * Keeps the program alive if nobody reads its output. A reader that has seen enough (`flows list | head`) is not a
 * failure. A full disk is one, told once, but what was done before stays done.
 */
export function watchOutputs(fail: () => void): void {
  process.stderr.on('error', () => {})
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    const isTold = LOST.has(process.stdout)
    LOST.add(process.stdout)
    if (isTold || error.code === 'EPIPE') return
    process.stderr.write(`error the result could not be printed: ${error.message}\n`)
    fail()
  })
}

/** Outputs with an error. Node lets every further write begin anew, and fail anew. */
const LOST = new WeakSet<NodeJS.WriteStream>()

async function keptUp(stream: NodeJS.WriteStream): Promise<boolean> {
  if (stream.writableNeedDrain) await drained(stream)
  // Without a turn of the event loop, a stream lets go of nothing, and says no error.
  else await soon()
  return !LOST.has(stream)
}

/** Resolves also when the reader has gone. */
async function drained(stream: NodeJS.WriteStream): Promise<void> {
  const over = new AbortController()
  const { signal } = over
  const ends = ['drain', 'error', 'close'].map((event) => once(stream, event, { signal }))
  await Promise.race(ends).catch(() => {})
  over.abort()
  await Promise.allSettled(ends)
}

/** The terminal's own width, else COLUMNS. A file or a pipe has no limit. */
function columnsOf(stream: NodeJS.WriteStream, env: Terminal['env']): number | undefined {
  if (!stream.isTTY) return undefined
  const columns = stream.columns || Number(env.COLUMNS)
  return columns > 0 ? Math.max(columns, NARROWEST) : undefined
}

/** Below this width, wrapping helps nobody. */
const NARROWEST = 40

/** The flag comes first, then NO_COLOR (no-color.org), then FORCE_COLOR, then whether it is a terminal. */
function usesColour(isTTY: boolean, env: Terminal['env'], flag: boolean | undefined): boolean {
  if (flag !== undefined) return flag
  if (env.NO_COLOR) return false
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '') return env.FORCE_COLOR !== '0'
  return Boolean(isTTY) && env.TERM !== 'dumb'
}

/** Ctrl-C at a question: nothing was begun. */
function interrupted(): Failure {
  return new Failure('interrupted', 'Interrupted: nothing was written.')
}
