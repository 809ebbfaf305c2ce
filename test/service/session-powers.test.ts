import { describe, expect, test } from 'vitest'
import { FLOW_STATE } from '../../src/service/api/deployments.js'
import { V1_ROUTES, V2_ROUTES } from '../../src/service/api/routes.js'
import { createKey } from '../../src/service/operations/keys/keys.js'
import { SCOPES } from '../../src/service/operations/keys/scopes.js'
import { aReceiver } from './receiver.js'
import { type Served, served, TESTER } from './serving.js'

const SESSIONS = '/v1/identity/verification_sessions'
/** The end of a url, and a client secret. */
const POWER = /\/verify\/|_secret_/

async function keyWith(api: Served, scopes: readonly string[]): Promise<string> {
  const { secret } = await api.service.write(TESTER, (call) => createKey(call, { name: 'k', scopes }))
  return secret
}

describe('what opens a session', () => {
  test('is shown to keys that may write sessions, and to no others', async () => {
    const api = await served()
    const { id } = (await api.call('POST', SESSIONS, { body: 'type=document' })).body
    const shown = async (key: string) => {
      const one = (await api.call('GET', `${SESSIONS}/${id}`, { key })).body
      const [listed] = (await api.call('GET', SESSIONS, { key })).body.data
      return [one, listed].flatMap(({ url, client_secret }) => [url, client_secret]).map((value) => value !== null)
    }
    expect(await shown(api.key)).toEqual([true, true, true, true])
    expect(await shown(await keyWith(api, ['sessions:write']))).toEqual([true, true, true, true])
    expect(await shown(await keyWith(api, ['sessions:read']))).toEqual([false, false, false, false])
  })

  test('leaves by no way for keys that may do all but write sessions', async () => {
    const api = await served({ webhookAllow: ['127.0.0.0/8'] })
    const receiver = await aReceiver()
    const endpoint = { url: receiver.url, enabled_events: { 0: '*' } }
    await api.call('POST', '/v1/webhook_endpoints', { body: endpoint })
    await api.call('POST', '/v1/identity/verification_flows', { body: 'key=a&name=A&type=document' })
    const headers = { 'idempotency-key': 'k' }
    const body = 'verification_flow=a'
    const made = (await api.call('POST', SESSIONS, { body, headers })).body
    expect(JSON.stringify(made)).toMatch(POWER)
    await receiver.got(1)
    const key = await keyWith(
      api,
      SCOPES.filter((scope) => scope !== 'sessions:write'),
    )
    const ids = new Map<string, string>()
    const answers: string[] = []
    const ask = async (path: string) => {
      const answer = await api.call('GET', path, { key })
      const text = JSON.stringify(answer.body)
      answers.push(text)
      return answer
    }
    for (const route of [...V1_ROUTES, ...V2_ROUTES].filter(({ method, isList }) => method === 'GET' && isList)) {
      if (route.url.includes('/:')) continue
      const needed = 'project' in route.params && route.url.startsWith('/v2') ? '?project=acme' : ''
      const expand = route.expandable.filter((name) => !name.includes('.')).map((name) => `expand[]=data.${name}`)
      const query = [needed.slice(1), ...expand].filter((part) => part !== '').join('&')
      const { status, body: list } = await ask(query === '' ? route.url : `${route.url}?${query}`)
      expect([route.url, status]).toEqual([route.url, 200])
      ids.set(route.url, list.data[0]?.id ?? 'none')
    }
    for (const route of V1_ROUTES.filter(({ method, url }) => method === 'GET' && url.includes('/:'))) {
      const id = ids.get(route.url.slice(0, route.url.indexOf('/:')))
      const expand = route.expandable.filter((name) => !name.includes('.')).map((name) => `expand[]=${name}`)
      await ask(`${route.url.replace(/:\w+/, id ?? 'none')}?${expand.join('&')}`)
    }
    await ask(`${FLOW_STATE.url}?project=acme`)
    const replay = await api.call('POST', SESSIONS, { body, headers, key })
    expect(replay.status).toBe(403)
    answers.push(JSON.stringify(replay.body), JSON.stringify(api.log), ...receiver.received.map((one) => one.body))
    expect(answers.length).toBeGreaterThan(15)
    expect(answers.some((text) => text.includes(made.id))).toBe(true)
    expect(answers.filter((text) => POWER.test(text))).toEqual([])
  })
})
