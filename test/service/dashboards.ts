import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { IdentityProvider } from '../../src/oidc/identity-provider.js'
import type { Role } from '../../src/service/operations/people/roles.js'
import { makeSignInLink } from '../../src/service/operations/people/sign-in.js'
import type { Implementation } from '../store/stores.js'
import { type ServedOptions, served, TESTER } from './serving.js'

const folder = mkdtempSync(join(tmpdir(), 'flows-assets-'))
writeFileSync(join(folder, 'tabler.min.css'), 'body { color: red }\n')

/** A dashboard with one style sheet. */
export const DASHBOARD = { assets: folder, version: '1.2.3' }

interface Shown {
  readonly status: number
  readonly text: string
  readonly headers: Headers
  readonly location: string | null
}

/** A browser that keeps cookies, by host, and follows nothing by itself. */
export function aBrowser(url: string) {
  const jars = new Map<string, Map<string, string>>()
  const jarOf = ({ host }: URL) => {
    const jar = jars.get(host) ?? new Map<string, string>()
    jars.set(host, jar)
    return jar
  }
  const cookie = (at = url) => [...jarOf(new URL(at))].map(([name, value]) => `${name}=${value}`).join('; ')
  const show = async (path: string, init: RequestInit = {}): Promise<Shown> => {
    const address = new URL(path, url)
    const sent = cookie(address.href)
    const response = await fetch(address, {
      redirect: 'manual',
      ...init,
      headers: { ...(sent !== '' && { cookie: sent }), ...(init.headers as Record<string, string>) },
    })
    for (const set of response.headers.getSetCookie()) {
      const [pair = ''] = set.split(';')
      const mark = pair.indexOf('=')
      const [name, value] = [pair.slice(0, mark), pair.slice(mark + 1)]
      if (value === '') jarOf(address).delete(name)
      else jarOf(address).set(name, value)
    }
    return {
      status: response.status,
      text: await response.text(),
      headers: response.headers,
      location: response.headers.get('location'),
    }
  }
  const post = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
    show(path, { method: 'POST', body: new URLSearchParams(fields), headers })
  /** Sends a form as the page shows it, with what is typed. Like a browser, it says which page the form is on. */
  const send = async (page: string, path: string, typed: Record<string, string> = {}) => {
    const { text } = await show(page)
    const token = /name="form_token" value="([^"]+)"/.exec(text)?.[1] ?? ''
    return post(path, { form_token: token, ...typed }, { referer: new URL(page, url).href })
  }
  /** Goes where it is led, until there is a page. */
  const follow = async (path: string): Promise<Shown & { readonly address: string }> => {
    let address = new URL(path, url).href
    let shown = await show(address)
    for (let hops = 0; shown.location !== null && hops < 10; hops += 1) {
      address = new URL(shown.location, address).href
      shown = await show(address)
    }
    return { ...shown, address }
  }
  return { show, post, send, follow, cookie }
}

interface DashboardOptions
  extends Pick<ServedOptions, 'publicUrl' | 'webhookAllow' | 'now' | 'verifiers' | 'auditDays'> {
  readonly provider?: IdentityProvider
}

export type Dashboard = Awaited<ReturnType<typeof aDashboard>>

/** A service with its dashboard, until the test ends. */
export async function aDashboard(implementation?: Implementation, { provider, ...options }: DashboardOptions = {}) {
  const dashboard = { ...DASHBOARD, provider }
  const api = await served({ ...(implementation && { implementation }), dashboard, processing: 0, ...options })
  const link = (role: Role = 'admin', name = 'anna') =>
    api.service.write(TESTER, (call) => makeSignInLink(call, { id: `local:${name}`, name, role }))
  const signedIn = async (role: Role = 'admin', name = 'anna') => {
    const browser = aBrowser(api.url)
    const { status } = await browser.show(`/dashboard/sign-in?token=${await link(role, name)}`)
    expect(status).toBe(303)
    return browser
  }
  return { ...api, link, signedIn }
}
