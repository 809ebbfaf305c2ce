import { DIAGNOSTIC_CODES, type Diagnostic, type DiagnosticCode, type SourcePosition } from '../../model/diagnostic.js'
import { printable, printableJson } from '../../text/text.js'

const CODES = Object.keys(DIAGNOSTIC_CODES) as DiagnosticCode[]

/**
 * SARIF 2.1.0, for code scanning. `folder` is the path from the repository's root to the configuration file's folder.
 */
export function diagnosticsSarif(diagnostics: readonly Diagnostic[], folder = ''): string {
  const log = {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'flows', rules: CODES.map(rule) } },
        columnKind: 'utf16CodeUnits',
        results: diagnostics.map((diagnostic) => result(diagnostic, folder)),
      },
    ],
  }
  return printableJson(log)
}

function rule(code: DiagnosticCode) {
  return { id: code, shortDescription: { text: DIAGNOSTIC_CODES[code] }, defaultConfiguration: { level: 'error' } }
}

function result({ severity, code, message, hint, at, related = [] }: Diagnostic, folder: string) {
  return {
    ruleId: code,
    ruleIndex: CODES.indexOf(code),
    level: severity,
    message: { text: printable(hint === undefined ? message : `${message} (${hint})`) },
    locations: [location(at, folder)],
    ...(related.length > 0 && {
      relatedLocations: related.map((place, id) => ({ id, ...location(place, folder) })),
    }),
  }
}

function location({ file, line, column }: SourcePosition, folder: string) {
  const path = folder === '' ? file : `${folder.replace(/\/$/, '')}/${file}`
  return {
    physicalLocation: {
      artifactLocation: { uri: path.split('/').map(encodeName).join('/') },
      region: { startLine: line, startColumn: column },
    },
  }
}

/** A file name may contain half of a surrogate pair, which has no percent-encoding. */
function encodeName(name: string): string {
  return encodeURIComponent(name.replaceAll(/\p{Surrogate}/gu, '\ufffd'))
}
