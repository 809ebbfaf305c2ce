import type { ComponentChildren } from 'preact'
import { type Frame, withQuery } from '../frame.js'
import { liveIn } from './live.js'

interface Props {
  readonly frame: Frame
  /** The id of the part of the page that the list is in; left out where the page is the list. */
  readonly part?: string
  /** What narrows the list now, by name. Empty texts narrow nothing. */
  readonly filter: Readonly<Record<string, string>>
  /** What of it is not understood, or names what does not exist: nothing is listed then. */
  readonly faults?: readonly string[]
  /** What of its address the list keeps where nothing narrows it, such as its order. */
  readonly kept?: Readonly<Record<string, string>>
  /** The fields. */
  readonly children: ComponentChildren
}

/** What a list is narrowed by: its fields, and the end that each of these forms has. */
export function Filters({ frame, part, filter, faults = [], kept = {}, children }: Props) {
  const isNarrowed = faults.length > 0 || Object.values(filter).some((value) => value !== '')
  const [path = ''] = frame.here.split('?')
  const place = part === undefined ? '' : `#${part}`
  const live = liveIn(frame)
  return (
    <search aria-label="Filters">
      <form method="get" action={`${path}${place}`} class="filters">
        {children}
        <Hidden of={live} />
        <div class="ends">
          <button class="btn" type="submit">
            Filter
          </button>
          {isNarrowed && <a href={`${withQuery(path, { ...kept, ...live })}${place}`}>Clear</a>}
        </div>
      </form>
      {faults.length > 0 && (
        <div class="alert alert-danger" role="alert">
          {faults.map((fault) => (
            <div key={fault}>{fault}</div>
          ))}
        </div>
      )}
    </search>
  )
}

/** What a form sends along without showing it. */
export function Hidden({ of }: { readonly of: Readonly<Record<string, string>> }) {
  return (
    <>
      {Object.entries(of).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
    </>
  )
}

interface FieldProps {
  readonly label: string
  readonly name: string
  readonly value: string
}

interface TextProps extends FieldProps {
  readonly maxLength?: number
  readonly placeholder?: string
}

export function TextFilter({ label, name, value, maxLength = 64, ...more }: TextProps) {
  return (
    <label>
      {label}
      <input class="form-control" type="search" name={name} value={value} maxLength={maxLength} {...more} />
    </label>
  )
}

interface ChoiceProps extends FieldProps {
  /** What there is to choose, as pairs of a value and its words. */
  readonly choices: readonly (readonly [value: string, words: string])[]
}

export function ChoiceFilter({ label, name, value, choices }: ChoiceProps) {
  return (
    <label>
      {label}
      <select class="form-select" name={name}>
        {choices.map(([one, words]) => (
          <option key={one} value={one} selected={one === value}>
            {words}
          </option>
        ))}
      </select>
    </label>
  )
}

/** The first and the last day, as "2026-11-29"; empty for no bound. */
export function DayFilters({ since, until }: { readonly since: string; readonly until: string }) {
  return (
    <>
      {(
        [
          ['Since', 'since', since],
          ['Until', 'until', until],
        ] as const
      ).map(([label, name, value]) => (
        <label key={name}>
          {label}
          <input class="form-control" type="date" name={name} value={value} />
        </label>
      ))}
    </>
  )
}
