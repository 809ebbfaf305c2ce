import { createEphemeralKey, deleteEphemeralKey } from '../../operations/keys/ephemeral-keys.js'
import { remove, type WriteRoute, write } from './route.js'

const url = '/v1/ephemeral_keys'
const KEY = { scope: 'sessions:write', answers: 'ephemeral_key' } as const

export const EPHEMERAL_KEY_ROUTES: readonly WriteRoute[] = [
  {
    ...write(
      url,
      { ...KEY, summary: 'Create an ephemeral key, for the mobile SDK whose version Stripe-Version names' },
      { verification_session: 'name' },
      (call, params) => createEphemeralKey(call, params),
    ),
    shownToMaker: ['secret'],
  },
  {
    ...remove(`${url}/:key`, { ...KEY, summary: 'Delete an ephemeral key' }, (call, _params, id) =>
      deleteEphemeralKey(call, id),
    ),
    answersWhole: true,
  },
]
