import { createHmac } from 'node:crypto'

/** The value of the `Stripe-Signature` header. The key of the digest is the whole secret, with its prefix. */
export function webhookSignature(secret: string, body: string, now: number): string {
  return `t=${now},v1=${createHmac('sha256', secret).update(`${now}.${body}`).digest('hex')}`
}
