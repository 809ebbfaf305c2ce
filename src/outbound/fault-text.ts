import { maxHeaderSize } from 'node:http'
import { TooManyInterimAnswers } from './bound-interim-answers.js'
import { AnswerTooLarge } from './bounded-text.js'
import { ProxyFailure, ProxyFault } from './proxy.js'
import { sizeInWords } from './size-in-words.js'

/** Certificates from a signer that this machine does not know: self-signed, or by a private authority. */
const UNKNOWN_AUTHORITY = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

const NOT_IN_TIME = new Set(['ETIMEDOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT'])
const HEADERS_TOO_LONG = 'UND_ERR_HEADERS_OVERFLOW'
const BROKEN_OFF = new Set(['UND_ERR_SOCKET', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'])

/** Whether the same request would fail again for the same reason. */
export function isFinal(fault: unknown): boolean {
  if (fault instanceof AnswerTooLarge || fault instanceof TooManyInterimAnswers || fault instanceof ProxyFault)
    return true
  return fault instanceof Error && codeOf(beneath(fault)) === HEADERS_TOO_LONG
}

/** Why a request got no answer, in words or as the system's code, such as ECONNREFUSED. */
export function faultText(fault: unknown): string {
  if (!(fault instanceof Error)) return 'no answer'
  if (fault instanceof ProxyFailure) {
    return fault.refusal === undefined
      ? `${fault.message} cannot be reached: ${faultText(fault.cause)}`
      : `${fault.message} does not let it through: it answered ${fault.refusal}`
  }
  if (fault.name === 'TimeoutError') return 'no answer in time'
  const error = beneath(fault)
  if (error.name === 'HTTPParserError') return 'its answer is not HTTP: is the address right?'
  const code = codeOf(error)
  return code === undefined ? error.message : wordsFor(code)
}

function wordsFor(code: string): string {
  if (NOT_IN_TIME.has(code)) return 'no answer in time'
  if (UNKNOWN_AUTHORITY.has(code)) {
    return `its certificate is signed by nobody whom this machine knows (${code}): NODE_EXTRA_CA_CERTS names a file with the certificates of your own authority`
  }
  if (code === HEADERS_TOO_LONG) {
    return `it answers with headers longer than ${sizeInWords(maxHeaderSize)}, as no real API does: is the address right?`
  }
  if (BROKEN_OFF.has(code)) return 'it broke off the connection before its answer was whole'
  return code
}

/** The cause of a failed fetch: fetch's own message only says that it failed. */
function beneath(fault: Error): Error {
  return fault instanceof TypeError && fault.cause instanceof Error ? fault.cause : fault
}

function codeOf(error: Error): string | undefined {
  const { code } = error as NodeJS.ErrnoException
  return typeof code === 'string' ? code : undefined
}
