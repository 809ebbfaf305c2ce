import type { ExitCode } from '../../model/exit-code.js'
import { printableJson } from '../text.js'
import type { DriftReport } from './report.js'

export function driftJson(report: DriftReport, exitCode: ExitCode): string {
  return printableJson({ format: 'flows.drift', format_version: '1.0', ...report, exit_code: exitCode })
}
