import { MOST_BINDINGS } from '../operations/keys/binding.js'
import {
  type CreateKeyParams,
  createKey,
  currentKey,
  LONGEST_LIFE_IN_YEARS,
  LONGEST_NAME,
  listKeys,
  retrieveKey,
  revokeKey,
} from '../operations/keys/keys.js'
import { integer, name, published, required, texts } from './param.js'
import { type AnyRoute, list, PAGE, read, write } from './route.js'

const url = '/v1/api_keys'
const KEY = { scope: 'keys:admin', answers: 'api_key' } as const

export const KEY_ROUTES: readonly AnyRoute[] = [
  list(url, { ...KEY, summary: 'List API keys' }, PAGE, (call, params) => listKeys(call, params)),
  read(
    `${url}/current`,
    { scope: null, answers: 'api_key', summary: 'Retrieve the API key that asks', keepsBinding: true },
    currentKey,
  ),
  read(`${url}/:api_key`, { ...KEY, summary: 'Retrieve an API key' }, retrieveKey),
  write(
    url,
    { ...KEY, summary: 'Create an API key', shownOnce: ['secret'] },
    {
      name: required(name('For people, and the actor of what is done with the key.', { maxLength: LONGEST_NAME })),
      scopes: texts('What the key may do. With scopes it is a restricted key, without a secret key, which may do all.'),
      expires: integer(
        `From when on the key is refused, in unix seconds, at most ${LONGEST_LIFE_IN_YEARS} years from now; never unless given.`,
      ),
      project: published('flow.schema.json#/$defs/key', {
        description: 'Binds the key to the flows of a project, and to what belongs to them.',
      }),
      flows: texts('Binds the key to flows with these keys, where * stands for any characters.', {
        maxItems: MOST_BINDINGS,
      }),
      addresses: texts('Binds the key to addresses, or ranges of them (10.0.0.0/8), that requests come from.', {
        maxItems: MOST_BINDINGS,
      }),
    },
    (call, params) => createKey(call, params as CreateKeyParams),
  ),
  write(`${url}/:api_key/revoke`, { ...KEY, summary: 'Revoke an API key' }, {}, (call, _params, id) =>
    revokeKey(call, id),
  ),
]
