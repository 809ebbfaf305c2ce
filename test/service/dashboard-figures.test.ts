import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeSignInLink } from '../../src/service/operations/people/sign-in.js'
import { type Implementation, stores } from '../store/stores.js'
import { served, TESTER } from './serving.js'

const FLOWS = '/v1/identity/verification_flows'
const SESSIONS = '/v1/identity/verification_sessions'
const DAY = 24 * 60 * 60

/** A service with its dashboard, and a viewer who is signed in. */
async function aDashboard(implementation: Implementation) {
  const dashboard = { assets: mkdtempSync(join(tmpdir(), 'flows-assets-')), version: '1' }
  const api = await served({ implementation, dashboard, processing: 0 })
  const viewer = { id: 'local:anna', name: 'anna', role: 'viewer' } as const
  const cookieOf = async () => {
    const token = await api.service.write(TESTER, (call) => makeSignInLink(call, viewer))
    const answer = await fetch(`${api.url}/dashboard/sign-in?token=${token}`, { redirect: 'manual' })
    return answer.headers.get('set-cookie')?.split(';')[0] ?? ''
  }
  let cookie = await cookieOf()
  const show = async (path: string) => {
    const response = await fetch(`${api.url}/dashboard/${path}`, { headers: { cookie } })
    return { status: response.status, headers: response.headers, text: await response.text() }
  }
  const flow = (key: string, body: object = {}) =>
    api.call('POST', FLOWS, { body: { key, name: key.toUpperCase(), type: 'document', ...body } })
  /** A session, and what becomes of it. */
  const session = async (verification_flow: string | undefined, ...acts: readonly string[]) => {
    const what = verification_flow === undefined ? { type: 'document' } : { verification_flow }
    const { body } = await api.call('POST', SESSIONS, { body: what })
    for (const act of acts) {
      const { url } = (await api.call('GET', `${SESSIONS}/${body.id}`)).body
      if (act === 'open') await fetch(url)
      else if (act === 'cancel') await api.call('POST', `${SESSIONS}/${body.id}/cancel`)
      else await fetch(url, { method: 'POST', body: new URLSearchParams({ outcome: act }), redirect: 'manual' })
    }
  }
  const later = async (seconds: number) => {
    api.clock.now += seconds
    cookie = await cookieOf()
  }
  return { ...api, show, flow, session, later }
}

describe.each(stores)('reports, on $name', (implementation) => {
  test('say what became of verifications by day, flow, version and error, as a page and as a table', async () => {
    const api = await aDashboard(implementation)
    await api.flow('a', { name: '=1+1, "quoted"' })
    await api.flow('b')
    await api.session('a', 'open', 'document_expired', 'verified')
    await api.session('a', 'open', 'document_expired')
    await api.session('a', 'open')
    await api.session('a', 'cancel')
    await api.session(undefined, 'abandoned')
    await api.later(DAY)
    await api.call('POST', `${FLOWS}/a`, { body: { description: 'x' } })
    await api.session('a')
    await api.session('b', 'verified')

    const csv = async (query = '') => (await api.show(`test/reports.csv${query}`)).text.split('\r\n')
    const head =
      'by,value,name,created,started,submitted,verified,requires_input,processing,canceled,completion_rate,verification_rate'
    const name = `"'=1+1, ""quoted"""`
    expect(await csv()).toEqual([
      head,
      'total,,,7,5,3,2,4,0,1,0.6000,0.6667',
      'day,2026-09-21,,5,4,2,1,3,0,1,0.5000,0.5000',
      'day,2026-09-22,,2,1,1,1,1,0,0,1.0000,1.0000',
      `flow,a,${name},5,3,2,1,3,0,1,0.6667,0.5000`,
      'flow,b,B,1,1,1,1,0,0,0,1.0000,1.0000',
      'flow,,,1,1,0,0,1,0,0,0.0000,',
      'error,,,5,3,2,2,2,0,1,0.6667,1.0000',
      'error,abandoned,,1,1,0,0,1,0,0,0.0000,',
      'error,document_expired,,1,1,1,0,1,0,0,1.0000,0.0000',
      '',
    ])
    expect(await csv('?flow=a&since=2026-09-22&until=2026-09-22')).toEqual([
      head,
      'total,,,1,0,0,0,1,0,0,,',
      'day,2026-09-22,,1,0,0,0,1,0,0,,',
      'version,2,,1,0,0,0,1,0,0,,',
      'error,,,1,0,0,0,1,0,0,,',
      '',
    ])
    const { headers } = await api.show('test/reports.csv')
    expect(headers.get('content-disposition')).toBe('attachment; filename="reports-test-2026-08-24-2026-09-22.csv"')
    const { text } = await api.show('test/reports')
    expect(text).toContain('<dt>Completion rate</dt><dd>60.0 %</dd>')
    expect(text).toContain('<dt>Verification rate</dt><dd>66.7 %</dd>')
    expect(text).toContain('reports.csv?since=2026-08-24&amp;until=2026-09-22')
    expect((await api.show('live/reports')).text).toContain('Nothing was created on these days.')
    // On a phone each row is a block whose cells name their column.
    expect(text).toMatch(/<tr id="flow-a" role="row">.*<td data-column="Completion rate" role="cell">/)
    const missing = await api.show('test/reports?flow=none')
    expect([missing.status, missing.text.includes("There is no flow 'none'.")]).toEqual([200, true])
    expect(missing.text).not.toMatch(/Download as CSV|By day/)
    expect((await api.show('test/reports.csv?flow=none')).status).toBe(400)
    expect((await api.show('test/reports?flow=%20a%20')).text).toContain('By version')
  })

  test('take any range as asked for, or as the nearest that there can be', async () => {
    const api = await aDashboard(implementation)
    const rangeOf = async (query: string) => {
      const { text } = await api.show(`test/reports?${query}`)
      return [...text.matchAll(/type="date" name="\w+" value="([^"]*)"/g)].map(([, day]) => day)
    }
    expect(await rangeOf('')).toEqual(['2026-08-23', '2026-09-21'])
    expect(await rangeOf('since=2026-09-01&until=2026-09-03')).toEqual(['2026-09-01', '2026-09-03'])
    expect(await rangeOf('since=2026-09-03&until=2026-09-01')).toEqual(['2026-09-01', '2026-09-01'])
    expect(await rangeOf('since=1066-10-14')).toEqual(['2025-09-21', '2026-09-21'])
    for (const page of ['reports', 'reports.csv']) {
      const { text } = await api.show(`test/${page}?since=1066-10-14&until=2026-02-32`)
      expect(text).toContain("'2026-02-32' is not a day: write it like 2026-11-29.")
      expect(text).not.toContain('Completion rate')
    }
  })
})

describe.each(stores)('the use of flows, on $name', (implementation) => {
  test('is shown in the list, which can be ordered by it', async () => {
    const api = await aDashboard(implementation)
    for (let number = 10; number < 40; number += 1) await api.flow(`flow-${number}`)
    await api.session('flow-12', 'verified')
    await api.session('flow-12', 'cancel')
    await api.session('flow-12')
    await api.session('flow-31')
    await api.session('flow-12')
    const keysAt = async (path: string) => {
      const { text } = await api.show(path)
      const keys = [...text.matchAll(/<div class="quiet">(flow-\d+)</g)].map(([, key = '']) => Number(key.slice(5)))
      return { text, keys, next: /href="\/dashboard\/([^"]+)" rel="next"/.exec(text)?.[1]?.replaceAll('&amp;', '&') }
    }
    const used = await keysAt('test/flows?sort=used')
    expect(used.keys.slice(0, 4)).toEqual([12, 31, 10, 11])
    expect(used.text).toContain('4<div class="quiet">1 verified, 2 require input, 1 canceled</div>')
    expect(used.text).toContain('1<div class="quiet">1 requires input</div>')
    const byKey = await keysAt('test/flows?sort=key&search=flow-')
    const rest = await keysAt(byKey.next ?? '')
    expect([...byKey.keys, ...rest.keys]).toEqual(Array.from({ length: 30 }, (_, index) => index + 10))
    expect(rest.next).toBeUndefined()
    expect((await keysAt('test/flows?sort=used&skip=26&status=archived')).keys).toEqual([])
    // A verification of more than 30 days ago says nothing of the use today.
    await api.later(32 * DAY)
    expect((await keysAt('test/flows?sort=used')).keys.slice(0, 2)).toEqual([10, 11])
  })

  test('is drawn day by day, with its versions', async () => {
    const api = await aDashboard(implementation)
    await api.flow('a')
    await api.session('a', 'verified')
    await api.later(2 * DAY)
    await api.call('POST', `${FLOWS}/a`, { body: { description: 'x' } })
    await api.session('a')
    await api.session('a')
    const { text } = await api.show('test/flows/a')
    const [, picture = ''] = /<svg role="img" aria-label="Verifications per day(.*?)<\/svg>/.exec(text) ?? []
    expect(picture).toContain('at most 2, on 2026-09-23')
    // The last day of 90 is the highest, and two days before it is half as high and verified.
    expect([...picture.matchAll(/<rect class="(\w+)" x="(\d+)"[^>]*height="(\d+)"/g)].map(([, ...of]) => of)).toEqual([
      ['other', '871', '0'],
      ['verified', '871', '50'],
      ['other', '891', '100'],
      ['verified', '891', '0'],
    ])
    expect([...picture.matchAll(/<line x1="(\d+)"/g)].map(([, x]) => x)).toEqual(['870', '890'])
    expect(text).toContain('Lines: version 1 (2026-09-21), version 2 (2026-09-23).')
    const [, row = ''] = /<tr id="day-\d+"[^>]*>(.*?2026-09-21.*?)<\/tr>/.exec(text) ?? []
    expect([...row.matchAll(/<div>([^<]*)</g)].slice(0, 5).map(([, cell]) => cell)).toEqual([
      '2026-09-21',
      ...['1', '1', '1', '1'],
    ])
  })
})
