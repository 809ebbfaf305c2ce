import { toDotted } from '../../model/json-pointer.js'
import { type Change, type Field, type GuardResult, isEmpty, type Plan } from '../../model/plan.js'
import { allowancesFor, refusalOf } from '../../plan/refusal.js'
import { formatTime, formatValue, padEnd, plural, printable } from '../../text/text.js'
import type { Palette } from '../palette.js'
import { boundText } from './bound.js'
import { driftNote, fieldsToShow, placeNotes, reasonOf } from './fields.js'
import { policyLines } from './policies.js'
import { leftOutText, sourceText } from './source.js'
import { ACTIONS, acceptedText, effects, modeName, nothing, summaryLine } from './summary.js'

/** How many sections of a plan are one piece of its text. */
const PIECE = 20

/** A plan for a reviewer at a terminal. Ends with a line feed. */
export function planText(plan: Plan, palette: Palette): string {
  return [...planTextPieces(plan, palette)].join('')
}

/** The same piece by piece, each of whole lines: that of twenty thousand changes takes much memory. */
export function* planTextPieces(plan: Plan, palette: Palette): Generator<string> {
  let some: string[] = []
  let gap = ''
  for (const section of sections(plan, palette)) {
    if (section === '') continue
    some.push(`${gap}${section}\n`)
    gap = '\n'
    if (some.length < PIECE) continue
    yield some.join('')
    some = []
  }
  yield some.join('')
}

function* sections(plan: Plan, palette: Palette): Generator<string> {
  const title = `Plan for ${plan.project} in ${plan.environment} (${modeName(plan.livemode)})`
  yield [palette.bold(title), ...sourceLine(plan, palette)].join('\n')
  for (const change of plan.changes) yield changeText(change, palette)
  yield unmanagedText(plan, palette)
  yield conflictsText(plan, palette)
  yield boundText(plan.bound ?? [], palette)
  yield guardsText(plan, palette)
  yield policiesText(plan, palette)
  yield leftOutText(plan) ?? ''
  yield acceptedText(plan) ?? ''
  yield isEmpty(plan) && plan.conflicts.length === 0
    ? nothingToDo(plan)
    : palette.bold(`Plan: ${summaryLine(plan, 'todo')}.`) + verdict(plan, palette)
}

function sourceLine(plan: Plan, palette: Palette): string[] {
  const text = sourceText(plan)
  return text === null ? [] : [plan.source?.dirty ? palette.yellow(text) : palette.dim(text)]
}

function nothingToDo(plan: Plan): string {
  const { summary, left_out: left } = plan
  if (left) return `${nothing(plan)}.`
  const match = summary.noop === 1 ? '1 flow matches its definition' : `${summary.noop} flows match their definitions`
  return `${nothing(plan)}: ${match}.`
}

/** Says at the end, where readers look, if apply would refuse. */
function verdict(plan: Plan, palette: Palette): string {
  return refusalOf(plan) ? palette.red(' Apply will refuse it.') : ''
}

export function changeText(change: Change, palette: Palette): string {
  const { shown, defaults } = fieldsToShow(change)
  const width = Math.max(0, ...shown.map(({ path }) => toDotted(path).length))
  return [
    headline(change, palette),
    ...shown.map((field) => fieldLine(change, field, Math.min(width, 42), palette)),
    ...(defaults > 0 ? [palette.dim(`    and ${plural(defaults, 'field')} at the default`)] : []),
    ...wholeFlowReasons(change).map((message) => `    ${palette.yellow('!')} ${message}`),
    ...driftLine(change, palette),
  ].join('\n')
}

function headline(change: Change, palette: Palette): string {
  const { sign } = ACTIONS[change.action]
  const colour = { create: palette.green, archive: palette.red }[change.action as string] ?? palette.yellow
  const from = change.previous_key === null ? '' : `${change.previous_key} → `
  const notes = effects(change)
  const place = change.source ? `${change.source.file}:${change.source.line}` : 'its definition is gone'
  return [
    `${colour(`${sign} ${change.action}`)} ${palette.bold(printable(from + change.key))}`,
    ...(notes.length > 0 ? [effectColour(change, palette)(`(${notes.join(', ')})`)] : []),
    palette.dim(printable(place)),
  ].join('  ')
}

function effectColour({ assurance }: Change, palette: Palette): (text: string) => string {
  if (assurance.breaks_callers || assurance.effect === 'weakens' || assurance.effect === 'mixed') return palette.red
  return assurance.exposes_link ? palette.yellow : assurance.effect === 'strengthens' ? palette.green : palette.dim
}

function fieldLine(change: Change, field: Field, width: number, palette: Palette): string {
  const reason = reasonOf(change, field)
  const notes = [...placeNotes(field), ...(reason === null ? [] : [reason]), ...driftNote(field)]
  const name = padEnd(printable(toDotted(field.path)), width)
  return `    ${name}  ${values(change, field, palette)}${notes.length > 0 ? palette.dim(`  # ${notes.join(', ')}`) : ''}`
}

function values(change: Change, field: Field, palette: Palette): string {
  if (change.before === null) return palette.green(formatValue(field.after))
  return `${palette.red(formatValue(field.before))} → ${palette.green(formatValue(field.after))}`
}

function wholeFlowReasons({ assurance }: Change): string[] {
  return assurance.reasons.filter(({ path }) => path === null).map(({ message }) => printable(message))
}

function driftLine({ drift }: Change, palette: Palette): string[] {
  if (drift === null) return []
  const who = drift.by === null ? 'someone' : printable(drift.by)
  const text = `drift: edited outside git, last by ${who}, ${formatTime(drift.at)}  (version ${drift.version})`
  return [`    ${palette.cyan(text)}`]
}

function unmanagedText({ unmanaged }: Plan, palette: Palette): string {
  if (unmanaged.length === 0) return ''
  const shown = unmanaged
    .slice(0, 10)
    .map(({ key, name }) => `    ${printable(key)}  ${palette.dim(formatValue(name))}`)
  const rest = unmanaged.length - shown.length
  const head = `${plural(unmanaged.length, 'flow')} that no project manages, left alone:`
  return [head, ...shown, ...(rest > 0 ? [palette.dim(`    and ${rest} more`)] : [])].join('\n')
}

function conflictsText({ conflicts }: Plan, palette: Palette): string {
  return conflicts
    .map(({ code, file, line, message, hint }) => {
      const place = line ? `${file}:${line}` : file
      return `${palette.red('error')} ${printable(place)} ${code} ${printable(message)}\n    hint: ${printable(hint)}`
    })
    .join('\n')
}

function guardsText({ guards }: Plan, palette: Palette): string {
  if (guards.length === 0) return ''
  const lines = guards.map(({ guard, keys, status, message }) => {
    const colour = statusColour(status, palette)
    const how = status === 'blocked' ? allowHint(allowancesFor({ guard, keys })) : ''
    return `    ${colour(status.padEnd(7))}  ${palette.bold(guard)}: ${printable(message)}${how}`
  })
  return ['Guards:', ...lines].join('\n')
}

/** One flow is the example for many. */
/** "" if no allowance lifts the guard. */
function allowHint([first, ...others]: readonly string[]): string {
  if (first === undefined) return ''
  const more = others.length > 0 ? `, and ${others.length} more by name` : ''
  return `\n             lift it for one run: --allow ${first}${more}`
}

function statusColour(status: GuardResult['status'], palette: Palette): (text: string) => string {
  return { blocked: palette.red, warned: palette.yellow, lifted: palette.cyan }[status]
}

/** What policies say; "" if they say nothing. */
export function policiesText(plan: Plan, palette: Palette): string {
  const groups = policyLines(plan)
  if (groups.length === 0) return ''
  const lines = groups.flatMap(({ policy, status, message, flows, rest, allow }) => [
    `    ${statusColour(status, palette)(status.padEnd(7))}  ${palette.bold(policy)}: ${printable(message)}`,
    ...flows.map(({ key, place, isUnchanged }) => {
      return `             ${printable(key)}${isUnchanged ? ' (unchanged)' : ''}  ${palette.dim(printable(place ?? 'its definition is gone'))}`
    }),
    ...(rest === null ? [] : [palette.dim(`             ${rest}`)]),
    ...(allow === null ? [] : [`             lift it for one run: ${allow}`]),
  ])
  return ['Policies:', ...lines].join('\n')
}
