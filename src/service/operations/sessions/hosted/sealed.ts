import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import type { SessionRecord } from '../../../../store/sessions.js'
import type { Answers } from '../../../../verifier/hosted-page.js'
import type { Call } from '../../calls/call.js'

/*
 * What the browser of a person keeps between two pages: the answers so far, or that this browser has submitted them. It
 * is encrypted and authenticated, so nobody can read or make it. It is not stored here, because whoever holds the
 * session's address may open it, and must not see what another person has typed.
 *
 * It is good for one session and one attempt. To bring an old one again only goes back to the person's own answers. How
 * often a code was typed wrongly goes back too, so that limit binds an honest browser alone. That is enough for a
 * simulator, whose code is on the page. A verifier of real people has to count on the server.
 */

type Signing = Pick<Call<unknown>, 'signingSecret'>
type Kind = 'answers' | 'receipt'

const CIPHER = 'aes-256-gcm'
const IV = 12
const TAG = 16

/** More than any answers take, in characters; what browsers keep in a cookie. */
const LONGEST = 4096

/** The answers so far, as the browser keeps them. */
export async function sealAnswers(call: Signing, session: SessionRecord, answers: Answers): Promise<string> {
  return seal(call, 'answers', session, JSON.stringify(answers))
}

/** The answers that a browser brings; none if it has none of this attempt. */
export async function openAnswers(call: Signing, session: SessionRecord, sealed: string): Promise<Answers> {
  const text = await open(call, 'answers', session, sealed)
  return text === undefined ? {} : (JSON.parse(text) as Answers)
}

/** Says that this browser has submitted the newest attempt. */
export async function sealReceipt(call: Signing, session: SessionRecord): Promise<string> {
  return seal(call, 'receipt', session, '')
}

/**
 * Whether the browser brings the receipt of the newest attempt that was submitted. The answers of that attempt are as
 * good: a browser that sends a form twice, or is stopped while it waits, may never get the receipt.
 */
export async function hasSubmitted(call: Signing, session: SessionRecord, sealed: string): Promise<boolean> {
  if ((await open(call, 'receipt', session, sealed)) !== undefined) return true
  return (await open(call, 'answers', { ...session, attempt: session.attempt - 1 }, sealed)) !== undefined
}

async function seal(call: Signing, kind: Kind, session: SessionRecord, text: string): Promise<string> {
  const iv = randomBytes(IV)
  const cipher = createCipheriv(CIPHER, await keyOf(call), iv).setAAD(placeOf(kind, session))
  const content = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), content]).toString('base64url')
}

async function open(call: Signing, kind: Kind, session: SessionRecord, sealed: string): Promise<string | undefined> {
  if (sealed.length > LONGEST || !/^[\w-]+$/.test(sealed)) return undefined
  const bytes = Buffer.from(sealed, 'base64url')
  if (bytes.length < IV + TAG) return undefined
  const decipher = createDecipheriv(CIPHER, await keyOf(call), bytes.subarray(0, IV), { authTagLength: TAG })
  decipher.setAAD(placeOf(kind, session)).setAuthTag(bytes.subarray(IV, IV + TAG))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(IV + TAG)), decipher.final()]).toString('utf8')
  } catch {
    return undefined
  }
}

async function keyOf({ signingSecret }: Signing): Promise<Buffer> {
  return createHmac('sha256', await signingSecret())
    .update('verification page')
    .digest()
}

function placeOf(kind: Kind, { id, attempt }: SessionRecord): Buffer {
  return Buffer.from([kind, id, attempt].join(':'))
}
