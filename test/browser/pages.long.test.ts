import { readFileSync } from 'node:fs'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packageFile } from '../../src/cli/program/package-file.js'
import { systemClock } from '../../src/service/operations/calls/call.js'
import type { Branding } from '../../src/service/pages/brand/branding.js'
import { aReceiver } from '../service/receiver.js'
import { type Served, type ServedOptions, served } from '../service/serving.js'
import { stripeAt } from '../service/stripe-at.js'
import { aContext, launch } from './browser.js'

const FLOWS = '/v1/identity/verification_flows'
const SESSIONS = '/v1/identity/verification_sessions'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

async function withLink(body: object = {}, options: ServedOptions = {}): Promise<Served & { link: string }> {
  const api = await served({ processing: 0, webhookAllow: ['127.0.0.0/8'], ...options })
  const flow = await api.call('POST', FLOWS, {
    body: { key: 'a', name: 'Payouts <above> 10,000', type: 'document', static_link: { active: true }, ...body },
  })
  return { ...api, link: flow.body.static_link.url }
}

describe('in a browser that runs no scripts', () => {
  test('a person goes from the static link through the email step to an outcome, and the application hears of it', async () => {
    const api = await withLink({ options: { document: { require_matching_selfie: true } } })
    const application = await aReceiver()
    const endpoint = await api.call('POST', '/v1/webhook_endpoints', {
      body: { url: application.url, enabled_events: { 0: '*' } },
    })
    const page = await (await aContext(browser, { javaScriptEnabled: false })).newPage()
    await page.goto(`${api.link}?prefilled_email=a%2Bb%40example.com&client_reference_id=order-7&utm_source=mail`)
    expect(await page.title()).toBe('Payouts <above> 10,000')
    expect(await page.getByLabel('Email address').inputValue()).toBe('a+b@example.com')
    await page.getByRole('button', { name: 'Continue' }).click()
    expect(new URL(page.url()).pathname).toMatch(/^\/verify\/[0-9a-z]{31}[\w-]{22}$/)
    await page.getByText('Choose how this ends').click()
    await page.getByLabel('selfie_face_mismatch').check()
    await page.getByRole('button', { name: 'Submit' }).click()
    expect(await page.getByRole('heading').textContent()).toBe('You could not be verified')
    expect(await page.getByText('The face on the selfie').isVisible()).toBe(true)
    const { data } = (await api.call('GET', `${SESSIONS}?verification_flow=a`)).body
    expect(data).toMatchObject([
      {
        status: 'requires_input',
        last_error: { code: 'selfie_face_mismatch' },
        client_reference_id: 'order-7',
        provided_details: { email: 'a+b@example.com' },
      },
    ])

    await application.got(3)
    const heard = application.received.map(({ body, headers }) =>
      stripeAt(api.url, api.key).webhooks.constructEvent(
        body,
        headers['stripe-signature'] ?? '',
        endpoint.body.secret,
        1e9,
      ),
    )
    expect(heard.map(({ type }) => type.split('.').at(-1))).toEqual(['created', 'processing', 'requires_input'])
    expect(heard.map(({ data }) => (data.object as { id?: string }).id)).toEqual([data[0].id, data[0].id, data[0].id])

    await page.goBack()
    await page.reload()
    expect(await page.getByRole('heading').textContent()).toBe('You could not be verified')
    const stranger = await (await aContext(browser, { javaScriptEnabled: false })).newPage()
    await stranger.goto(page.url())
    expect(await stranger.getByRole('heading').textContent()).toBe('This link is used up')

    await page.getByRole('link', { name: 'Try again' }).click()
    expect(await page.getByText('The face on the selfie').isVisible()).toBe(true)
    await page.getByRole('button', { name: 'Agree and continue' }).click()
    await page.getByLabel('Country that issued it').selectOption('Austria')
    await page.getByLabel('Passport').check()
    for (const name of ['Continue', 'Continue', 'Continue', 'Submit']) {
      await page.locator('main').getByRole('button', { name, exact: true }).click()
    }
    expect(await page.getByRole('heading').textContent()).toBe('You are verified')
    expect((await api.call('GET', `${SESSIONS}/${data[0].id}`)).body.status).toBe('verified')
  })

  test('a person is led on to the address that the session returns to', async () => {
    const other = await served()
    const api = await withLink({ return_url: `${other.url.replace('127.0.0.1', 'localhost')}/healthy?done=1` })
    const page = await (await aContext(browser, { javaScriptEnabled: false })).newPage()
    await page.goto(api.link)
    await page.getByLabel('Email address').fill('a@example.com')
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByText('Choose how this ends').click()
    await page.getByRole('button', { name: 'Submit' }).click()
    await page.waitForURL('**/healthy?done=1', { timeout: 200_000 })
  })

  test('an address that is none is refused by the service too, and stays to be mended', async () => {
    const api = await withLink()
    const page = await (await aContext(browser, { javaScriptEnabled: false })).newPage()
    await page.goto(`${api.link}?client_reference_id=order-7`)
    const email = page.getByLabel('Email address')
    await email.fill('"><script>alert(1)</script>@@example.com')
    await page.getByRole('button', { name: 'Continue' }).click()
    expect(await page.getByRole('alert').getByRole('link').textContent()).toContain('Enter an email address')
    expect(await email.inputValue()).toBe('"><script>alert(1)</script>@@example.com')
    await email.fill('a@example.com')
    await page.getByRole('button', { name: 'Continue' }).click()
    const { data } = (await api.call('GET', SESSIONS)).body
    expect(data).toMatchObject([{ client_reference_id: 'order-7' }])
  })
})

/** Everything that a flow can ask for. */
const EVERYTHING = {
  options: {
    document: { require_live_capture: true, require_matching_selfie: true, require_id_number: true },
    email: { require_verification: true },
    phone: { require_verification: true },
  },
}

describe('on a phone, with the keyboard alone', () => {
  test.each([
    ['light', 'en', 'Germany'],
    ['dark', 'de', 'Deutschland'],
  ] as const)(
    'a person goes through every check, and no page has a fault, in %s and %s',
    async (colorScheme, lang, country) => {
      const api = await withLink(EVERYTHING)
      const context = await aContext(browser, {
        colorScheme,
        locale: lang,
        viewport: { width: 360, height: 740 },
        bypassCSP: true,
      })
      const page = await context.newPage()
      const seen: string[] = []
      const look = async () => {
        const title = (await page.getByRole('heading', { level: 1 }).textContent()) ?? ''
        seen.push(title)
        // Colours alone differ in the dark.
        const axe = new AxeBuilder({ page })
        const { violations } = await (colorScheme === 'dark' ? axe.withRules(['color-contrast']) : axe).analyze()
        expect([title, violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])]).toEqual([title, []])
        expect([title, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([title, 360])
        await shot(page, `${seen.length}-${colorScheme}`)
      }
      const press = (key: string) => page.keyboard.press(key)
      const send = async () => {
        await Promise.all([page.waitForEvent('load'), press('Enter')])
        await look()
      }
      /** Goes on with Tab until something of this name has the focus. */
      const tabTo = async (selector: string) => {
        for (let tabs = 0; tabs < 30; tabs += 1) {
          await press('Tab')
          if (await page.evaluate(`document.activeElement.matches(${JSON.stringify(selector)})`)) return
        }
        throw new Error(`the keyboard does not reach ${selector}`)
      }
      const type = async (name: string, text: string) => {
        await tabTo(`[name=${name}]`)
        await page.keyboard.type(text)
      }
      await page.goto(api.link)
      await look()
      await type('email', 'a@example.com')
      await send()
      await tabTo('main button')
      await send()
      // What is missing is named first, and has the focus.
      await tabTo('main button')
      await send()
      expect(await page.evaluate('document.activeElement.getAttribute("role")')).toBe('alert')
      await type('country', country)
      await tabTo('[name=type]')
      await press('ArrowDown')
      await press('Space')
      await tabTo('main button')
      for (let pages = 0; pages < 2; pages += 1) {
        await send()
        expect(await page.evaluate('document.activeElement.tagName')).toBe('H1')
        await tabTo('main button[type=submit]')
      }
      await send()
      await type('id_number', '123456789')
      await send()
      await type('code', '000000')
      await send()
      await type('phone', '+1 202 555 0100')
      await send()
      await type('code', '111111')
      await send()
      await type('code', '000000')
      await send()
      await tabTo('main button')
      await send()
      expect(seen.length).toBe(13)
      const { data } = (await api.call('GET', SESSIONS)).body
      expect(data).toMatchObject([{ status: 'verified', provided_details: { phone: '+1 202 555 0100' } }])
      await page.goto(`${api.url}/l/none`)
      await look()
    },
  )
})

test('with scripts, the camera takes pictures that stay in the browser, a file is shown, and the result comes by itself', async () => {
  const pages = { branding: BRANDING, script: readFileSync(packageFile('dist/pages/page-script.js'), 'utf8') }
  const api = await withLink(
    { options: { document: { require_live_capture: true } } },
    { pages, processing: 1, now: systemClock },
  )
  await api.call('POST', FLOWS, { body: { key: 'file', name: 'With a file', type: 'document' } })
  const context = await aContext(browser, { viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  const complaints: string[] = []
  const sent: (string | null)[] = []
  page.on('console', (message) => complaints.push(message.text()))
  page.on('request', (request) => request.method() === 'POST' && sent.push(request.postData()))
  const main = page.locator('main')
  const start = async (key: string) => {
    const { body } = await api.call('POST', SESSIONS, { body: { verification_flow: key } })
    await page.goto(body.url)
    await main.getByRole('button', { name: 'Agree and continue' }).click()
    await main.getByLabel('Country that issued it').selectOption('Austria')
    await main.getByLabel('Passport').check()
    await shot(page, `wide-${key}`)
    await main.getByRole('button', { name: 'Continue' }).click()
  }
  await start('a')
  expect(await page.evaluate('getComputedStyle(document.querySelector(".actions button")).backgroundColor')).toBe(
    'rgb(122, 31, 92)',
  )
  const isDrawn = (selector: string) => page.evaluate(`document.querySelector('${selector}').naturalWidth > 0`)
  expect(await isDrawn('header img[alt=Acme]')).toBe(true)
  await main.getByRole('button', { name: 'Open the camera' }).click()
  await main.getByRole('button', { name: 'Take the picture' }).click()
  await main.getByText('The picture is taken.').waitFor()
  expect(await isDrawn('main img')).toBe(true)
  await shot(page, 'wide-camera')

  await start('file')
  await main
    .getByLabel('Page with your photo')
    .setInputFiles({ name: 'page.png', mimeType: 'image/png', buffer: PIXEL })
  await main.getByRole('img').waitFor()
  await main.getByRole('button', { name: 'Continue' }).click()
  await shot(page, 'wide-review')
  // The first look for the result fails, as while a proxy has nobody to ask.
  const busy = { status: 503, contentType: 'text/html', body: '<title>Busy</title><main><h1>Busy</h1></main>' }
  const isLook = (url: URL) => url.pathname.startsWith('/verify/')
  let looks = 0
  await page.route(isLook, (route) => {
    if (route.request().resourceType() !== 'fetch') return route.continue()
    looks += 1
    return looks === 1 ? route.fulfill(busy) : route.continue()
  })
  await main.getByRole('button', { name: 'Submit' }).click()
  await main.getByText('Your details are being checked').waitFor()
  await shot(page, 'wide-processing')
  await page.getByRole('heading', { name: 'You are verified' }).waitFor()
  expect(looks).toBeGreaterThan(1)
  expect(sent.filter((body) => !/^step=\w+(&country=AT&type=passport)?$/.test(body ?? ''))).toEqual([])
  expect(complaints.filter((text) => !/favicon|503/.test(text))).toEqual([])
})

const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

const BRANDING: Branding = {
  name: 'Acme',
  logo: {
    bytes: Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" width="96" height="32"><rect width="96" height="32" fill="#7a1f5c"/></svg>',
    ),
    type: 'image/svg+xml',
  },
  color: '#7a1f5c',
  testColor: null,
}

/** A picture of a page, to be looked at: SHOTS=/tmp/shots. */
async function shot(page: Page, name: string): Promise<void> {
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true })
}
