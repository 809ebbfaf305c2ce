import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'

export interface Certificate {
  /** PEM */
  readonly key: string
  /** PEM */
  readonly certificate: string
  readonly der: Buffer
}

/**
 * A self-signed certificate for `localhost`, for the life of one process. Node cannot make one, and the libraries that
 * can cost 85 to 320 ms at each start.
 */
export function makeCertificate(now: Date): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = sequence(set(sequence(objectId(COMMON_NAME), value(UTF8_STRING, Buffer.from('localhost')))))
  const toBeSigned = sequence(
    value(CONTEXT + 0, value(INTEGER, Buffer.from([2]))), // version 3
    value(INTEGER, Buffer.concat([Buffer.from([1]), randomBytes(15)])), // a serial number above zero
    sequence(objectId(ECDSA_WITH_SHA256)),
    name,
    sequence(time(now.getTime() - HOUR), time(now.getTime() + YEAR)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    value(CONTEXT + 3, sequence(...extensions())),
  )
  const signature = sign('sha256', toBeSigned, privateKey)
  const der = sequence(toBeSigned, sequence(objectId(ECDSA_WITH_SHA256)), bits(signature, 0))
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`,
    der,
  }
}

/** The extensions that Terraform checks. */
function extensions(): Buffer[] {
  const critical = value(BOOLEAN, Buffer.from([0xff]))
  const localhost = value(CONTEXT_PRIMITIVE + 2, Buffer.from('localhost'))
  return [
    sequence(objectId(SUBJECT_ALT_NAME), octets(sequence(localhost))),
    sequence(objectId(BASIC_CONSTRAINTS), critical, octets(sequence(critical))), // an authority, for its own signature
    // digitalSignature, keyAgreement, keyCertSign: bits 0, 4 and 5; the last two bits of the byte are unused.
    sequence(objectId(KEY_USAGE), critical, octets(bits(Buffer.from([0b1000_1100]), 2))),
    sequence(objectId(EXTENDED_KEY_USAGE), octets(sequence(objectId(SERVER_AUTH), objectId(CLIENT_AUTH)))),
  ]
}

/** A value in DER: tag, length, content. */
function value(tag: number, content: Uint8Array): Buffer {
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

function sequence(...parts: Uint8Array[]): Buffer {
  return value(0x30, Buffer.concat(parts))
}

function set(...parts: Uint8Array[]): Buffer {
  return value(0x31, Buffer.concat(parts))
}

function octets(content: Uint8Array): Buffer {
  return value(0x04, content)
}

function bits(content: Uint8Array, unused: number): Buffer {
  return value(0x03, Buffer.concat([Buffer.from([unused]), content]))
}

function objectId(bytes: readonly number[]): Buffer {
  return value(0x06, Buffer.from(bytes))
}

/** UTCTime, which has two digits for the year. */
function time(milliseconds: number): Buffer {
  const digits = new Date(milliseconds).toISOString().replace(/\.\d+|[-:T]/g, '')
  return value(0x17, Buffer.from(digits.slice(2)))
}

const BOOLEAN = 0x01
const INTEGER = 0x02
const UTF8_STRING = 0x0c
const CONTEXT = 0xa0
const CONTEXT_PRIMITIVE = 0x80

// Object identifiers in DER: the first two numbers share one byte, the others have 7 bits per byte.
const COMMON_NAME = [0x55, 0x04, 0x03] // 2.5.4.3
const ECDSA_WITH_SHA256 = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02] // 1.2.840.10045.4.3.2
const KEY_USAGE = [0x55, 0x1d, 0x0f] // 2.5.29.15
const SUBJECT_ALT_NAME = [0x55, 0x1d, 0x11] // 2.5.29.17
const BASIC_CONSTRAINTS = [0x55, 0x1d, 0x13] // 2.5.29.19
const EXTENDED_KEY_USAGE = [0x55, 0x1d, 0x25] // 2.5.29.37
const SERVER_AUTH = [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01] // 1.3.6.1.5.5.7.3.1
const CLIENT_AUTH = [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02] // 1.3.6.1.5.5.7.3.2

const HOUR = 3_600_000
const YEAR = 365 * 24 * HOUR
