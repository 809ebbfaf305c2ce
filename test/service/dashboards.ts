import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Definitions } from '../../src/forge/definitions.js'
import type { IdentityProvider } from '../../src/oidc/identity-provider.js'
import type { Role } from '../../src/service/operations/people/roles.js'
import { makeSignInLink } from '../../src/service/operations/people/sign-in.js'
import type { Implementation } from '../store/stores.js'
import { type ServedOptions, served, TESTER } from './serving.js'

const folder = mkdtempSync(join(tmpdir(), 'flows-assets-'))
writeFileSync(join(folder, 'tabler.min.css'), 'body { color: red }\n')

/** Tries to run a script, in each of the ways that a page could let it. */
export const SCRIPT = `"'><script>alert(1)</script><img src=x onerror=alert(1)>`

/** A script that is not the dashboard's own, and pictures, of which it has none. */
export const FOREIGN = /<script(?! src="\/dashboard\/assets\/1\.2\.3\/live\.js" defer><\/script>)|<img/

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
  const post = (
    path: string,
    fields: Record<string, string> | [string, string][],
    headers: Record<string, string> = {},
  ) => show(path, { method: 'POST', body: new URLSearchParams(fields), headers })
  /** Sends a form as the page shows it, with what is typed. Like a browser, it says which page the form is on. */
  const send = async (page: string, path: string, typed: Record<string, string> = {}) => {
    const { text } = await show(page)
    const token = /name="form_token" value="([^"]+)"/.exec(text)?.[1] ?? ''
    return post(path, { form_token: token, ...typed }, { referer: new URL(page, url).href })
  }
  /** Fills in the form of a page as a browser does: what is there is sent too. Null takes a field, or a tick, away. */
  const fill = async (page: string, typed: Record<string, string | null>) => {
    const { text } = await show(page)
    const form = fieldsIn(text).filter(([name, value]) => !(name in typed) && !(`${name}=${value}` in typed))
    const given = Object.entries(typed).flatMap(([name, value]): [string, string][] =>
      value === null ? [] : [[name, value]],
    )
    return post(page, [...form, ...given], { referer: new URL(page, url).href })
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
  return { show, post, send, fill, follow, cookie }
}

/** The fields of the last form in what the page is about, with what they hold. */
function fieldsIn(html: string): [string, string][] {
  const content = html.slice(0, html.indexOf('</main>'))
  const form = content.slice(content.lastIndexOf('<form'))
  const attribute = (tag: string, name: string) => plain(new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1] ?? '')
  const inputs = [...form.matchAll(/<input[^>]*>/g)].flatMap(([tag]): [string, string][] => {
    const isTicked = !tag.includes('type="checkbox"') || / checked/.test(tag)
    return isTicked ? [[attribute(tag, 'name'), attribute(tag, 'value')]] : []
  })
  const texts = [...form.matchAll(/(<textarea[^>]*name=[^>]*>)([^<]*)</g)]
  const choices = [...form.matchAll(/(<select[^>]*>)(.*?)<\/select>/g)].map(([, tag = '', options = '']) => {
    const [chosen = ''] = /<option[^>]* selected[^>]*>/.exec(options) ?? []
    return [attribute(tag, 'name'), attribute(chosen, 'value')] as [string, string]
  })
  return [
    ...inputs,
    ...texts.map(([, tag = '', text = '']) => [attribute(tag, 'name'), plain(text)] as [string, string]),
    ...choices,
  ]
}

/** Text as it is outside of HTML. */
export function plain(html: string): string {
  return html.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}

interface DashboardOptions
  extends Pick<ServedOptions, 'publicUrl' | 'webhookAllow' | 'now' | 'verifiers' | 'auditDays'> {
  readonly provider?: IdentityProvider
  readonly editsManaged?: boolean
  readonly definitions?: Definitions
}

export type Dashboard = Awaited<ReturnType<typeof aDashboard>>

/** A service with its dashboard, until the test ends. */
export async function aDashboard(
  implementation?: Implementation,
  { provider, editsManaged = false, definitions, ...options }: DashboardOptions = {},
) {
  const dashboard = { ...DASHBOARD, provider, editsManaged, definitions }
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
