import { createEphemeralKey, deleteEphemeralKey } from '../operations/keys/ephemeral-keys.js'
import { name, required } from './param.js'
import { remove, type WriteRoute, write } from './route.js'

const url = '/v1/ephemeral_keys'
const KEY = { scope: 'sessions:write', answers: 'ephemeral_key', isStripes: true } as const

export const EPHEMERAL_KEY_ROUTES: readonly WriteRoute[] = [
  write(
    url,
    {
      ...KEY,
      summary: 'Create an ephemeral key, for the mobile SDK whose version Stripe-Version names',
      shownToMaker: ['secret'],
      keepsBinding: true,
    },
    { verification_session: required(name('Id of the session that the key may read, for an hour.')) },
    (call, params) => createEphemeralKey(call, params),
  ),
  remove(`${url}/:key`, { ...KEY, summary: 'Delete an ephemeral key', answersWhole: true }, deleteEphemeralKey),
]
