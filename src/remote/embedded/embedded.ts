import { sayingWhat } from '../looked-for.js'
import type { Remote } from '../remote.js'
import type { EmbeddedOptions } from './options.js'

export type { EmbeddedOptions }

/**
 * The flows API in this process, over the embedded store; always test mode, without port or daemon. Each half is loaded
 * when it is opened: a command that only reads never loads the writing code.
 */
export function embedded(options: EmbeddedOptions): Remote {
  return {
    label: `embedded store ${options.file}`,
    address: 'embedded',
    reader: async () => sayingWhat(await (await import('./reader.js')).embeddedReader(options)),
    writer: async () => sayingWhat(await (await import('./writer.js')).embeddedWriter(options)),
  }
}
