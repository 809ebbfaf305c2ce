import {
  type CreateKeyParams,
  createKey,
  currentKey,
  listKeys,
  retrieveKey,
  revokeKey,
} from '../../operations/keys/keys.js'
import { type AnyRoute, list, read, write } from './route.js'

const url = '/v1/api_keys'
const KEY = { scope: 'keys:admin', answers: 'api_key' } as const

export const KEY_ROUTES: readonly AnyRoute[] = [
  list(url, { ...KEY, summary: 'List API keys' }, {}, (call, params) => listKeys(call, params)),
  read(`${url}/current`, { scope: null, answers: 'api_key', summary: 'Retrieve the API key that asks' }, currentKey),
  read(`${url}/:api_key`, { ...KEY, summary: 'Retrieve an API key' }, retrieveKey),
  {
    ...write(
      url,
      { ...KEY, summary: 'Create an API key' },
      { name: 'name', scopes: { listOf: 'text' }, expires: 'integer' },
      (call, params) => createKey(call, params as CreateKeyParams),
    ),
    shownOnce: ['secret'],
  },
  write(`${url}/:api_key/revoke`, { ...KEY, summary: 'Revoke an API key' }, {}, (call, _params, id) =>
    revokeKey(call, id),
  ),
]
