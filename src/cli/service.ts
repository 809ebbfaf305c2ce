import { ApiError } from '../service/api-error.js'
import { type Caller, type Service, service } from '../service/operations/call.js'
import { StoreError } from '../store/store-error.js'
import type { Cli } from './command.js'
import { Failure } from './failure.js'
import { openServiceStore } from './store.js'
import { actorOf } from './target.js'

/**
 * Does one thing at the service itself, over its store: for commands about the service, which no environment's API
 * offers. Opening for writing makes the store when there is none.
 */
export async function atService<T>(
  cli: Cli,
  readOnly: boolean,
  use: (service: Service, caller: Caller) => Promise<T>,
): Promise<T> {
  try {
    const store = await openServiceStore(cli, { readOnly })
    const caller = { livemode: false, actor: actorOf(cli.terminal) }
    return await use(service({ store }), caller).finally(() => store.close())
  } catch (error) {
    if (error instanceof ApiError) throw new Failure(error.body.code ?? 'invalid', error.message, { cause: error })
    if (error instanceof StoreError) throw new Failure(error.code, error.message, { cause: error })
    throw error
  }
}
