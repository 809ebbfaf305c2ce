import type { Issue } from '../model/diagnostic.js'
import { KEY_PATTERN, looksLikeFlowId } from '../model/flow.js'
import { quote } from '../text/quote.js'
import { usableKey } from './key.js'
import { secretNameIssues } from './secrets.js'

/** One definition as the others see it. `value` is undefined if the file could not be read. */
export interface NamedDefinition {
  readonly file: string
  readonly key: string
  readonly value: unknown
}

/** An issue in one file, with related places in others. */
export interface FileIssue {
  readonly file: string
  readonly issue: Issue
  readonly related?: readonly { readonly file: string; readonly pointer: string }[]
  /** The environments whose variables are at fault. */
  readonly environments?: readonly string[]
}

/** Faults that only show across all definitions: keys, and renames between them. Keeps the order of files. */
export function checkDefinitionSet(definitions: readonly NamedDefinition[]): FileIssue[] {
  const byKey = new Map<string, NamedDefinition>()
  const issues: FileIssue[] = []
  for (const definition of definitions) {
    const { file, key } = definition
    if (!KEY_PATTERN.test(key)) issues.push({ file, issue: invalidKey(key) })
    issues.push(...secretNameIssues(key, FLOW_FILE).map((issue) => ({ file, issue })))
    if (looksLikeFlowId(key)) issues.push({ file, issue: keyLikeId(key) })
    const first = byKey.get(key)
    if (first === undefined) byKey.set(key, definition)
    else issues.push({ file, issue: duplicateKey(key, first.file), related: [{ file: first.file, pointer: '' }] })
  }
  return [...issues, ...renameIssues(definitions, byKey)]
}

const FLOW_FILE = "rename the file to what the flow is for: its name is the flow's key, which everybody sees"

function invalidKey(key: string): Issue {
  const usable = usableKey(key)
  return {
    code: 'KEY_INVALID',
    message:
      "the file name is the flow's key: it must be lower-case letters, digits, - and _, begin with a letter or digit and have at most 63 characters",
    ...(usable !== undefined && { hint: `rename the file to ${usable}.yaml` }),
    pointer: '',
    part: 'key',
  }
}

function keyLikeId(key: string): Issue {
  return {
    code: 'KEY_INVALID',
    message: `${quote(key)} looks like the id of a flow; flows are found by either`,
    hint: 'rename the file to what the flow is for',
    pointer: '',
    part: 'key',
  }
}

function duplicateKey(key: string, first: string): Issue {
  return {
    code: 'KEY_DUPLICATE',
    message: `the key "${key}" is that of ${first} too`,
    hint: 'rename one of the two files: folders are not part of a key',
    pointer: '',
    part: 'key',
  }
}

function renameIssues(
  definitions: readonly NamedDefinition[],
  byKey: ReadonlyMap<string, NamedDefinition>,
): FileIssue[] {
  const issues: FileIssue[] = []
  const takenBy = new Map<string, NamedDefinition>()
  const told = new Set<NamedDefinition>()
  for (const definition of definitions) {
    const source = renamedFrom(definition)
    if (source === undefined || told.has(definition)) continue
    const { file, key } = definition
    const report = (code: Issue['code'], message: string, hint: string, others: readonly NamedDefinition[] = []) =>
      issues.push({
        file,
        issue: { code, message, hint, pointer: '/renamed_from', part: 'value' },
        ...(others.length > 0 && { related: others.map((other) => ({ file: other.file, pointer: '/renamed_from' })) }),
      })

    if (source === key) {
      report('RENAME_SELF', `"${key}" is this flow's key already`, 'remove the line')
      continue
    }
    const loop = loopFrom(definition, byKey)
    if (loop !== undefined) {
      for (const member of loop) told.add(member)
      const names = [...loop, definition].map((member) => member.key).join(' from ')
      report(
        'RENAME_LOOP',
        `the renames form a loop: ${names}`,
        'a flow can only take a key that is free',
        loop.slice(1),
      )
      continue
    }
    const other = takenBy.get(source)
    if (other !== undefined) {
      const hint = 'one flow becomes one flow: keep the line in one of the two files'
      report('RENAME_AMBIGUOUS', `${other.file} is renamed from "${source}" too`, hint, [other])
      continue
    }
    takenBy.set(source, definition)
    const still = byKey.get(source)
    if (still !== undefined) {
      const hint = `remove ${still.file}, or this line`
      report('RENAME_SOURCE_DEFINED', `"${source}" still has a definition, ${still.file}`, hint, [still])
    }
  }
  return issues
}

/** The definitions of a loop in the order of renames, beginning with this one; undefined if it is not in a loop. */
function loopFrom(start: NamedDefinition, byKey: ReadonlyMap<string, NamedDefinition>): NamedDefinition[] | undefined {
  const loop: NamedDefinition[] = []
  const seen = new Set<NamedDefinition>()
  for (let at: NamedDefinition | undefined = start; at !== undefined && !seen.has(at); ) {
    seen.add(at)
    loop.push(at)
    const source = renamedFrom(at)
    at = source === undefined ? undefined : byKey.get(source)
    if (at === start) return loop
  }
  return undefined
}

function renamedFrom({ value }: NamedDefinition): string | undefined {
  if (value === null || typeof value !== 'object' || !Object.hasOwn(value, 'renamed_from')) return undefined
  const { renamed_from: source } = value as { renamed_from: unknown }
  // The schema reports names that no flow can have.
  return typeof source === 'string' && KEY_PATTERN.test(source) ? source : undefined
}
