import { randomBytes } from 'node:crypto'
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { namedFile } from '../cli/options/named-file.js'
import type { Cli } from '../cli/program/command.js'
import type { Plan, SavedPlan } from '../model/plan.js'
import { exactJson } from '../text/text.js'
import { isSaved, readPlanFile } from '../validate/plan-file.js'
import { badUsage, Failure } from './failure.js'

/** No plan is larger: the service takes less at once. */
const MOST = 64 * 1024 * 1024

/** Writes the file whole or not at all: whoever reads it meanwhile finds the old one or the new one. */
export function savePlan(cli: Cli, file: string, plan: Plan): void {
  const path = targetOf(namedFile(cli, file), file)
  const temporary = `${path}.${process.pid}.${randomBytes(6).toString('hex')}`
  try {
    writeFileSync(temporary, exactJson(plan), { flag: 'wx' })
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') throw badUsage(`the plan cannot be saved: ${file} is in no folder that there is`)
    throw new Failure('plan_not_saved', `the plan cannot be saved to ${file}: ${message}`, { cause: error })
  }
}

function targetOf(path: string, file: string): string {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined || found.isFile()) return path
  throw badUsage(`the plan cannot be saved: ${file} is ${found.isDirectory() ? 'a folder' : 'no plain file'}`)
}

/** A plan that `plan --out` saved and nobody altered since. */
export function readSavedPlan(cli: Cli, file: string): SavedPlan {
  return readPlanText(planText(cli, file), file)
}

/** The plan in a text of `planText`. */
export function readPlanText(text: string, file: string): SavedPlan {
  const read = readPlanFile(text)
  if ('faults' in read) {
    const shown = read.faults.slice(0, 5).map((fault) => `\n  ${fault}`)
    const rest = read.faults.length > 5 ? `\n  and ${read.faults.length - 5} more` : ''
    throw new Failure('plan_file_invalid', `${file} is no plan that may be applied:${shown.join('')}${rest}`, {
      hint: 'flows plan --out makes a new one; nothing was written',
    })
  }
  if (isSaved(read.plan)) return read.plan
  throw new Failure('plan_not_saved_with_out', `${file} is a plan as it is printed, not as it is saved`, {
    hint: 'flows plan --out saves one that can be applied',
  })
}

/** What stands in the file of a saved plan, which may be anything. */
export function planText(cli: Cli, file: string): string {
  const path = namedFile(cli, file)
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) throw badUsage(`there is no file ${file}`, 'flows plan --out makes one')
  if (!found.isFile()) throw badUsage(`${file} is ${found.isDirectory() ? 'a folder' : 'no plain file'}`)
  if (found.size > MOST) throw badUsage(`${file} is too large for a plan`)
  return readFileSync(path, 'utf8')
}
