import type { ComponentChildren } from 'preact'

interface Props {
  /** Where the list is; left out for the page itself. */
  readonly action?: string
  /** What narrows the list now, by name. Empty texts narrow nothing. */
  readonly filter: Readonly<Record<string, string>>
  /** The fields. */
  readonly children: ComponentChildren
}

/** What a list is narrowed by: its fields, and the end that each of these forms has. */
export function Filters({ action, filter, children }: Props) {
  const isNarrowed = Object.values(filter).some((value) => value !== '')
  return (
    <search aria-label="Filters">
      <form method="get" {...(action !== undefined && { action })} class="filters">
        {children}
        <div class="ends">
          <button class="btn" type="submit">
            Filter
          </button>
          {isNarrowed && <a href={action ?? '?'}>Clear</a>}
        </div>
      </form>
    </search>
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
