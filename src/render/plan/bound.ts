import { toDotted } from '../../model/json-pointer.js'
import type { Plan } from '../../model/plan.js'
import { type BoundFlow, outstanding } from '../../plan/bound.js'
import { formatTime, formatValue, padEnd, printable } from '../../text/text.js'
import { code } from '../markup.js'
import type { Palette } from '../palette.js'
import { placeNotes } from './fields.js'
import { modeName } from './summary.js'

interface Bound {
  readonly bound?: readonly BoundFlow[]
}

const WORDS = { in_sync: 'in sync', drifted: 'drifted', not_observed: 'not observed' } as const

/** How the flows at Stripe compare with the definitions that are bound to them; "" if there are none. */
export function boundText(flows: readonly BoundFlow[], palette: Palette): string {
  if (flows.length === 0) return ''
  const width = Math.max(...flows.map(({ key }) => printable(key).length))
  const lines = flows.flatMap((flow) => [
    `    ${colour(flow, palette)(WORDS[flow.status].padEnd(12))}  ${palette.bold(padEnd(printable(flow.key), width))}  ${printable(flow.stripe_flow)}  ${palette.dim(sightOf(flow))}`,
    ...fieldLines(flow, palette),
  ])
  return ['At Stripe:', ...lines].join('\n')
}

function colour({ status }: BoundFlow, palette: Palette): (text: string) => string {
  return { in_sync: palette.green, drifted: palette.yellow, not_observed: palette.dim }[status]
}

function sightOf({ session, seen, status }: BoundFlow): string {
  if (status === 'not_observed' || session === null || seen === null) return 'no session of it was seen yet'
  return `seen in ${printable(session)} of ${formatTime(seen)}`
}

function fieldLines({ fields }: BoundFlow, palette: Palette): string[] {
  const width = Math.max(0, ...fields.map(({ path }) => toDotted(path).length))
  return fields.map((field) => {
    const values = `${palette.red(formatValue(field.observed))} → ${palette.green(formatValue(field.defined))}`
    const notes = placeNotes(field)
    const note = notes.length === 0 ? '' : palette.dim(`  # ${notes.join(', ')}`)
    return `        ${padEnd(toDotted(field.path), width)}  ${values}${note}`
  })
}

/** The edits that a person has to make in the Dashboard of Stripe; "" if there are none. */
export function checklistText(plan: Bound & Pick<Plan, 'livemode' | 'environment'>): string {
  const left = outstanding(plan)
  if (left.length === 0) return ''
  const lines = left.flatMap(({ key, stripe_flow, fields }) => [
    `  ${printable(key)}: ${printable(stripe_flow)}`,
    ...fields.map(({ path, observed, defined }) => {
      return `    [ ] ${toDotted(path)}: ${formatValue(observed)} → ${formatValue(defined)}`
    }),
  ])
  const head = `To edit by hand, since Stripe has no API for it: Dashboard of Stripe, ${modeName(plan.livemode)}, Identity, Verification flows`
  return [head, ...lines, `Then: flows drift --probe --env ${printable(plan.environment)}`].join('\n')
}

/** The same as lines of Markdown, for a comment. */
export function boundMarkdown({ bound = [] }: Bound): string[] {
  if (bound.length === 0) return []
  const lines = bound.flatMap((flow) => [
    `- ${code(flow.key)} **${WORDS[flow.status]}**: ${code(flow.stripe_flow)}, ${sightOf(flow)}`,
    ...flow.fields.map(({ path, observed, defined }) => {
      return `  - [ ] ${code(toDotted(path))}: ${code(formatValue(observed))} → ${code(formatValue(defined))}`
    }),
  ])
  return [
    ['At Stripe:', '', ...lines.slice(0, MOST)].join('\n'),
    ...(lines.length > MOST ? [`and ${lines.length - MOST} more lines`] : []),
  ]
}

/** Room in a comment is limited. */
const MOST = 40
