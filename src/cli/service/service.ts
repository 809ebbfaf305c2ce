import { Failure } from '../../app/failure.js'
import { actorOf } from '../../remote/embedded/options.js'
import { ApiError } from '../../service/api-error.js'
import { type Caller, type Service, service } from '../../service/operations/calls/call.js'
import { localUser } from '../../service/operations/calls/principal.js'
import type { Cli } from '../program/command.js'
import { withServiceStore } from './store.js'

/**
 * Does one thing at the service itself, over its store. For commands about the service that no API offers. Opening for
 * writing creates a missing store.
 */
export async function atService<T>(
  cli: Cli,
  readOnly: boolean,
  use: (service: Service, caller: Caller) => Promise<T>,
): Promise<T> {
  return withServiceStore(cli, { readOnly }, async (store) => {
    try {
      return await use(service({ store }), { livemode: false, principal: localUser(actorOf(cli.terminal.env)) })
    } catch (error) {
      if (error instanceof ApiError) throw new Failure(error.body.code ?? 'invalid', error.message, { cause: error })
      throw error
    }
  })
}
