import { makeCertificate } from './certificate.js'
import { handshakeLine, type Refusal, readInvitation } from './handshake.js'
import { logLine } from './log.js'
import { type Handlers, type RunningServer, startServer } from './server.js'
import { UnderWay } from './under-way.js'

/** What runs in the process. */
export interface Plugin {
  readonly handlers: Handlers['provider']
  /** Begins nothing new. */
  stop(): void
  /** `isTold`: Terraform asked for the end, after it got every answer. */
  close(isTold: boolean): Promise<void>
}

export interface Process {
  failed(doing: string, error: unknown): void
  orCrash<Result>(work: Promise<Result>): Promise<Result>
}

/**
 * Runs as a plugin of Terraform: shakes hands, answers, and ends when Terraform says so or is gone. Nothing may be
 * written to stdout before the handshake.
 */
export async function run(load: (process: Process) => Plugin): Promise<void> {
  const invitation = readInvitation(process.env)
  if ('message' in invitation) return refuse(invitation)
  // When Terraform is gone, writes to these fail; that is not a fault.
  process.stdout.on('error', () => {})
  process.stderr.on('error', () => {})
  const underWay = new UnderWay()
  const plugin = load({ failed, orCrash: (work) => underWay.orCrash(work) })
  const tls =
    invitation.clientCertificate === null
      ? null
      : { own: makeCertificate(new Date()), client: invitation.clientCertificate }
  let server: RunningServer
  try {
    const handlers = { provider: plugin.handlers, shutdown: () => void end(true) }
    server = await startServer(handlers, tls, invitation.socketFolder ?? undefined)
  } catch (error) {
    return refuse({ on: 'stdout', message: `The provider could not start: ${messageOf(error)}` })
  }

  let ending = false
  async function end(isTold: boolean): Promise<void> {
    if (ending) return
    ending = true
    await server.stop()
    await within(CLOSING, plugin.close(isTold)).catch((error: unknown) => failed('close', error))
    process.exit(0)
  }

  /** Terraform is gone, or will not wait: finishes running work within a time limit. */
  async function leave(): Promise<void> {
    plugin.stop()
    await underWay.ended(FINISHING)
    await end(false)
  }

  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      failed('go on', error)
      underWay.crash(error)
    })
  }
  // Ctrl-C reaches this process too; Terraform then calls StopProvider, and waits.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => void leave())
  process.on('SIGHUP', () => void leave())
  whenOrphaned(() => void leave())

  // If Terraform has already ended, the write fails; then there is no parent left to watch.
  process.stdout.write(`${handshakeLine(server.socket, tls?.own.der ?? null)}\n`, (error) => {
    if (error) void leave()
  })
}

function refuse({ on, message }: Refusal): void {
  process[on].write(`${message}\n`)
  process.exitCode = 1
}

/** A Terraform that is killed sends no signal; its plugins get another parent process. */
function whenOrphaned(leave: () => void): void {
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    leave()
  }, LOOKING)
  watch.unref()
}

function failed(doing: string, error: unknown): void {
  const stack = error instanceof Error ? error.stack : undefined
  process.stderr.write(logLine('error', `could not ${doing}: ${messageOf(error)}`, { stack }, new Date()))
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

async function within(milliseconds: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((done) => {
    timer = setTimeout(done, milliseconds)
  })
  await Promise.race([work, late])
  clearTimeout(timer)
}

// Milliseconds. Terraform waits 2 seconds for the end that it asked for.
const CLOSING = 1000
const FINISHING = 5000
const LOOKING = 1000
