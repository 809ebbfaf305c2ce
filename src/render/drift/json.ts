import type { DriftReport } from '../../plan/drift.js'
import { printableJson } from '../../text/text.js'

export function driftJson(report: DriftReport, exitCode: number): string {
  return printableJson({ format: 'flows.drift', format_version: '1.0', ...report, exit_code: exitCode })
}
