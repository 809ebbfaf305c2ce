import { appendFileSync, statSync } from 'node:fs'
import type { Plan } from '../../model/plan.js'
import { planMarkdown } from '../../render/plan/markdown.js'
import type { Terminal } from '../program/terminal.js'

/** Results of a step in the format of GitHub Actions, which a shell can read too: "name=value" lines. */
export function outputLines(values: Readonly<Record<string, string | number | boolean | null>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value ?? ''}\n`)
    .join('')
}

/** Appends results to the file that later steps of a job read: FLOWS_OUTPUT, else the file of GitHub Actions. */
export function setOutputs({ env }: Terminal, lines: string): void {
  const file = env.FLOWS_OUTPUT || env.GITHUB_OUTPUT
  if (file) appendFileSync(file, lines)
}

/** GitHub does not show the summary of a step if it is larger. */
const MOST_OF_SUMMARY = 1024 * 1024
/** With less room, it is not worth starting a plan. */
const LEAST_ROOM = 32 * 1024

/** Appends the plan to the job's summary; false if there is no summary, or no room in it. */
export function addToSummary({ env }: Terminal, plan: Plan): boolean {
  const file = env.GITHUB_STEP_SUMMARY
  if (!file) return false
  const used = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  const room = MOST_OF_SUMMARY - used - 1024
  if (room < LEAST_ROOM) return false
  appendFileSync(file, `${planMarkdown(plan, room)}\n`)
  return true
}
