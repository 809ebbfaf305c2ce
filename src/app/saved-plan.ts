import type { Plan, SavedPlan } from '../model/plan.js'
import { exactJson } from '../text/text.js'
import { isSaved, readPlanFile } from '../validate/plan-file.js'
import { Failure } from './failure.js'
import { saveFile } from './project/save-file.js'

/** Writes the file whole or not at all, so readers find the old file or the new one. `name`: how messages call it. */
export function savePlan(path: string, plan: Plan, name = path): void {
  saveFile(path, exactJson(plan), { what: 'plan', name })
}

/** The plan in a file that `savePlan` wrote and that was not altered since. Throws Failure for any other text. */
export function readSavedPlan(text: string, name: string): SavedPlan {
  const read = readPlanFile(text)
  if ('faults' in read) {
    const shown = read.faults.slice(0, 5).map((fault) => `\n  ${fault}`)
    const rest = read.faults.length > 5 ? `\n  and ${read.faults.length - 5} more` : ''
    throw new Failure('plan_file_invalid', `${name} is not a plan that may be applied:${shown.join('')}${rest}`)
  }
  if (isSaved(read.plan)) return read.plan
  throw new Failure('plan_not_saved_with_out', `${name} is a plan as it is printed, not as it is saved`)
}
