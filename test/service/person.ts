import { expect } from 'vitest'

/** A page as a person gets it. */
export interface Seen {
  readonly url: string
  readonly status: number
  readonly text: string
  readonly headers: Headers
  readonly title: string
  /** The step that the page asks for; undefined for other pages. */
  readonly step: string | undefined
}

/** A person's browser without scripts: it keeps the cookies of each path, and follows redirects within the service. */
export function aPerson(headers: Readonly<Record<string, string>> = {}) {
  const cookies = new Map<string, string>()
  const open = async (address: string, init: RequestInit = {}): Promise<Seen> => {
    const url = new URL(address)
    const kept = cookies.get(url.pathname)
    const response = await fetch(url, {
      redirect: 'manual',
      ...init,
      headers: { ...headers, ...(kept !== undefined && { cookie: kept }) },
    })
    const set = response.headers.get('set-cookie')
    if (set !== null) {
      const [, path = ''] = /; Path=([^;]+)/.exec(set) ?? []
      cookies.set(path, set.split(';')[0] ?? '')
    }
    const location = response.headers.get('location')
    if (location !== null) return open(new URL(location, url).href)
    const text = await response.text()
    const [, title = ''] = /<h1[^>]*>([^<]*)</.exec(text) ?? []
    const main = text.slice(text.indexOf('<main>'))
    const [, step] = /name="step" value="(\w+)"/.exec(main) ?? []
    return { url: url.href, status: response.status, text, headers: response.headers, title, step }
  }
  const send = (address: string, fields: Readonly<Record<string, string>>) =>
    open(address, { method: 'POST', body: new URLSearchParams(fields) })
  /** Fills in the step that the page asks for. */
  const fill = (page: Seen, fields: Readonly<Record<string, string>> = {}) =>
    send(page.url, { step: page.step ?? '', ...fields })
  return { open, send, fill, cookies }
}

/** What a person who makes no mistake answers, step by step. */
export const RIGHT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  consent: {},
  document: { country: 'DE', type: 'passport' },
  picture: {},
  selfie: {},
  id_number: {
    first_name: 'Ada',
    last_name: 'Example',
    birth_day: '31',
    birth_month: '12',
    birth_year: '1990',
    id_number: '123-45-6789',
  },
  email: { email: 'ada@example.com' },
  email_code: { code: '000000' },
  phone: { phone: '(555) 555-1212' },
  phone_code: { code: '000 000' },
  review: {},
}

/** Goes through every step, up to one if it is named. Answers the last page, and the steps that were asked for. */
export async function goThrough(person: ReturnType<typeof aPerson>, address: string, upTo?: string) {
  const steps: string[] = []
  let page = await person.open(address)
  while (page.step !== undefined && page.step !== upTo) {
    expect([page.step, page.status]).toEqual([page.step, 200])
    expect(steps).not.toContain(page.step)
    steps.push(page.step)
    page = await person.fill(page, RIGHT[page.step])
  }
  return { page, steps }
}
