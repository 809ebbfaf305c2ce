import { InvalidArgumentError } from '@commander-js/extra-typings'
import { Failure } from '../../app/failure.js'
import { ExitCode } from '../program/exit-code.js'

/** The first signal asks to stop. The second means: do not wait. Killing loses nothing in the store. */
export function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let isStopping = false
    const stop = (signal: NodeJS.Signals) => {
      // Exit explicitly: a signal without a handler does not end the first process of a container.
      if (isStopping) process.exit(signal === 'SIGINT' ? ExitCode.interrupted : ExitCode.failed)
      isStopping = true
      resolve(signal)
    }
    process.on('SIGINT', stop)
    process.on('SIGTERM', stop)
  })
}

export function cannotListen(
  error: NodeJS.ErrnoException,
  { host, port, option = '--port' }: { host: string; port: number; option?: string },
): unknown {
  const reasons: Record<string, string> = {
    EADDRINUSE: 'the port is taken',
    EACCES: 'the port needs more rights',
    EADDRNOTAVAIL: 'this machine has no such address',
    ENOTFOUND: 'this machine has no such address',
  }
  const reason = reasons[error.code ?? '']
  if (reason === undefined) return error
  return new Failure('cannot_listen', `cannot listen on ${host} port ${port}: ${reason}`, {
    hint: `choose another one with ${option}; 0 takes any that is free`,
    cause: error,
  })
}

export function parsePort(value: string): number {
  return wholeNumber(value, 65_535, 'A port is a number up to 65535.')
}

export function wholeNumber(value: string, most: number, otherwise: string): number {
  const number = Number(value)
  if (!/^\d+$/.test(value) || number > most) throw new InvalidArgumentError(otherwise)
  return number
}
