import type { SessionCounts } from '../../../store/counts/session-counts.js'

/** Of those who began, the share that submitted; null if nobody began. */
export function completionRate({ started, submitted }: SessionCounts): number | null {
  return started === 0 ? null : submitted / started
}

/** Of those who submitted, the share that was verified; null if nobody submitted. */
export function verificationRate({ submitted, successful }: SessionCounts): number | null {
  return submitted === 0 ? null : successful / submitted
}

export function percent(share: number | null): string {
  return share === null ? '-' : `${(share * 100).toFixed(1)} %`
}
