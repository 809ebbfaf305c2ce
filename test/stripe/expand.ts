import { type Key, permits } from './keys.js'
import { invalid, Refusal } from './refusal.js'
import type { Outputs, ReportShown, Shown } from './session.js'

/** What each needs to be named for, by the object that holds it. */
const OUTPUTS = ['dob', 'id_number', 'sex', 'unparsed_place_of_birth', 'unparsed_sex']
const IN_REPORT: readonly (readonly [block: 'document' | 'id_number', name: string])[] = [
  ['document', 'dob'],
  ['document', 'expiration_date'],
  ['document', 'number'],
  ['document', 'sex'],
  ['document', 'unparsed_place_of_birth'],
  ['document', 'unparsed_sex'],
  ['id_number', 'dob'],
  ['id_number', 'id_number'],
]
/** Those that a restricted key with a permission sees, and no other. Unverified against the live API: `sex` and the like. */
const GUARDED = ['dob', 'id_number', 'number', 'expiration_date']

const OF_REPORT = IN_REPORT.map(([block, name]) => `${block}.${name}`)
const OF_SESSION = [
  'verified_outputs',
  ...OUTPUTS.map((name) => `verified_outputs.${name}`),
  'last_verification_report',
  ...OF_REPORT.map((path) => `last_verification_report.${path}`),
]
/** In seconds: how far back a restricted key sees what is sensitive, unless it is restricted to addresses. */
const REACH = 48 * 60 * 60

export interface Asked {
  readonly key: Key
  readonly now: number
  /** Paths as sent: in lists with "data." in front. */
  readonly expand: readonly string[]
  readonly isList: boolean
}

/** Paths without "data."; throws for what cannot be expanded, or not with this key. */
export function pathsOf({ key, expand, isList }: Asked, kind: 'session' | 'report'): ReadonlySet<string> {
  const permitted = kind === 'session' ? OF_SESSION : OF_REPORT
  const paths = new Set<string>()
  for (const path of expand) {
    const inner = isList ? path.replace(/^data\./, '') : path
    if ((isList && inner === path) || !permitted.includes(inner)) {
      throw invalid('expand', `This property cannot be expanded (${path}).`)
    }
    if (key.session !== undefined) throw new Refusal(403, { param: 'expand', message: 'This key cannot expand.' })
    // Unverified against the live API: that this is 403.
    if (isGuarded(inner) && !permits(key, 'sensitive', 'read')) {
      throw new Refusal(403, { param: 'expand', message: `Only restricted keys with permission can expand ${path}.` })
    }
    for (const [at] of [...inner.matchAll(/\.|$/g)].map(({ index }) => [index] as const)) paths.add(inner.slice(0, at))
  }
  return paths
}

export interface Expandable {
  readonly outputs: Outputs | null
  readonly verified_at: number | null
  readonly report: ReportShown | undefined
}

export function expanded(session: Shown, found: Expandable, paths: ReadonlySet<string>, asked: Asked): Shown {
  const { outputs, verified_at, report } = found
  const isReached = reaches(asked, verified_at ?? session.created)
  return {
    ...session,
    ...(paths.has('verified_outputs') && {
      verified_outputs:
        outputs && without(outputs, OUTPUTS, (name) => paths.has(`verified_outputs.${name}`), isReached),
    }),
    ...(report !== undefined &&
      paths.has('last_verification_report') && {
        last_verification_report: reportWith(report, paths, 'last_verification_report.', asked),
      }),
  }
}

export function reportWith(report: ReportShown, paths: ReadonlySet<string>, prefix: string, asked: Asked): ReportShown {
  const isReached = reaches(asked, report.created)
  const block = (name: 'document' | 'id_number') => {
    const names = IN_REPORT.filter(([of]) => of === name).map(([, member]) => member)
    const of = report[name]
    return of && { [name]: without(of, names, (member) => paths.has(`${prefix}${name}.${member}`), isReached) }
  }
  return { ...report, ...block('document'), ...block('id_number') }
}

/** Without the members that were not asked for by name; what lies too far back is null. */
function without<T extends object>(
  whole: T,
  names: readonly string[],
  isAsked: (name: string) => boolean,
  isReached: boolean,
): T {
  const members = Object.entries(whole).filter(([name]) => !names.includes(name) || isAsked(name))
  return Object.fromEntries(
    // Unverified against the live API: that it is null, and not an error.
    members.map(([name, value]) => [name, names.includes(name) && GUARDED.includes(name) && !isReached ? null : value]),
  ) as T
}

function reaches({ key, now }: Asked, time: number): boolean {
  return key.ofAddresses || now - time <= REACH
}

function isGuarded(path: string): boolean {
  return path.includes('.') && GUARDED.includes(path.slice(path.lastIndexOf('.') + 1))
}
