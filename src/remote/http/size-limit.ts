import type { DeploymentRequest } from '../../model/deployment.js'
import { RemoteError } from '../remote.js'

/** The largest request that the API accepts, in bytes. */
const MOST = 32 * 1024 * 1024

/** The error of a request of this many bytes, if the API would not take it. */
export function tooLarge(origin: string, bytes: number): RemoteError | undefined {
  if (bytes <= MOST) return undefined
  const figures = `the request has ${(bytes / 1024 / 1024).toFixed(1)} MiB, and ${origin} takes 32 MiB at most`
  const message = `${figures}. Change fewer flows at once: apply them in several steps, or split the project`
  return new RemoteError('invalid', message, { code: 'request_too_large' })
}

/** How many bytes a request has. Its text, which may be as large, is not made for that. */
export function sizeOf({ changes, ...rest }: DeploymentRequest): number {
  const around = bytesOf({ ...rest, changes: [] })
  return changes.reduce((sum, change, index) => sum + bytesOf(change) + (index === 0 ? 0 : 1), around)
}

function bytesOf(value: object): number {
  return Buffer.byteLength(JSON.stringify(value))
}
