import { ApiError } from '../api-error.js'

/**
 * Checks `expand[]`: dotted paths, in lists below "data". What may be expanded is `expandable`; nothing of it has
 * contents yet, so an expanded member is null where Stripe leaves it out.
 */
export function checkExpand(paths: readonly string[] | null | undefined, expandable: readonly string[], list: boolean) {
  const members = new Set<string>()
  for (const [index, path] of (paths ?? []).entries()) {
    const segments = path.split('.')
    const isInside = !list || segments.shift() === 'data'
    const [member = ''] = segments
    if (!isInside || !expandable.includes(member)) {
      const message = `This property cannot be expanded (${path.slice(0, 100)}).`
      throw new ApiError(400, { code: 'parameter_invalid', param: `expand[${index}]`, message })
    }
    members.add(member)
  }
  return members
}
