/** Unix seconds, which may have a fraction. */
export interface Clock {
  readonly now: number
}

export const REAL_CLOCK: Clock = {
  get now() {
    return Date.now() / 1000
  },
}

/** As Stripe writes times. */
export function seconds({ now }: Clock): number {
  return Math.floor(now)
}
