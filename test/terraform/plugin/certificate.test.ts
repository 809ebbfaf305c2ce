import { createPrivateKey, X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { makeCertificate } from '../../../src/terraform/plugin/certificate.js'

test('a certificate for localhost, signed by itself, as another implementation reads it', () => {
  const now = new Date('2026-02-03T04:05:06Z')
  const { key, certificate, der } = makeCertificate(now)
  const read = new X509Certificate(certificate)
  expect(read.raw).toEqual(der)
  expect(read.subject).toBe('CN=localhost')
  expect(read.issuer).toBe('CN=localhost')
  expect(read.checkHost('localhost', { subject: 'never' })).toBe('localhost')
  expect(read.ca).toBe(true)
  expect(read.verify(read.publicKey)).toBe(true)
  expect(read.checkPrivateKey(createPrivateKey(key))).toBe(true)
  expect(read.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'])
  expect(read.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' })
})

test('it holds from a little before now, since clocks differ, for a year', () => {
  const { certificate } = makeCertificate(new Date('2026-02-03T04:05:06.700Z'))
  const { validFrom, validTo } = new X509Certificate(certificate)
  expect(new Date(validFrom).toISOString()).toBe('2026-02-03T03:05:06.000Z')
  expect(new Date(validTo).toISOString()).toBe('2027-02-03T04:05:06.000Z')
})

test('each has a key and a number of its own, above zero', () => {
  const [one, other] = [makeCertificate(new Date()), makeCertificate(new Date())]
  expect(one.key).not.toBe(other.key)
  const serials = [one, other].map(({ certificate }) => new X509Certificate(certificate).serialNumber)
  expect(serials[0]).not.toBe(serials[1])
  expect(serials[0]).toMatch(/^01[0-9A-F]{30}$/)
})
