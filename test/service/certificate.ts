import { generateKeyPairSync, sign } from 'node:crypto'

/** A certificate of its own making for a name, with its key, both as PEM. */
export function aCertificate(name: string): { readonly key: string; readonly cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = sequence(oid('1.2.840.10045.4.3.2'))
  const subject = sequence(der(0x31, sequence(oid('2.5.4.3'), der(0x0c, Buffer.from(name)))))
  const content = sequence(
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.of(1)),
    algorithm,
    subject,
    sequence(time('200101000000Z'), time('491231235959Z')),
    subject,
    publicKey.export({ format: 'der', type: 'spki' }),
    der(
      0xa3,
      sequence(
        extension('2.5.29.17', sequence(der(0x82, Buffer.from(name)))),
        extension('2.5.29.19', sequence(der(0x01, Buffer.of(0xff)))),
      ),
    ),
  )
  const certificate = sequence(content, algorithm, bits(sign('sha256', content, privateKey)))
  const text = certificate.toString('base64').replaceAll(/.{64}/g, '$&\n')
  return {
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`,
  }
}

/** One value of DER: its tag, its length, its contents. */
function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents)
  const length = content.length < 128 ? [content.length] : [0x82, content.length >> 8, content.length & 0xff]
  return Buffer.concat([Buffer.of(tag, ...length), content])
}

const sequence = (...contents: readonly Uint8Array[]) => der(0x30, ...contents)
const bits = (content: Uint8Array) => der(0x03, Buffer.of(0), content)
const time = (text: string) => der(0x17, Buffer.from(text))
const extension = (id: string, content: Uint8Array) => sequence(oid(id), der(0x04, content))

function oid(id: string): Buffer {
  const [first = 0, second = 0, ...rest] = id.split('.').map(Number)
  const bytes = rest.flatMap((number) => {
    const groups = [number & 0x7f]
    for (let left = number >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80)
    return groups
  })
  return der(0x06, Buffer.of(first * 40 + second, ...bytes))
}
