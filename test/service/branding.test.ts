import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Branding, brandsOf, NO_BRANDING } from '../../src/service/pages/brand/branding.js'
import { contrastOf, DARK, ENOUGH, LIGHT, readableOn, textOn } from '../../src/service/pages/brand/contrast.js'
import { aPerson } from './person.js'
import { served } from './serving.js'

const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
const BRANDING: Branding = {
  name: 'Acme <&> Sons',
  logo: { bytes: Buffer.from(SVG), type: 'image/svg+xml' },
  color: '#7a1f5c',
  testColor: '#135c2a',
}

const color = fc.integer({ min: 0, max: 0xffffff }).map((number) => `#${number.toString(16).padStart(6, '0')}`)

describe('colours', () => {
  test('have the contrast that WCAG says', () => {
    expect(contrastOf('#000000', '#ffffff')).toBeCloseTo(21, 5)
    expect(contrastOf('#767676', '#ffffff')).toBeCloseTo(4.54, 2)
    expect(contrastOf('#777777', '#ffffff')).toBeCloseTo(4.48, 2)
  })

  test('can always be read, on the pages and under the text of a button', () => {
    fc.assert(
      fc.property(color, (one) => {
        for (const background of [LIGHT, DARK]) {
          const readable = readableOn(one, background)
          expect(contrastOf(readable, background)).toBeGreaterThanOrEqual(ENOUGH)
          expect(contrastOf(textOn(readable), readable)).toBeGreaterThanOrEqual(ENOUGH)
        }
      }),
    )
  })

  test('stay as they are where they can be read', () => {
    expect(readableOn('#7a1f5c', LIGHT)).toBe('#7a1f5c')
  })
})

describe('branding', () => {
  test('is of its mode: the test mode may have another colour', () => {
    const { test, live } = brandsOf(BRANDING)
    expect(test.style).toContain('--brand: #135c2a; --on-brand: #ffffff')
    expect(live.style).toContain('--brand: #7a1f5c')
    expect(brandsOf({ ...BRANDING, testColor: null }).test.digest).toBe(live.digest)
    expect(brandsOf(NO_BRANDING).live.name).toBeNull()
  })

  test('is on every page, and the policy of a page lets nothing else in', async () => {
    const api = await served({ pages: { branding: BRANDING, script: null }, processing: 0 })
    const { body } = await api.call('POST', '/v1/identity/verification_sessions', { body: { type: 'document' } })
    for (const address of [body.url, `${api.url}/l/none`, `${api.url}/verify/done`]) {
      const { text, headers } = await aPerson().open(address)
      expect(text).toMatch(/<img src="\.\.\/brand\/[0-9a-f]{24}" alt="Acme &lt;&amp;> Sons"/)
      expect(headers.get('content-security-policy')).toMatch(
        /^default-src 'none'; style-src 'sha256-[^']+'; img-src 'self'; form-action/,
      )
      expect(headers.get('permissions-policy')).toBe('camera=(), geolocation=(), microphone=()')
    }
    expect((await aPerson().open(body.url)).text).toContain('Acme &lt;&amp;> Sons asks you to verify your identity')
  })

  test('sends a logo that runs nothing, even opened by itself', async () => {
    const api = await served({ pages: { branding: BRANDING, script: null } })
    const { text, headers } = await aPerson().open(`${api.url}/brand/${brandsOf(BRANDING).live.logo}`)
    expect(text).toBe(SVG)
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'image/svg+xml',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      'x-content-type-options': 'nosniff',
      'cache-control': 'public, max-age=31536000, immutable',
    })
    expect((await aPerson().open(`${api.url}/brand/other`)).status).toBe(404)
  })

  test('lets a script and the camera into the pages that take pictures, and into no other', async () => {
    const api = await served({ pages: { branding: NO_BRANDING, script: 'hello()' }, processing: 60 })
    const { body } = await api.call('POST', '/v1/identity/verification_sessions', { body: { type: 'document' } })
    const person = aPerson()
    const consent = await person.open(body.url)
    const document = await person.fill(consent)
    const picture = await person.fill(document, { country: 'DE', type: 'passport' })
    const review = await person.fill(picture)
    const result = await person.fill(review)
    const powers = [consent, document, picture, review, result].map(({ text, headers }) => [
      text.includes('<script'),
      /script-src 'self'/.test(headers.get('content-security-policy') ?? ''),
      /connect-src 'self'/.test(headers.get('content-security-policy') ?? ''),
      headers.get('permissions-policy')?.startsWith('camera=(self)'),
    ])
    expect(powers).toEqual([
      [false, false, false, false],
      [false, false, false, false],
      [true, true, false, true],
      [false, false, false, false],
      [true, true, true, false],
    ])
    const [, source = ''] = /<script src="([^"]+)" defer/.exec(picture.text) ?? []
    const script = await person.open(new URL(source, picture.url).href)
    expect([script.text, script.headers.get('content-type')]).toEqual(['hello()', 'text/javascript; charset=utf-8'])
  })
})
