import { type Deployment, isRecord } from '../../model/deployment.js'
import { toDotted } from '../../model/json-pointer.js'
import type { Change } from '../../model/plan.js'
import { asChange } from '../../plan/deployed.js'
import { formatDuration, formatTime, formatValue, padEnd, plural, printable } from '../../text/text.js'
import type { Palette } from '../palette.js'
import { fieldsToShow, reasonOf } from '../plan/fields.js'
import { ACTIONS, effects, modeName, recordsText } from '../plan/summary.js'
import { editLines } from './edits.js'
import { sourceText } from './source.js'

/** What a deployment did, for a person at a terminal. Ends with a line feed. */
export function deploymentText(deployment: Deployment, environment: string, palette: Palette): string {
  const {
    id,
    project,
    livemode,
    created,
    duration,
    actor,
    source,
    allowed,
    plan_digest: digest,
    changes,
    edits = [],
  } = deployment
  const rows = [
    ['when', formatTime(created)],
    ...(duration === undefined ? [] : [['took', formatDuration(duration)]]),
    ['by', actor ?? 'someone'],
    ['commit', sourceText(source)],
    ...(allowed.length > 0 ? [['lifted', allowed.join(', ')]] : []),
    ['plan', digest.slice(0, 12)],
  ]
  const head = [
    palette.bold(
      `Deployment ${printable(id)} of ${printable(project)} in ${printable(environment)} (${modeName(livemode)})`,
    ),
    ...rows.map(([label = '', value = '']) => `    ${palette.dim(padEnd(label, 6))}  ${printable(value)}`),
  ].join('\n')
  const texts = changes.map((change) =>
    isRecord(change) ? recordText(change, palette) : changeText(asChange(change), change.version, palette),
  )
  const left = edits.length === 0 ? [] : [['To edit at Stripe:', ...editLines(edits, palette)].join('\n')]
  return `${[head, ...texts, ...left, palette.bold(`${totalText(changes)}.`)].join('\n\n')}\n`
}

/** "2 changes, 1 recorded as edited", in the words of plan and apply. */
function totalText(changes: Deployment['changes']): string {
  const records = changes.filter(isRecord).length
  const others = changes.length - records
  return [
    ...(others > 0 || records === 0 ? [plural(others, 'change')] : []),
    ...(records > 0 ? [recordsText(records)] : []),
  ].join(', ')
}

function recordText({ key, version }: Deployment['changes'][number], palette: Palette): string {
  return `${palette.yellow('= record')} ${palette.bold(printable(key))}  (edited outside git)  ${palette.dim(`version ${version}`)}`
}

function changeText(change: Change, version: number, palette: Palette): string {
  const { shown, defaults } = fieldsToShow(change)
  const width = Math.min(42, Math.max(0, ...shown.map(({ path }) => toDotted(path).length)))
  return [
    headline(change, version, palette),
    ...shown.map((field) => {
      const reason = reasonOf(change, field)
      const name = padEnd(printable(toDotted(field.path)), width)
      const is = palette.green(formatValue(field.after))
      const values = change.before === null ? is : `${palette.red(formatValue(field.before))} → ${is}`
      return `    ${name}  ${values}${reason === null ? '' : palette.dim(`  # ${reason}`)}`
    }),
    ...(defaults > 0 ? [palette.dim(`    and ${plural(defaults, 'field')} at the default`)] : []),
  ].join('\n')
}

function headline(change: Change, version: number, palette: Palette): string {
  const { action, previous_key: previous, key, base_version: base } = change
  const notes = effects(change)
  const versions = base === null ? `version ${version}` : `version ${base} → ${version}`
  return [
    `${palette.yellow(`${ACTIONS[action].sign} ${action}`)} ${palette.bold(printable(previous === null ? key : `${previous} → ${key}`))}`,
    ...(notes.length > 0 ? [palette.yellow(`(${notes.join(', ')})`)] : []),
    palette.dim(versions),
  ].join('  ')
}
