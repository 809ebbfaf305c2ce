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

/** Whether the same request would fail again for the same reason. */
export function isFinal(fault: unknown): boolean {
  return fault instanceof AnswerTooLarge || fault instanceof ProxyFault
}

/** Why a request got no answer, in words or by the system's word for it, such as ECONNREFUSED. */
export function faultText(fault: unknown): string {
  if (!(fault instanceof Error)) return 'no answer'
  if (isFinal(fault)) return fault.message
  if (fault.name === 'TimeoutError' || codeOf(fault) === 'ETIMEDOUT') return 'no answer in time'
  const { cause } = fault
  if (!(cause instanceof Error)) return fault.message
  const code = codeOf(cause)
  if (code !== undefined && UNKNOWN_AUTHORITY.has(code)) {
    return `its certificate is signed by nobody whom this machine knows (${code}): NODE_EXTRA_CA_CERTS names a file with the certificates of your own authority`
  }
  const refusal = refusalOfProxy(cause)
  if (refusal !== undefined) return `the proxy does not let it through: it answered ${refusal}`
  return code ?? cause.message
}

/** The status of its answer, which has no word of the system; it stands in the message of some cause. */
function refusalOfProxy(error: Error): string | undefined {
  const status = /^Proxy response \((\d+)\)/.exec(error.message)?.[1]
  if (status !== undefined) return status
  return error.cause instanceof Error ? refusalOfProxy(error.cause) : undefined
}

function codeOf(error: Error): string | undefined {
  const { code } = error as NodeJS.ErrnoException
  return typeof code === 'string' ? code : undefined
}
