import { statSync } from 'node:fs'
import { replaceWhole } from '../files/put-in-place.js'
import type { Plan, SavedPlan } from '../model/plan.js'
import { exactJson } from '../text/text.js'
import { isSaved, readPlanFile } from '../validate/plan-file.js'
import { badUsage, Failure } from './failure.js'

/** Writes the file whole or not at all, so readers find the old file or the new one. `name`: how messages call it. */
export function savePlan(path: string, plan: Plan, name = path): void {
  checkPlace(path, name)
  try {
    replaceWhole(path, exactJson(plan))
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') throw badUsage(`the plan cannot be saved: its folder is not there: ${name}`)
    throw new Failure('plan_not_saved', `the plan cannot be saved to ${name}: ${message}`, { cause: error })
  }
}

function checkPlace(path: string, name: string): void {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined || found.isFile()) return
  throw badUsage(`the plan cannot be saved: ${name} is ${found.isDirectory() ? 'a folder' : 'not a plain file'}`)
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
