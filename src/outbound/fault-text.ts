import { AnswerTooLarge } from './bounded-text.js'
import { ProxyFault } from './proxy.js'

/** Certificates that were signed by nobody whom this machine knows: by themselves, or by an authority of one's own. */
const UNKNOWN_AUTHORITY = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

/** Why a request got no answer, in words or by the system's word for it, such as ECONNREFUSED. */
export function faultText(fault: unknown): string {
  if (!(fault instanceof Error)) return 'no answer'
  if (fault instanceof AnswerTooLarge || fault instanceof ProxyFault) return fault.message
  if (fault.name === 'TimeoutError' || codeOf(fault) === 'ETIMEDOUT') return 'no answer in time'
  const { cause } = fault
  if (!(cause instanceof Error)) return fault.message
  const code = codeOf(cause)
  if (code !== undefined && UNKNOWN_AUTHORITY.has(code)) {
    return `its certificate is signed by nobody whom this machine knows (${code}): NODE_EXTRA_CA_CERTS names a file with the certificates of your own authority`
  }
  // The proxy's own refusal has no word of the system.
  if (/^Proxy response/.test(cause.message)) return `the proxy does not let it through (${cause.message})`
  return code ?? cause.message
}

function codeOf(error: Error): string | undefined {
  const { code } = error as NodeJS.ErrnoException
  return typeof code === 'string' ? code : undefined
}
