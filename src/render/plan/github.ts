import { toDotted } from '../../model/json-pointer.js'
import type { Change, Field, Plan } from '../../model/plan.js'
import { clip, formatValue } from '../../text/text.js'
import { fromRepository, workflowCommand } from '../workflow-command.js'
import { boundPlaces } from './bound-github.js'
import { type Concern, concernsOf, mostWorryingFirst } from './concern.js'
import { driftNote, fieldsToShow, reasonOf } from './fields.js'
import { effects } from './summary.js'

/** GitHub shows this many annotations of each kind for a step, and silently drops the rest. */
const MOST_OF_A_KIND = 10
/** More than anybody reads in an annotation. */
const MOST_LINES = 12
const LONGEST_LINE = 300

interface Annotation {
  readonly kind: 'error' | 'warning' | 'notice'
  readonly concern: Concern
  readonly file?: string | undefined
  readonly line?: number | undefined
  readonly title: string
  readonly lines: readonly string[]
}

/**
 * Annotations on the changed lines of the definitions, most worrying first. A warning if a change weakens, exposes a
 * link, breaks callers or is blocked, or a flow at Stripe does not follow the line, else a notice. At most ten of a kind; the last one counts what is left out.
 * `folder` is the path from the repository's root to the configuration file's folder.
 */
export function planGithub(plan: Plan, folder = ''): string {
  const concernOf = concernsOf(plan)
  const all = [
    ...conflicts(plan),
    ...blocksOfAll(plan),
    ...plan.changes.flatMap((change) => annotations(change, concernOf(change))),
    ...boundPlaces(plan.bound).map((place): Annotation => ({ kind: 'warning', concern: 'other', ...place })),
  ]
  return (['error', 'warning', 'notice'] as const)
    .flatMap((kind) => bounded(mostWorryingFirst(ofKind(all, kind), ({ concern }) => concern)))
    .map((annotation) => command(annotation, folder))
    .join('')
}

function ofKind(all: readonly Annotation[], kind: Annotation['kind']): Annotation[] {
  return all.filter((one) => one.kind === kind)
}

function bounded(ofOneKind: readonly Annotation[]): readonly Annotation[] {
  const [first] = ofOneKind
  if (first === undefined || ofOneKind.length <= MOST_OF_A_KIND) return ofOneKind
  const shown = ofOneKind.slice(0, MOST_OF_A_KIND - 1)
  const { kind, concern } = first
  const left = ofOneKind.length - shown.length
  return [...shown, { kind, concern, title: 'Flows plan', lines: [`${left} more ${kind}s are in the plan itself`] }]
}

function command({ kind, file, line, title, lines }: Annotation, folder: string): string {
  const place = file === undefined ? {} : { file: fromRepository(folder, file), line }
  const shown = lines.slice(0, MOST_LINES).map((one) => clip(one, LONGEST_LINE))
  const left = lines.length - shown.length
  return workflowCommand(kind, { ...place, title }, [...shown, ...(left > 0 ? [`and ${left} more`] : [])].join('\n'))
}

function conflicts(plan: Plan): Annotation[] {
  return plan.conflicts.map(({ code, file, line, message, hint }) => {
    return { kind: 'error', concern: 'blocked', file, line: line ?? 1, title: code, lines: [message, `hint: ${hint}`] }
  })
}

/** What blocks the plan as a whole, and no flow in particular. */
function blocksOfAll({ guards }: Plan): Annotation[] {
  return guards
    .filter(({ status, keys }) => status === 'blocked' && keys.length === 0)
    .map(({ guard, message }) => ({ kind: 'error', concern: 'blocked', title: guard, lines: [message] }))
}

/** One annotation for each changed line of the definition; one for the flow if no line says it. */
function annotations(change: Change, concern: Concern): Annotation[] {
  const { source } = change
  const title = `${change.action} ${change.key}${concern === 'blocked' ? ' (blocked)' : ''}`
  const { shown } = fieldsToShow(change)
  if (change.before === null || change.action === 'archive' || shown.length === 0) {
    const lines = [[change.action, ...effects(change)].join(', '), ...reasonsWithoutField(change)]
    return [{ kind: kindOf(concern), concern, title, lines, ...(source && { file: source.file, line: source.line }) }]
  }
  const placeOf = ({ line, file }: Field) => ({ file: file ?? source?.file, line: line ?? source?.line ?? 1 })
  const places = new Map(shown.map(placeOf).map((place) => [`${place.file}:${place.line}`, place]))
  return [...places].map(([name, { file, line }]) => {
    const fields = shown.filter((field) => name === `${placeOf(field).file}:${placeOf(field).line}`)
    const own = concern === 'blocked' ? concern : concernOfFields(change, fields)
    return {
      kind: kindOf(own),
      concern: own,
      ...(file !== undefined && { file, line }),
      title,
      lines: [...fields.map((field) => fieldLine(change, field)), ...reasonsWithoutField(change)],
    }
  })
}

function kindOf(concern: Concern): 'warning' | 'notice' {
  return concern === 'other' ? 'notice' : 'warning'
}

/** A change may weaken in one line and be harmless in the next. */
function concernOfFields({ assurance }: Change, fields: readonly Field[]): Concern {
  const paths = new Set(fields.map(({ path }) => path))
  const effectsHere = assurance.reasons
    .filter(({ path }) => path !== null && paths.has(path))
    .map(({ effect }) => effect)
  if (effectsHere.includes('weakens')) return 'weakens'
  if (effectsHere.includes('exposes')) return 'exposes'
  return assurance.breaks_callers ? 'breaks_callers' : 'other'
}

function reasonsWithoutField({ assurance }: Change): string[] {
  return assurance.reasons.filter(({ path }) => path === null).map(({ message }) => message)
}

function fieldLine(change: Change, field: Field): string {
  const notes = [...[reasonOf(change, field)].filter((one) => one !== null), ...driftNote(field)]
  const values = [field.before, field.after].map((value) => clip(formatValue(value), LONGEST_LINE / 3))
  return `${toDotted(field.path)}: ${values.join(' → ')}${notes.length === 0 ? '' : ` (${notes.join(', ')})`}`
}
