import { join } from 'node:path'
import { embedded } from '../../src/remote/embedded/embedded.js'
import { http } from '../../src/remote/http/http.js'
import type { Remote } from '../../src/remote/remote.js'
import { type Clock, served } from '../service/serving.js'
import { aFolder } from '../store/stores.js'

/** One implementation of the port, over a service of its own that nobody has used yet. */
export interface Implementation {
  readonly name: string
  open(): Promise<{ readonly remote: Remote; readonly clock: Clock }>
}

export const remotes: readonly Implementation[] = [
  {
    name: 'embedded',
    async open() {
      const clock = { now: 1_790_000_000 }
      const file = join(aFolder(), '.flows', 'store.sqlite')
      return { remote: embedded({ file, actor: 'ci', now: () => clock.now }), clock }
    },
  },
  {
    name: 'HTTP',
    async open() {
      const { url, key, clock } = await served()
      return { remote: http({ api: url, apiKey: key }), clock }
    },
  },
]
