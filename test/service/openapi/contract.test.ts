import { describe, expect, test } from 'vitest'
import { violationsOf } from '../../helpers/contract.js'
import type { Exchange } from '../../helpers/exchanges.js'

const FLOWS = '/v1/identity/verification_flows'
const LIST = { object: 'list', url: FLOWS, has_more: false, data: [] }

/** A list of no flows, unless it is said otherwise. */
function anExchange(more: Omit<Partial<Exchange>, 'body'> & { readonly body?: unknown } = {}): Exchange {
  return {
    method: 'GET',
    url: FLOWS,
    requestHeaders: {},
    requestBody: '',
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8', 'request-id': 'req_1' },
    ...more,
    body: JSON.stringify('body' in more ? more.body : LIST),
  }
}

const refused = (status: number, error: object) => anExchange({ status, body: { error } })

describe('what is held against the OpenAPI document', () => {
  test('is in order when it is as the document says', () => {
    expect(violationsOf(anExchange())).toEqual([])
    expect(violationsOf(anExchange({ url: `${FLOWS}?limit=100&created[gte]=5&status=active` }))).toEqual([])
    const error = { type: 'invalid_request_error', code: 'resource_missing', message: 'No.', param: 'id' }
    expect(violationsOf(refused(404, error))).toEqual([])
  })

  test.each<[string, Exchange, RegExp]>([
    ['an answer with a member too many', anExchange({ body: { ...LIST, more: 1 } }), /additional properties: more/],
    [
      'an answer with a member of another kind',
      anExchange({ body: { ...LIST, has_more: 0 } }),
      /has_more must be bool/,
    ],
    ['an item that is something else', anExchange({ body: { ...LIST, data: [{ id: 'x' }] } }), /data\/0 must have/],
    ['an answer that is not JSON', { ...anExchange(), body: '<p>' }, /must be object/],
    ['a status that the operation has not', anExchange({ status: 201 }), /no such status/],
    ['an operation that is not in the document', anExchange({ url: '/v1/nothing' }), /not in the document/],
    ['an answer without a Request-Id', anExchange({ headers: { 'content-type': 'application/json' } }), /Request-Id/],
    ['a query beyond a limit that is granted', anExchange({ url: `${FLOWS}?limit=101` }), /limit must be <= 100/],
    ['a query of another kind that is granted', anExchange({ url: `${FLOWS}?created[gte]=x` }), /created/],
    [
      'an unknown parameter that is granted',
      anExchange({ url: `${FLOWS}?colour=red` }),
      /colour is not in the document/,
    ],
    [
      'an error without its envelope',
      anExchange({ status: 400, body: { message: 'No.' } }),
      /required property 'error'/,
    ],
    [
      'an error of an unknown code',
      refused(400, { type: 'invalid_request_error', code: 'nonsense', message: 'No.' }),
      /must be equal to one of the allowed values/,
    ],
    [
      'a code with another status',
      refused(400, { type: 'invalid_request_error', code: 'resource_missing', message: 'No.' }),
      /resource_missing has another status/,
    ],
    ['a fault with the status of a refusal', refused(400, { type: 'api_error', message: 'No.' }), /another status/],
    ['a status that needs a code', refused(412, { type: 'invalid_request_error', message: 'No.' }), /has a code/],
    ['an error of an unknown path', anExchange({ url: '/v1/x', status: 404, body: { no: 1 } }), /property 'error'/],
  ])('is told: %s', (_what, exchange, violation) => {
    expect(violationsOf(exchange).join('\n')).toMatch(violation)
  })

  test('is the body of a request too, as a form and as JSON', () => {
    const post = { method: 'POST', body: {} }
    const form = violationsOf(anExchange({ ...post, requestBody: `key=a&name=${'x'.repeat(101)}&protected=yes` }))
    expect(form.join('\n')).toMatch(/body must have required property 'type'/)
    expect(form.join('\n')).toMatch(/body\/name must NOT have more than 100 characters/)
    expect(form.join('\n')).toMatch(/body\/protected must be boolean/)
    const json = violationsOf(anExchange({ ...post, url: '/v2/identity/flow_deployments', requestBody: '{"a":1}' }))
    expect(json.join('\n')).toMatch(/body must NOT have additional properties: a/)
  })

  test('is no page, and no preflight', () => {
    expect(violationsOf(anExchange({ url: '/l/token', headers: { 'content-type': 'text/html' } }))).toEqual([])
    expect(violationsOf(anExchange({ method: 'OPTIONS', status: 204, headers: {} }))).toEqual([])
  })
})
