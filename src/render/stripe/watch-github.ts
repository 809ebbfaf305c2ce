import { toDotted } from '../../model/json-pointer.js'
import type { WatchedFlow, WatchReport } from '../../stripe/account-flows.js'
import { formatValue, plural } from '../../text/text.js'
import { fromRepository, workflowCommand } from '../workflow-command.js'

/** GitHub shows this many annotations of a kind for a step, and silently drops the rest. */
const MOST = 10

/**
 * Annotations about the flows of a Stripe account that git does not say: one on each line of a definition that its flow does
 * not follow, and one for each flow without a definition. `folder` is the path from the repository's root to the
 * configuration file's folder.
 */
export function watchGithub({ flows }: WatchReport, folder = ''): string {
  const all = flows.flatMap((flow) =>
    flow.status === 'drifted' ? drifted(flow, folder) : flow.status === 'not_in_git' ? [unknown(flow)] : [],
  )
  const shown = all.length > MOST ? all.slice(0, MOST - 1) : all
  const left = all.length - shown.length
  const rest = left > 0 ? [workflowCommand('warning', { title: 'Stripe' }, `${left} more: see flows watch stripe`)] : []
  return [...shown, ...rest].join('')
}

function drifted({ id, definition, fields }: WatchedFlow, folder: string): string[] {
  const title = `${definition?.key ?? id} at Stripe`
  return fields.map(({ path, before, after, file, line }) => {
    const own = definition === null ? undefined : { file: definition.file, line: 1 }
    const place = file === null || line === null ? own : { file, line }
    const at = place === undefined ? {} : { file: fromRepository(folder, place.file), line: place.line }
    const text = `${toDotted(path)}: git says ${formatValue(before)}, Stripe checks ${formatValue(after)} (${id})`
    return workflowCommand('warning', { ...at, title }, text)
  })
}

function unknown({ id, sessions }: WatchedFlow): string {
  const text = `${id}: ${plural(sessions, 'session')}, and no definition is bound to it; flows import --from-stripe makes one`
  return workflowCommand('warning', { title: 'Flow not in git' }, text)
}
