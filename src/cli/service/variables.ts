import { closeSync, openSync, readSync } from 'node:fs'
import { Failure } from '../../app/failure.js'
import type { Terminal } from '../program/terminal.js'

/** More than any value needs, in bytes. */
const LONGEST = 64 * 1024

/**
 * The value of a variable, or what is in the file that `NAME_FILE` names: container secrets and systemd's credentials are
 * files. Undefined if neither is set, or if it is blank. The value may be a secret, so no error shows it. Throws Failure.
 */
export function variable(env: Terminal['env'], name: string): string | undefined {
  const value = env[name]?.trim() || undefined
  const file = env[`${name}_FILE`]?.trim() || undefined
  if (file === undefined) return value
  if (value !== undefined) {
    throw new Failure(
      'settings_invalid',
      `both ${name} and ${name}_FILE are set, and it is not known which one holds`,
      {
        hint: 'unset one of them',
      },
    )
  }
  return contentOf(name, file).trim() || undefined
}

function contentOf(name: string, file: string): string {
  try {
    const descriptor = openSync(file, 'r')
    try {
      const buffer = Buffer.alloc(LONGEST + 1)
      let length = 0
      for (let read = -1; read !== 0 && length < buffer.length; length += read) {
        read = readSync(descriptor, buffer, length, buffer.length - length, null)
      }
      if (length > LONGEST) throw new Error(`it is larger than ${LONGEST} bytes`)
      return buffer.toString('utf8', 0, length)
    } finally {
      closeSync(descriptor)
    }
  } catch (cause) {
    throw new Failure(
      'settings_invalid',
      `the file that ${name}_FILE names cannot be read: ${(cause as Error).message}`,
      {
        hint: `name a file that holds the value of ${name}, and that this user may read`,
        cause,
      },
    )
  }
}
