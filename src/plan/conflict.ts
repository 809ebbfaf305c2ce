import type { Plan } from '../model/plan.js'
import type { Conflict } from './pair.js'

/** A conflict in words: what is in the way, and how to mend it. */
export function describeConflict({ desired, observed, withheld, code }: Conflict): Plan['conflicts'][number] {
  const { key, file } = desired
  const where = { code, key, id: observed.id, file }
  if (code === 'RENAME_TARGET_EXISTS') {
    const isArchived = withheld.some((flow) => flow.key === key && flow.status === 'archived')
    if (isArchived) {
      return {
        ...where,
        message: `"${key}" is to be renamed from "${observed.key}", but an archived flow has the key "${key}"`,
        hint: `choose a new key that is free: an archived flow keeps its key; to restore it instead, remove renamed_from`,
      }
    }
    return {
      ...where,
      message: `"${key}" is to be renamed from "${observed.key}", but both flows exist`,
      hint: `to keep "${observed.key}", choose a new key that is free; to give it up, remove renamed_from`,
    }
  }
  if (code === 'KEY_OF_OTHER_FLOW') {
    return {
      ...where,
      message: `the flow that was deployed as "${observed.applied_key}" was given the key "${observed.key}" outside git`,
      hint: `give it its key "${observed.applied_key}" back in the service, then plan again`,
    }
  }
  return {
    ...where,
    message: `the flow "${observed.key}" is managed by project "${observed.project}"`,
    hint:
      observed.key === key
        ? 'choose another key, or let that project give the flow up first'
        : 'remove renamed_from, or let that project give the flow up first',
  }
}
