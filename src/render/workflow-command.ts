import { printable } from '../text/text.js'

/**
 * A workflow command of GitHub Actions that becomes an annotation. Leaves out properties without a value, and makes
 * each line of the text safe to show.
 */
export function workflowCommand(
  name: 'error' | 'warning' | 'notice',
  properties: Readonly<Record<string, string | number | undefined>>,
  text: string,
): string {
  const list = Object.entries(properties)
    .filter(([, value]) => value !== undefined)
    .map(([property, value]) => `${property}=${escapeProperty(printable(String(value)))}`)
  const shown = text.split('\n').map(printable).join('\n')
  return `::${name}${list.length === 0 ? '' : ` ${list.join(',')}`}::${escapeData(shown)}\n`
}

/** A project file as GitHub names it; `folder` is the path from the repository's root to the project. */
export function fromRepository(folder: string, file: string): string {
  return folder === '' ? file : `${folder.replace(/\/$/, '')}/${file}`
}

// The rules of @actions/core: the percent sign first, or the escapes themselves would be escaped.
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
