import { toDotted } from '../../model/json-pointer.js'
import { type Change, isEmpty, type Plan } from '../../model/plan.js'
import { formatTime, formatValue, plural, printable } from '../text.js'
import { driftNote, fieldsToShow, reasonOf } from './fields.js'
import { policyLines } from './policies.js'
import { ACTIONS, effects, modeName, summaryLine } from './summary.js'

/** A plan for a pull request: a table to skim, then one foldable diff per change. GitHub's dialect. */
export function planMarkdown(plan: Plan): string {
  const title = `### Flows plan: ${code(plan.project)} in ${code(plan.environment)} (${modeName(plan.livemode)})`
  if (isEmpty(plan) && plan.conflicts.length === 0) {
    return `${[title, `Nothing to do: ${plan.summary.noop} unchanged.`, ...policies(plan)].join('\n\n')}\n`
  }
  const sections = [
    title,
    `**${summaryLine(plan, 'todo')}**`,
    ...plan.guards.map(({ guard, status, message }) => {
      return `> **${status}** by guard ${code(guard)}: ${escapeMarkup(message)}`
    }),
    ...policies(plan),
    ...plan.conflicts.map(({ file, message, hint }) => {
      return `> **error** ${code(file)}: ${escapeMarkup(message)}; ${escapeMarkup(hint)}`
    }),
    table(plan.changes),
    ...plan.changes.map(details),
    ...(plan.unmanaged.length > 0
      ? [`Not managed by any project, left alone: ${plan.unmanaged.map(({ key }) => code(key)).join(', ')}`]
      : []),
    `<sub>plan ${code(plan.digest.slice(0, 12))}</sub>`,
  ]
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`
}

/** Only the first are shown: a comment has an end. */
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
      return `> **${status}** by policy ${code(policy)}: ${escapeMarkup(message)}: ${list}`
    }),
    ...(left > 0 ? [`> and ${plural(left, 'more message')} of policies`] : []),
  ]
}

function table(changes: readonly Change[]): string {
  if (changes.length === 0) return ''
  const rows = changes.map((change) => {
    const name = change.previous_key === null ? code(change.key) : `${code(change.previous_key)} → ${code(change.key)}`
    const place = change.source ? code(`${change.source.file}:${change.source.line}`) : 'definition gone'
    return `| ${change.action} | ${name} | ${escapeMarkup(effects(change).join(', '))} | ${place} |`
  })
  return ['| Action | Flow | Effect | Definition |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

function details(change: Change): string {
  const { shown, defaults } = fieldsToShow(change)
  const lines = shown.flatMap((field) => {
    const name = printable(toDotted(field.path))
    const note = [...[reasonOf(change, field)].filter((one) => one !== null), ...driftNote(field)].join(', ')
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

/** A fence longer than any run of backticks inside, so that no value can close it. */
function fenced(lines: readonly string[]): string {
  const longest = Math.max(0, ...lines.flatMap((line) => line.match(/`+/g) ?? []).map((run) => run.length))
  const fence = '`'.repeat(Math.max(3, longest + 1))
  return `${fence}diff\n${lines.join('\n')}\n${fence}`
}

function code(text: string): string {
  return `<code>${escapeMarkup(text)}</code>`
}

/** Nothing in a name can become markup, a mention or a new table cell. */
function escapeMarkup(text: string): string {
  return printable(text).replace(/[&<>|`*_[\]@#~\\]/g, (char) => `&#${char.charCodeAt(0)};`)
}
