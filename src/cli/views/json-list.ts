import { jsonText } from '../options/format.js'
import { ExitCode } from '../program/exit-code.js'
import { errorBody, report } from '../program/report.js'
import type { Terminal } from '../program/terminal.js'

interface List {
  /** The document's format without "flows.", and the member that has the list. */
  readonly name: string
  readonly member: string
}

/**
 * Shows a list as JSON like jsonView, but page by page and never held whole. Nothing is printed before the first page is
 * there: a failure to begin is thrown. A later one ends the document, as its member `error`, and is said on stderr too.
 * When nobody reads any more, no further page is asked for.
 */
export async function showJsonList(
  terminal: Terminal,
  { name, member }: List,
  pages: AsyncIterable<readonly unknown[]>,
): Promise<ExitCode> {
  const before = `{\n  "format": "flows.${name}",\n  "format_version": "1.0",\n  "${member}": [`
  let isBegun = false
  try {
    for await (const page of pages) {
      if (page.length === 0) continue
      terminal.result(isBegun ? ',' : before)
      isBegun = true
      terminal.result(indented(jsonText(page).slice(1, -3)))
      if (!(await terminal.keptUp())) return ExitCode.ok
    }
  } catch (error) {
    if (!isBegun) throw error
    const { exit_code: exitCode, ...body } = errorBody(error)
    terminal.result(`\n  ],\n  "error": ${indented(jsonText(body).trimEnd())},\n  "exit_code": ${exitCode}\n}\n`)
    return report(error, terminal, 'human')
  }
  terminal.result(`${isBegun ? '\n  ' : before}],\n  "exit_code": ${ExitCode.ok}\n}\n`)
  return ExitCode.ok
}

/** As deep as in the whole document. */
function indented(json: string): string {
  return json.replaceAll('\n', '\n  ')
}
