import { AxeBuilder } from '@axe-core/playwright'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packageFile } from '../../src/cli/program/package-file.js'
import { type Definitions, definitionsIn } from '../../src/forge/definitions.js'
import { deploy } from '../../src/service/operations/deployments/deployments.js'
import { makeSignInLink } from '../../src/service/operations/people/sign-in.js'
import { forges } from '../forge/forges.js'
import { PROJECT } from '../helpers/builders.js'
import { aDeployment, creating } from '../service/deployment-requests.js'
import { aCertifiedProvider, seconds } from '../service/identity-providers.js'
import { served, TESTER } from '../service/serving.js'
import { aContext, launch } from './browser.js'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

const DASHBOARD = { assets: packageFile('dist/assets'), version: 'test' }

async function aDashboard(definitions?: Definitions) {
  const api = await served({ processing: 0, dashboard: { ...DASHBOARD, definitions } })
  for (const number of [1, 2]) {
    await api.call('POST', '/v1/identity/verification_flows', {
      body: { key: `flow-${number}`, name: `Sellers of ${number}`, type: 'document', description: 'For sellers.' },
    })
  }
  const person = { id: 'local:anna', name: 'anna', role: 'admin' } as const
  const token = await api.service.write(TESTER, (call) => makeSignInLink(call, person))
  return { ...api, link: `${api.url}/dashboard/sign-in?token=${token}` }
}

/** How often a list asks for itself again, in milliseconds. */
const REFRESH = 5000

describe('the dashboard, in a browser', () => {
  test('somebody activates a link, verifies a person by hand, and sees what became of it, with the keyboard alone and without scripts', async () => {
    const api = await aDashboard()
    const page = await (await aContext(browser, { javaScriptEnabled: false })).newPage()
    await page.goto(api.link)
    expect(new URL(page.url()).pathname).toBe('/dashboard/test/flows')
    const follow = async (name: string) => {
      await page.getByRole('link', { name }).first().focus()
      await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')])
    }
    const press = async (name: string) => {
      await page.getByRole('button', { name, exact: true }).first().focus()
      await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')])
    }
    await follow('Sellers of 2')
    await press('Activate the link')
    expect(await page.getByRole('status').textContent()).toBe('The static link is on.')
    expect(await page.getByRole('img', { name: 'The link as a QR code' }).isVisible()).toBe(true)

    await follow('Edit')
    await page.getByLabel('Require a matching selfie').focus()
    await page.keyboard.press('Space')
    expect(await page.getByText('A selfie, compared with the photo').isVisible()).toBe(true)
    await press('Preview')
    expect(await page.getByText('Strengthens the verification').isVisible()).toBe(true)
    await press('Save')
    expect(await page.getByRole('status').textContent()).toContain('The flow was saved.')

    await follow('Create a verification')
    await page.getByLabel('Email address').focus()
    await page.keyboard.type('person@example.com')
    await press('Create')
    await page.getByLabel('Let the attempt end as').selectOption('document_expired')
    await press('Submit')
    expect(await page.getByText('person@example.com').count()).toBe(0)
    await press('Show Email, as given')
    expect(await page.getByText('person@example.com').isVisible()).toBe(true)
    expect(await page.getByText('document_expired').first().isVisible()).toBe(true)
    expect(await page.getByText('Failed').isVisible()).toBe(true)

    await page.getByText('Override the result').focus()
    await page.keyboard.press('Enter')
    await page.getByLabel('Reason').focus()
    await page.keyboard.type('Renewed last week.')
    await press('Mark as verified')
    expect(await page.getByText('because: Renewed last week.').isVisible()).toBe(true)

    await page.getByText('Redact this verification').first().focus()
    await page.keyboard.press('Enter')
    await page.locator('details[open]').getByLabel('I am sure').focus()
    await page.keyboard.press('Space')
    await page.locator('details[open]').getByRole('button').focus()
    await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')])
    expect(await page.getByText('person@example.com').count()).toBe(0)
    await press('Sign out')
    expect((await page.goto(`${api.url}/dashboard`))?.status()).toBe(401)
  })

  test('a list keeps itself up to date, and stops when that is not wanted', async () => {
    const api = await aDashboard()
    const page = await (await aContext(browser)).newPage()
    await page.clock.install()
    await page.goto(api.link)
    await page.getByRole('link', { name: 'Verifications', exact: true }).click()
    await page.getByLabel('Reference').fill('half typed')
    const create = () =>
      api.call('POST', '/v1/identity/verification_sessions', { body: { verification_flow: 'flow-1' } })
    const rows = page.locator('tbody tr')
    await create()
    await page.clock.runFor(REFRESH)
    await rows.nth(0).waitFor()
    expect(await page.getByLabel('Reference').inputValue()).toBe('half typed')

    const makeKey = async (name: string) => {
      const { body } = await api.call('POST', '/v1/api_keys', { body: { name } })
      return body.id as string
    }
    const first = await makeKey('first')
    await page.getByRole('link', { name: 'API keys', exact: true }).click()
    await page.getByText('Revoke first').first().click()
    await page.locator(`#${first}`).getByLabel('I am sure').check()
    const second = await makeKey('second')
    await page.clock.runFor(REFRESH)
    await page.locator(`#${second}`).waitFor()
    const ticked = [first, second].map((id) => page.locator(`#${id} input[type=checkbox]`).isChecked())
    expect(await Promise.all(ticked)).toEqual([true, false])

    await page.getByRole('link', { name: 'Verifications', exact: true }).click()
    await page.getByRole('link', { name: 'Stop' }).click()
    await page.getByText('This page stays as it is').waitFor()
    await create()
    await page.clock.runFor(2 * REFRESH)
    expect(await rows.count()).toBe(1)
  })

  test('a flow is made, its link opened by a visitor who is verified, and what others do meanwhile is seen live', async () => {
    const api = await aDashboard()
    const page = await (await aContext(browser)).newPage()
    const live = async (text: string) => {
      await page.clock.runFor(REFRESH)
      await page.locator('#live').getByText(text).first().waitFor()
    }
    await page.clock.install()
    await page.goto(api.link)
    await page.getByRole('link', { name: 'New flow' }).click()
    await page.getByLabel('Key', { exact: true }).fill('payouts')
    await page.getByLabel('Name', { exact: true }).fill('Payouts')
    await page.getByLabel('Require a matching selfie').check()
    await page.getByRole('button', { name: 'Create the flow' }).click()
    await page.getByRole('button', { name: 'Activate the link' }).click()
    const link = (await page.locator('a[href*="/l/"]').first().getAttribute('href')) ?? ''

    const phone = await (await aContext(browser, { viewport: { width: 360, height: 740 } })).newPage()
    const main = phone.locator('main')
    await phone.goto(link)
    await main.getByLabel('Email address').fill('visitor@example.com')
    await main.getByRole('button', { name: 'Continue' }).click()
    await main.getByRole('button', { name: 'Agree and continue' }).click()
    await main.getByLabel('Country that issued it').selectOption('Austria')
    await main.getByLabel('Passport').check()
    for (const name of ['Continue', 'Continue', 'Continue', 'Submit']) {
      await main.getByRole('button', { name, exact: true }).click()
    }
    await phone.getByRole('heading', { name: 'You are verified' }).waitFor()
    await live('Verified')

    await page.getByRole('link', { name: 'Flows', exact: true }).click()
    await api.service.write(TESTER, (call) => deploy(call, aDeployment([creating('managed')])))
    await live('managed')
    await api.call('POST', '/v1/identity/verification_flows/managed', { body: { description: 'By hand.' } })
    await live('Drift')
    await page.locator('#live').getByRole('link', { name: 'Drift' }).click()
    await page.getByText('The way into git').click()
    await page.getByText('flows pull managed').waitFor()

    await page.getByRole('link', { name: 'Verifications', exact: true }).click()
    await page.locator('tbody a').first().click()
    await page.getByText('Override the result').click()
    await page.getByLabel('Reason').fill('The photo is of somebody else.')
    await page.getByRole('button', { name: 'Mark as not verified' }).click()
    await page.getByText('because: The photo is of somebody else.').waitFor()
  })

  test('somebody signs in at an identity provider, and who has no role there is told so', async () => {
    const { url, provider, serve } = await aCertifiedProvider((id) => (id === 'grace' ? ['kyc'] : []))
    const api = await served({ now: seconds, dashboard: { ...DASHBOARD, provider } })
    serve(api.url)
    const signIn = async (name: string) => {
      const page = await (await aContext(browser)).newPage()
      await page.goto(`${api.url}/dashboard/live/verifications?status=verified`)
      await page.getByRole('link', { name: `Sign in at ${new URL(url).host}` }).click()
      await page.getByPlaceholder('Enter any login').fill(name)
      await page.getByPlaceholder('and password').fill('x')
      await page.getByRole('button', { name: 'Sign-in' }).click()
      await page.getByRole('button', { name: 'Continue' }).click()
      return page
    }
    const page = await signIn('grace')
    await page.getByText('Name of grace').waitFor()
    expect(page.url()).toBe(`${api.url}/dashboard/live/verifications?status=verified`)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('button', { name: 'Yes, sign me out' }).click()
    await page.waitForURL(`${api.url}/dashboard/signed-out`)
    expect((await page.goto(`${api.url}/dashboard/live/flows`))?.status()).toBe(401)

    const refused = await signIn('nobody')
    await refused.getByRole('heading', { name: 'You have no role here' }).waitFor()
    const { violations } = await new AxeBuilder({ page: refused }).analyze()
    expect(violations.map(({ id }) => id)).toEqual([])
  })

  test('every page is accessible, fits a phone, and stays below 100 kB with its style sheets', async () => {
    const hosted = await forges[0]?.at()
    if (hosted === undefined) throw new Error('there are forges')
    hosted.files.push('main', { 'flows/managed.yaml': 'name: Managed # for now\ntype: document\n' })
    const [forge, repository] = [hosted.forge(), hosted.repository()]
    const folders = new Map([[PROJECT, ['flows']]])
    const api = await aDashboard(definitionsIn({ forge, repository, web: hosted.web, branch: 'main', folders }))
    // Colours on their way from one theme to the other are neither's.
    const context = await aContext(browser, { reducedMotion: 'reduce' })
    const page = await context.newPage()
    const broken: string[] = []
    page.on('console', (message) => broken.push(message.text()))
    const sizes: Promise<number>[] = []
    page.on('requestfinished', (request) => {
      sizes.push(
        request.sizes().then(({ responseBodySize, responseHeadersSize }) => responseBodySize + responseHeadersSize),
      )
    })
    await page.goto(api.link)
    const first = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
    expect(first).toBeGreaterThan(10_000)
    expect(first).toBeLessThan(100_000)
    const { body: endpoint } = await api.call('POST', '/v1/webhook_endpoints', {
      body: { url: `https://example.com/${'long/'.repeat(20)}`, enabled_events: ['*'] },
    })
    const { body: session } = await api.call('POST', '/v1/identity/verification_sessions', {
      body: {
        verification_flow: 'flow-1',
        client_reference_id: 'order-7'.repeat(20),
        provided_details: { email: 'person@example.com' },
      },
    })
    const { body: events } = await api.call('GET', '/v1/events?limit=1')
    const [event] = events.data
    const deployment = await api.service.write(TESTER, (call) => deploy(call, aDeployment([creating('managed')])))
    await api.call('POST', '/v1/identity/verification_flows/managed', { body: { description: 'By hand.' } })
    const mode = `${api.url}/dashboard/test`
    const pages = [
      ...['flows', 'flows?search=nothing', 'flows/flow-1', 'flows/flow-1/versions?from=1&to=1', 'flows/flow-1/verify'],
      ...[
        'verifications',
        `verifications/${session.id}`,
        'deployments',
        ...['new-flow', 'flows/flow-1/edit', 'flows/managed/edit', 'drift', `deployments/${deployment.id}`],
        'flows/none',
        'reports',
        'reports?flow=flow-1',
        'flows?sort=used',
        ...['events', `events/${event.id}`, 'webhooks', `webhooks/${endpoint.id}`, 'keys'],
        ...['new-endpoint', `webhooks/${endpoint.id}/edit`, 'new-key'],
        ...['sign-ins', 'audit'],
      ],
    ]
    const look = async (path: string) => {
      const { violations } = await new AxeBuilder({ page }).analyze()
      await page.emulateMedia({ colorScheme: 'dark' })
      const dark = await new AxeBuilder({ page }).withRules(['color-contrast']).analyze()
      await page.emulateMedia({ colorScheme: 'light' })
      violations.push(...dark.violations)
      expect(violations.map(({ id, nodes }) => `${path}: ${id}: ${nodes[0]?.html}`)).toEqual([])
    }
    for (const path of [...pages.map((name) => `${mode}/${name}`), `${api.url}/dashboard/sign-in?token=x`]) {
      for (const width of [360, 1440]) {
        await page.setViewportSize({ width, height: 800 })
        await page.goto(path)
        const wider = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
        expect([path, width, Math.max(0, Number(wider))]).toEqual([path, width, 0])
      }
      await look(path)
    }
    await page.goto(`${mode}/flows/managed/edit`)
    await page.getByLabel('Require a matching selfie').check()
    await page.getByRole('button', { name: 'Preview' }).first().click()
    await page.getByRole('heading', { name: 'What this does' }).waitFor()
    await look('an edit in the file in git')
    await page.getByRole('button', { name: 'Open a pull request at GitHub' }).click()
    await page.getByRole('link', { name: 'Pull request 1 at GitHub' }).waitFor()
    await look('a pull request that was opened')
    expect(broken.filter((text) => !text.includes('404') && !text.includes('410'))).toEqual([])
  })
})
