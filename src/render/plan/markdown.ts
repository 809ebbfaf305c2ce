import { toDotted } from '../../model/json-pointer.js'
import { type Change, isEmpty, type Plan } from '../../model/plan.js'
import { formatTime, formatValue, plural, printable } from '../../text/text.js'
import * as markup from '../markup.js'
import { boundMarkdown } from './bound.js'
import { concernsOf, mostWorryingFirst } from './concern.js'
import { driftNote, fieldsToShow, otherPlaces, reasonOf } from './fields.js'
import { policyLines } from './policies.js'
import { leftOutText, sourceText } from './source.js'
import { ACTIONS, acceptedText, effects, modeName, nothing, summaryLine } from './summary.js'

/**
 * Room for a plan in a comment. GitHub takes 65,536 characters, and a hidden header and a status line come first.
 * Whatever unit GitHub counts, UTF-8 bytes are at least as many.
 */
const COMMENT_ROOM = 59_000

/** Limits in bytes for names and sentences, so that the fixed parts leave room for changes. */
const LONGEST_NAME = 300
const LONGEST_KEY = 100
const LONGEST_SENTENCE = 1_200
const MOST_CONFLICTS = 5
const MOST_KEYS = 20

/**
 * A plan for a pull request: a table to skim, then one foldable diff per change. GitHub's dialect, which GitLab reads
 * too. Takes at most `room` bytes. If not every change fits, the most worrying ones are shown whole, and the rest are
 * counted.
 */
export function planMarkdown(plan: Plan, room = COMMENT_ROOM): string {
  const title = `### Flows plan: ${code(plan.project)} in ${code(plan.environment)} (${modeName(plan.livemode)})`
  if (isEmpty(plan) && plan.conflicts.length === 0) {
    const matching = `${nothing(plan)}: ${plan.summary.noop} unchanged.`
    return `${[title, matching, ...guards(plan), ...accepted(plan), ...policies(plan), ...boundMarkdown(plan), ...origin(plan)].join('\n\n')}\n`
  }
  const before = [
    title,
    `**${summaryLine(plan, 'todo')}**`,
    ...guards(plan),
    ...policies(plan),
    ...conflicts(plan),
    ...boundMarkdown(plan),
  ]
  const after = [
    ...accepted(plan),
    unmanaged(plan),
    ...origin(plan),
    `<sub>plan ${code(plan.digest.slice(0, 12))}</sub>`,
  ]
  const fixed = [...before, ...after].reduce((sum, section) => sum + sizeOf(section), 0)
  return `${[...before, ...changes(plan, room - fixed), ...after].filter((one) => one !== '').join('\n\n')}\n`
}

function guards(plan: Plan): string[] {
  return plan.guards.map(({ guard, status, message }) => {
    return `> **${status}** by guard ${code(guard)}: ${sentence(message)}`
  })
}

function accepted(plan: Plan): string[] {
  const text = acceptedText(plan)
  return text === null ? [] : [text]
}

/** Only the first ones are shown: room in a comment is limited. */
const MOST_POLICIES = 10

function policies(plan: Plan): string[] {
  const groups = policyLines(plan)
  const left = groups.length - MOST_POLICIES
  return [
    ...groups.slice(0, MOST_POLICIES).map(({ policy, status, message, flows, rest }) => {
      const named = flows.map(({ key, place, isUnchanged }) => {
        return `${code(key)}${isUnchanged ? ' (unchanged)' : ''} ${place === null ? '(definition gone)' : code(place)}`
      })
      const list = [named.join(', '), ...(rest === null ? [] : [rest])].join(' ')
      return `> **${status}** by policy ${code(policy)}: ${sentence(message)}: ${list}`
    }),
    ...(left > 0 ? [`> and ${plural(left, 'more message')} of policies`] : []),
  ]
}

/** Size of a section in bytes, with the blank line after it. */
function sizeOf(section: string): number {
  return section === '' ? 0 : Buffer.byteLength(section) + 2
}

function origin(plan: Plan): string[] {
  const source = sourceText(plan)
  const leftOut = leftOutText(plan)
  return [
    ...(leftOut === null ? [] : [sentence(leftOut)]),
    ...(source === null ? [] : [`${plan.source?.dirty ? '> **uncommitted**: ' : ''}${sentence(source)}`]),
  ]
}

const TABLE_HEAD = '| Action | Flow | Effect | Definition |\n| --- | --- | --- | --- |'
/** For the sentence that counts what is not shown. */
const ROOM_FOR_REST = 3_000

/** The table and the foldable diffs, as far as they fit. Changes in neither, or only in the table, are counted. */
function changes(plan: Plan, room: number): string[] {
  if (plan.changes.length === 0) return []
  const shown = fitting(plan, room)
  const rows = plan.changes.filter((change) => shown.rows.has(change)).map(row)
  const isWhole = (change: Change) => shown.rows.has(change) && shown.details.has(change)
  const left = plan.changes.filter((change) => !isWhole(change))
  return [
    rows.length === 0 ? '' : [TABLE_HEAD, ...rows].join('\n'),
    ...plan.changes.filter(isWhole).map(details),
    left.length === 0 ? '' : rest(left, left.filter((change) => !shown.rows.has(change)).length),
  ]
}

interface Fitting {
  readonly rows: ReadonlySet<Change>
  readonly details: ReadonlySet<Change>
}

/** Rows get half of the room at most: a table without any diff says little. */
function fitting(plan: Plan, room: number): Fitting {
  const sorted = mostWorryingFirst(plan.changes, concernsOf(plan))
  const sizes = new Map(plan.changes.map((change) => [change, sizeOf(details(change))]))
  const rowSizes = new Map(plan.changes.map((change) => [change, Buffer.byteLength(row(change)) + 1]))
  const sum = (of: ReadonlyMap<Change, number>) => [...of.values()].reduce((all, size) => all + size, 0)
  if (sizeOf(TABLE_HEAD) + sum(rowSizes) + sum(sizes) <= room) {
    return { rows: new Set(plan.changes), details: new Set(plan.changes) }
  }
  const within = room - ROOM_FOR_REST - sizeOf(TABLE_HEAD)
  const rows = taken(sorted, rowSizes, within / 2)
  const used = [...rows].reduce((all, change) => all + (rowSizes.get(change) ?? 0), 0)
  return { rows, details: taken([...rows], sizes, within - used) }
}

/** As many as fit, in this order; one that is too large does not keep a smaller one out. */
function taken(sorted: readonly Change[], sizes: ReadonlyMap<Change, number>, room: number): Set<Change> {
  let left = room
  const fit = sorted.filter((change) => {
    const size = sizes.get(change) ?? 0
    if (size > left) return false
    left -= size
    return true
  })
  return new Set(fit)
}

function rest(left: readonly Change[], notInTable: number): string {
  const table = notInTable === 0 ? '' : ` (${notInTable} of them not in the table either)`
  return `**${left.length} more ${left.length === 1 ? 'change is' : 'changes are'} not shown**${table}: ${someKeys(left)}. ${code('flows plan')} shows all of them.`
}

function conflicts(plan: Plan): string[] {
  const shown = plan.conflicts.slice(0, MOST_CONFLICTS)
  const left = plan.conflicts.length - shown.length
  return [
    ...shown.map(
      ({ file, line, message, hint }) =>
        `> **error** ${code(line ? `${file}:${line}` : file)}: ${sentence(message)}; ${sentence(hint)}`,
    ),
    ...(left > 0 ? [`> **error** ${plural(left, 'more definition')} cannot be carried out`] : []),
  ]
}

function unmanaged({ unmanaged: flows }: Plan): string {
  return flows.length === 0 ? '' : `Not managed by any project, left alone: ${someKeys(flows)}`
}

function someKeys(of: readonly { readonly key: string }[]): string {
  const named = of.slice(0, MOST_KEYS).map(({ key }) => code(key, LONGEST_KEY))
  return `${named.join(', ')}${of.length > named.length ? ` and ${of.length - named.length} more` : ''}`
}

function row(change: Change): string {
  const name = change.previous_key === null ? code(change.key) : `${code(change.previous_key)} → ${code(change.key)}`
  const place = change.source ? code(`${change.source.file}:${change.source.line}`) : 'definition gone'
  return `| ${change.action} | ${name} | ${markup.escapeMarkup(effects(change).join(', '))} | ${place} |`
}

function details(change: Change): string {
  const { shown, defaults } = fieldsToShow(change)
  const lines = shown.flatMap((field) => {
    const name = printable(toDotted(field.path))
    const note = [
      ...[reasonOf(change, field)].filter((one) => one !== null),
      ...driftNote(field),
      ...otherPlaces(field),
    ].join(', ')
    return [
      ...(change.before === null ? [] : [`- ${name}: ${formatValue(field.before)}`]),
      `+ ${name}: ${formatValue(field.after)}${note === '' ? '' : `  # ${printable(note)}`}`,
    ]
  })
  if (defaults > 0) lines.push(`# and ${defaults} at the default`)
  const drift =
    change.drift && `Edited outside git, last by ${code(change.drift.by ?? 'someone')}, ${formatTime(change.drift.at)}.`
  if (lines.length === 0 && !drift) return ''
  return [
    `<details><summary>${ACTIONS[change.action].sign} ${change.action} ${code(change.key)}</summary>`,
    ...(drift ? [drift] : []),
    ...(lines.length > 0 ? [fenced(lines)] : []),
    '</details>',
  ].join('\n\n')
}

/** A fence longer than any run of backticks inside, so no value can close it. */
function fenced(lines: readonly string[]): string {
  const longest = Math.max(0, ...lines.flatMap((line) => line.match(/`+/g) ?? []).map((run) => run.length))
  const fence = '`'.repeat(Math.max(3, longest + 1))
  return `${fence}diff\n${lines.join('\n')}\n${fence}`
}

function sentence(text: string): string {
  return markup.escapeMarkup(text, LONGEST_SENTENCE)
}

function code(text: string, most = LONGEST_NAME): string {
  return markup.code(text, most)
}
