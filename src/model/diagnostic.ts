/** A place in a file: line and column count from 1, column in UTF-16 code units. */
export interface SourcePosition {
  /** Relative to the configuration file, with forward slashes. */
  readonly file: string
  readonly line: number
  readonly column: number
}

/**
 * Everything that can be wrong with definitions and configuration, each with one line of explanation. Codes are part of
 * the public interface. Tools match on codes; the wording may change.
 */
export const DIAGNOSTIC_CODES = {
  // the file
  FILE_UNREADABLE: 'the file or folder cannot be read',
  LINK_OUTSIDE: 'a link leads out of the project: it is never opened',
  FILE_TOO_LARGE: 'the file holds more than a definition may: bytes, lines, marks of YAML or levels',
  FILE_NOT_UTF8: 'the file is not UTF-8 text',
  FILE_EMPTY: 'the file holds no document',
  FILE_OVERLOOKED: 'what looks like a definition, or holds some, would not be read',
  FOLDER_MISSING: 'the folder of definitions does not exist',
  FOLDER_EMPTY: 'the folder holds no definitions',
  // YAML
  YAML_SYNTAX: 'the text is not YAML',
  YAML_TAB: 'tabs cannot indent YAML',
  YAML_DUPLICATE_KEY: 'one mapping names a key twice',
  YAML_SEVERAL_DOCUMENTS: 'the file holds more than one document',
  YAML_ALIASES: 'aliases expand beyond the bound, or name no anchor',
  YAML_MERGE_KEY: 'merge keys (<<) are not part of YAML 1.2',
  YAML_TAG: 'custom tags are not supported',
  YAML_KEY: 'a key is not a plain string',
  // the schema
  WRONG_TYPE: 'the value has another type than the field',
  NOT_A_BOOLEAN: 'yes, no, on and off are strings in YAML 1.2',
  NOT_A_STRING: 'an unquoted number, boolean or date where a string belongs',
  UNKNOWN_FIELD: 'no field has this name',
  MISSING_FIELD: 'a required field is missing',
  UNKNOWN_VALUE: 'the value is not one of those permitted',
  UNKNOWN_DOCUMENT_TYPE: 'no document type has this name',
  INVALID_VALUE: 'the value breaks a limit of the field',
  // rules that no schema can say
  KEY_INVALID: 'the file name is not a usable key or name of a policy',
  KEY_DUPLICATE: 'two files have one key, or two policies or tests one name',
  OPTION_NOT_ALLOWED: 'the option does not go with the type, or the field with another one',
  RETURN_URL_INVALID: 'the return URL is not an https address',
  CONTROL_CHARACTER: 'text holds a control character or half a surrogate pair',
  HIDDEN_CHARACTER: 'a name or description holds a character that is invisible or reorders text',
  ENVIRONMENT_TWICE: 'two environments are the same embedded store',
  ENVIRONMENT_UNKNOWN: 'the configuration names no such environment',
  FLOW_UNKNOWN: 'no definition has this key',
  POLICY_UNKNOWN: 'no policy has this name',
  RENAME_SELF: 'a flow is renamed from its own key',
  RENAME_LOOP: 'renames form a loop',
  RENAME_SOURCE_DEFINED: 'the old key of a rename still has a definition',
  RENAME_AMBIGUOUS: 'two definitions are renamed from one key',
  STRIPE_FLOW_TWICE: 'two definitions are bound to one flow at Stripe',
  EXTENDS_MISSING: 'the file that another one extends does not exist',
  EXTENDS_FLOW: 'a file extends a definition or a policy, which is not a base',
  EXTENDS_LOOP: 'files extend each other in a circle',
  EXTENDS_DEEP: 'too many files extend each other',
  VARIABLE_UNKNOWN: 'no environment has a variable of this name',
  VARIABLE_MISSING: 'a variable has no value in an environment that needs it',
  EXPRESSION_SYNTAX: 'an expression of a policy is not CEL',
  EXPRESSION_TYPE: 'an expression of a policy names what is not there, or compares what cannot be compared',
  EXPRESSION_LIMIT: 'an expression of a policy is too large',
  API_KEY_IN_FILE: 'a secret stands in the configuration or a definition',
  API_URL_INVALID: 'the address of the API is not an https address',
} as const

export type DiagnosticCode = keyof typeof DIAGNOSTIC_CODES

/** One thing that is wrong, where, and how to mend it. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning'
  readonly code: DiagnosticCode
  readonly message: string
  readonly hint?: string
  readonly at: SourcePosition
  /** Other places that belong to it, such as the other file with the same key. */
  readonly related?: readonly SourcePosition[]
  /** The environments whose variables are at fault; left out where the fault is one of every environment. */
  readonly environments?: readonly string[]
}

/** A Diagnostic before it has a place: what a rule says about a value, at a JSON Pointer. */
export interface Issue {
  readonly code: DiagnosticCode
  readonly message: string
  readonly hint?: string
  readonly pointer: string
  /** Which part is at fault: the member's name or its value. */
  readonly part: 'key' | 'value'
}

/** Without the faults that other environments alone have. */
export function concerning(diagnostics: readonly Diagnostic[], environment: string): readonly Diagnostic[] {
  return diagnostics.filter(({ environments }) => environments?.includes(environment) ?? true)
}

export function hasError(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === 'error')
}

/** Orders by file, line, column, then code: the same order in every run. */
export function compareDiagnostics(a: Diagnostic, b: Diagnostic): number {
  if (a.at.file !== b.at.file) return a.at.file < b.at.file ? -1 : 1
  return a.at.line - b.at.line || a.at.column - b.at.column || (a.code < b.code ? -1 : a.code > b.code ? 1 : 0)
}
