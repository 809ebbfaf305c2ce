import { ApiError } from '../api-error.js'

/** What a route lets `expand[]` name, and whether its answer is a list, where the names stand below "data". */
export interface Expandable {
  readonly expandable: readonly string[]
  readonly isList: boolean
}

/** The members that dotted paths name: "last_verification_report.document.number" is of last_verification_report. */
export function expandedMembers(paths: readonly string[] | null | undefined, { expandable, isList }: Expandable) {
  return (paths ?? []).map((path, index) => {
    const segments = path.split('.')
    const isInside = !isList || segments.shift() === 'data'
    const [member = ''] = segments
    if (isInside && expandable.includes(member)) return member
    const message = `This property cannot be expanded (${path.slice(0, 100)}).`
    throw new ApiError(400, { code: 'parameter_invalid', param: `expand[${index}]`, message })
  })
}

/** Nothing that may be expanded has contents yet: an expanded member is null, where it is else left out. */
export function withExpanded(answer: unknown, members: readonly string[], { isList }: Expandable): unknown {
  if (members.length === 0) return answer
  const nothing = Object.fromEntries(members.map((member) => [member, null]))
  if (!isList) return { ...nothing, ...(answer as object) }
  const list = answer as { readonly data: readonly object[] }
  return { ...list, data: list.data.map((item) => ({ ...nothing, ...item })) }
}
