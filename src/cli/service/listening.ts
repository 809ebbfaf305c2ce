import { InvalidArgumentError } from '@commander-js/extra-typings'
import { Failure } from '../../app/failure.js'
import { printable } from '../../text/text.js'
import { apiAddressFault } from '../../validate/address.js'
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

/** What a user can do where a service cannot listen; any other error as it is. `options` name what can be chosen. */
export function cannotListen(
  error: NodeJS.ErrnoException,
  { host, port, options }: { host: string; port: number; options: { port: string; host?: string } },
): unknown {
  const fault = FAULTS[error.code ?? '']
  if (fault === undefined) return error
  return new Failure('cannot_listen', `cannot listen on ${printable(host)} port ${port}: ${fault.reason}`, {
    hint:
      fault.about === 'port' || options.host === undefined
        ? `choose another one with ${options.port}; 0 takes any that is free`
        : `name another one with ${options.host}: 127.0.0.1 is for this machine alone, 0.0.0.0 for every network`,
    cause: error,
  })
}

const NO_ADDRESS = { reason: 'this machine has no such address', about: 'host' }

const FAULTS: Readonly<Record<string, { readonly reason: string; readonly about: string }>> = {
  EADDRINUSE: { reason: 'the port is taken', about: 'port' },
  EACCES: { reason: 'the port needs more rights', about: 'port' },
  EADDRNOTAVAIL: NO_ADDRESS,
  ENOTFOUND: NO_ADDRESS,
  EAI_AGAIN: NO_ADDRESS,
  EINVAL: NO_ADDRESS,
}

/** The address of a service. */
export function parseAddress(value: string): string {
  const fault = apiAddressFault(value)
  if (fault !== undefined) throw new InvalidArgumentError(`It ${fault.message}: ${fault.hint}.`)
  return value
}

export function parsePort(value: string): number {
  return wholeNumber(value, 65_535, 'A port is a number up to 65535.')
}

export function wholeNumber(value: string, most: number, otherwise: string): number {
  const number = Number(value)
  if (!/^\d+$/.test(value) || number > most) throw new InvalidArgumentError(otherwise)
  return number
}
