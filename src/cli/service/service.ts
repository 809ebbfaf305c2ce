import { Failure } from '../../app/failure.js'
import { actorOf } from '../../remote/embedded/options.js'
import { ApiError } from '../../service/api-error.js'
import { type Caller, type Service, service } from '../../service/operations/calls/call.js'
import { localUser } from '../../service/operations/calls/principal.js'
import type { Cli } from '../program/command.js'
import { withServiceStore } from './store.js'

/**
 * Does one thing at the service itself, over its store, whose label is passed too. Opening for writing creates a missing
 * store.
 */
export async function atService<T>(
  cli: Cli,
  readOnly: boolean,
  use: (service: Service, caller: Caller, label: string) => Promise<T>,
): Promise<T> {
  return withServiceStore(cli, { readOnly }, async (store) => {
    try {
      const caller: Caller = { livemode: false, principal: localUser(actorOf(cli.terminal.env)) }
      return await use(service({ store }), caller, store.label)
    } catch (error) {
      if (error instanceof ApiError) throw new Failure(error.body.code ?? 'invalid', error.message, { cause: error })
      throw error
    }
  })
}
