import type { DayRange, SessionCounts } from '../../../store/counts/session-counts.js'
import { CountsTable } from './counts-table.js'
import { dayText } from './day.js'

interface DayOf {
  /** Days since 1970. */
  readonly value: number
  readonly counts: SessionCounts
}

/** Something that happened on a day, with a line in the chart. */
interface Mark {
  readonly day: number
  readonly text: string
}

interface Props {
  readonly range: DayRange
  /** Days without any are left out. */
  readonly days: readonly DayOf[]
  readonly marks?: readonly Mark[]
}

/** Units of the picture. It is stretched to the room that there is, so they are no pixels. */
const BAR = 10
const GAP = 2
const HEIGHT = 100

/** Verifications day by day: a bar for each day, and the same as a table for whoever cannot see or wants the figures. */
export function DayChart({ range, days, marks = [] }: Props) {
  const most = Math.max(0, ...days.map(({ counts }) => counts.sessions))
  if (most === 0) return <p class="quiet">Nothing was created on these days.</p>
  const count = range.to - range.from + 1
  const shown = marks.filter(({ day }) => day >= range.from && day <= range.to)
  const left = (day: number) => (day - range.from) * BAR
  const peak = days.find(({ counts }) => counts.sessions === most)
  const label = `Verifications per day from ${dayText(range.from)} to ${dayText(range.to)}: at most ${most}, on ${dayText(
    peak?.value ?? range.from,
  )}. The table below has all figures.`
  return (
    <>
      <figure class="chart">
        <figcaption>
          <span class="swatch verified" /> verified <span class="swatch other" /> not verified, or not yet
        </figcaption>
        <div class="scale">{most}</div>
        <svg role="img" aria-label={label} viewBox={`0 0 ${count * BAR} ${HEIGHT}`} preserveAspectRatio="none">
          {days.map(({ value, counts }) => {
            const [all, verified] = [counts.sessions, counts.verified].map((one) => (one / most) * HEIGHT)
            const place = { x: left(value) + GAP / 2, width: BAR - GAP }
            return (
              <g key={value}>
                <rect class="other" {...place} y={HEIGHT - (all ?? 0)} height={(all ?? 0) - (verified ?? 0)} />
                <rect class="verified" {...place} y={HEIGHT - (verified ?? 0)} height={verified} />
              </g>
            )
          })}
          {shown.map(({ day, text }) => (
            <line key={text} x1={left(day)} x2={left(day)} y1={0} y2={HEIGHT} />
          ))}
        </svg>
        <div class="ends">
          <span>{dayText(range.from)}</span>
          <span>{dayText(range.to)}</span>
        </div>
      </figure>
      {shown.length > 0 && (
        <p class="quiet">Lines: {shown.map(({ day, text }) => `${text} (${dayText(day)})`).join(', ')}.</p>
      )}
      <details>
        <summary>All figures, day by day</summary>
        <CountsTable of="Day" rows={days.map(({ value, counts }) => ({ id: value, name: dayText(value), counts }))} />
      </details>
    </>
  )
}
