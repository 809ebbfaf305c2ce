import Stripe from 'stripe'

/** The official client, pointed at the server. */
export function stripeAt(url: string, key: string, more: Partial<Stripe.StripeConfig> = {}): Stripe {
  const { hostname, port } = new URL(url)
  return new Stripe(key, { host: hostname, port, protocol: 'http', telemetry: false, ...more })
}
