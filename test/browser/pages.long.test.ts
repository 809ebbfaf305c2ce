import { AxeBuilder } from '@axe-core/playwright'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aReceiver } from '../service/receiver.js'
import { type Served, served } from '../service/serving.js'
import { stripeAt } from '../service/stripe-at.js'
import { aContext, launch } from './browser.js'

const FLOWS = '/v1/identity/verification_flows'
const SESSIONS = '/v1/identity/verification_sessions'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

async function withLink(body: object = {}): Promise<Served & { link: string }> {
  const api = await served({ processing: 0, webhookAllow: ['127.0.0.0/8'] })
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
    await page.getByLabel('selfie_face_mismatch').check()
    await page.getByRole('button', { name: 'Submit' }).click()
    expect(await page.getByRole('heading').textContent()).toBe('Thank you')
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
    expect(await page.getByRole('heading').textContent()).toBe('This link is used up')

    await page.goto(data[0].url)
    expect(await page.getByText('The face on the selfie').isVisible()).toBe(true)
    await page.getByRole('button', { name: 'Submit' }).click()
    expect((await api.call('GET', `${SESSIONS}/${data[0].id}`)).body.status).toBe('verified')
  })

  test('a person is led on to the address that the session returns to', async () => {
    const other = await served()
    const api = await withLink({ return_url: `${other.url.replace('127.0.0.1', 'localhost')}/healthy?done=1` })
    const page = await (await aContext(browser, { javaScriptEnabled: false })).newPage()
    await page.goto(api.link)
    await page.getByLabel('Email address').fill('a@example.com')
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('button', { name: 'Submit' }).click()
    await page.waitForURL('**/healthy?done=1', { timeout: 200_000 })
  })

  test('an address that is none is refused by the service too, and stays to be mended', async () => {
    const api = await withLink()
    const page = await (await aContext(browser, { javaScriptEnabled: false })).newPage()
    await page.goto(`${api.link}?client_reference_id=order-7`)
    const email = page.getByLabel('Email address')
    await email.fill('"><script>alert(1)</script>@@example.com')
    await page.locator('form').evaluate((form) => form.setAttribute('novalidate', ''))
    await page.getByRole('button', { name: 'Continue' }).click()
    expect(await page.getByRole('alert').textContent()).toBe('Invalid email address.')
    expect(await email.inputValue()).toBe('"><script>alert(1)</script>@@example.com')
    await email.fill('a@example.com')
    await page.getByRole('button', { name: 'Continue' }).click()
    const { data } = (await api.call('GET', SESSIONS)).body
    expect(data).toMatchObject([{ client_reference_id: 'order-7' }])
  })
})

describe('accessibility', () => {
  test.each(['light', 'dark'] as const)('every page is without fault, in %s', async (colorScheme) => {
    const api = await withLink()
    const page = await (await aContext(browser, { colorScheme, bypassCSP: true })).newPage()
    const faults = async () => (await new AxeBuilder({ page }).analyze()).violations.map(({ id }) => id)
    await page.goto(api.link)
    expect(await faults()).toEqual([])
    await page.getByLabel('Email address').fill('a@example.com')
    await page.getByRole('button', { name: 'Continue' }).click()
    expect(await faults()).toEqual([])
    await page.getByRole('button', { name: 'Submit' }).click()
    expect(await faults()).toEqual([])
    await page.goto(`${api.url}/l/none`)
    expect(await faults()).toEqual([])
  })
})

test('the pages look as they should: nothing is blocked by their own policy', async () => {
  const api = await withLink()
  const page = await (await aContext(browser, { viewport: { width: 800, height: 700 } })).newPage()
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(message.text()))
  await page.goto(api.link)
  expect(await page.evaluate('getComputedStyle(document.body).maxWidth')).not.toBe('none')
  expect(complaints.filter((text) => !text.includes('favicon'))).toEqual([])
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/link.png` })
  await page.getByLabel('Email address').fill('a@example.com')
  await page.getByRole('button', { name: 'Continue' }).click()
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/session.png`, fullPage: true })
})
