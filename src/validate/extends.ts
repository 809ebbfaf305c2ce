import type { Issue } from '../model/diagnostic.js'
import { isObject } from '../model/json.js'
import { nearest } from '../text/nearest.js'
import { quote } from '../text/quote.js'
import { plainFolder } from './config.js'
import type { FileIssue } from './definition-set.js'

/** A file as it was read: a definition, or a base. */
export interface SourceFile {
  readonly file: string
  readonly value: unknown
}

/** How many bases may stand one over the other. */
const DEEPEST_BASE = 8

/** The path that a definition or a base extends, in its one spelling; undefined if it names none that could be a base. */
export function baseOf(value: unknown, folders: readonly string[]): string | undefined {
  const path = extendsOf(value)
  return path === undefined || pathIssue(path, folders) !== undefined ? undefined : plainFolder(path)
}

function extendsOf(value: unknown): string | undefined {
  const path = isObject(value) && Object.hasOwn(value, 'extends') ? value.extends : undefined
  // The schema says what is wrong with anything else.
  return typeof path === 'string' && /^.{1,500}$/.test(path) && /\.ya?ml$/.test(path) ? path : undefined
}

/** What is wrong with the path itself. `folders`: of flows and policies, whose files are never bases. */
function pathIssue(path: string, folders: readonly string[]): Issue | undefined {
  const plain = plainFolder(path)
  const parts = plain.split('/')
  const issue = (code: Issue['code'], message: string, hint: string): Issue => {
    return { code, message, hint, pointer: '/extends', part: 'value' }
  }
  if (plain.includes('\\') || /^[a-z]:/i.test(plain) || parts.some((part) => part === '' || part.startsWith('.'))) {
    const message = `${quote(path)} leads out of the project, is hidden, or is not a relative path`
    return issue(
      'INVALID_VALUE',
      message,
      'write the path from the folder of the configuration, such as base/strict.yaml',
    )
  }
  const folder = folders.find((one) => plain.startsWith(`${one}/`))
  if (folder === undefined) return undefined
  const message = `${quote(path)} is in ${folder}: every file there is a flow or a policy of its own`
  return issue('EXTENDS_FLOW', message, `move it out of ${folder}, such as to base/${parts.at(-1)}`)
}

/**
 * What is wrong with how definitions and bases extend each other: paths, files that are not there, loops, too many
 * levels. `bases`: those that are there, by path. `known`: paths that an author may have meant.
 */
export function checkExtends(
  definitions: readonly SourceFile[],
  bases: ReadonlyMap<string, SourceFile>,
  { folders, known }: { readonly folders: readonly string[]; readonly known: () => readonly string[] },
): FileIssue[] {
  const issues: FileIssue[] = []
  const told = new Set<string>()
  for (const one of [...definitions, ...bases.values()]) {
    const path = extendsOf(one.value)
    if (path === undefined) continue
    const { file } = one
    const fault = pathIssue(path, folders)
    if (fault !== undefined) issues.push({ file, issue: fault })
    else if (!bases.has(plainFolder(path))) issues.push({ file, issue: missing(path, known()) })
    const loop = bases.has(file) && !told.has(file) ? loopFrom(one, bases, folders) : undefined
    if (loop === undefined) continue
    for (const member of loop) told.add(member)
    const others = loop.slice(1)
    issues.push({
      file,
      issue: {
        code: 'EXTENDS_LOOP',
        message:
          loop.length === 1
            ? 'the file extends itself'
            : `the files extend each other: ${[...loop, file].join(' extends ')}`,
        hint: 'the last base of a chain extends nothing',
        pointer: '/extends',
        part: 'value',
      },
      ...(others.length > 0 && { related: others.map((other) => ({ file: other, pointer: '/extends' })) }),
    })
  }
  return [...issues, ...deepIssues(definitions, bases, folders)]
}

function missing(path: string, known: readonly string[]): Issue {
  const near = nearest(path, known)
  const all =
    known.length === 0
      ? 'the path begins at the folder of the configuration'
      : `there are: ${known.slice(0, 10).join(', ')}`
  return {
    code: 'EXTENDS_MISSING',
    message: `there is no file ${quote(path)}`,
    hint: near === undefined ? all : `did you mean "${near}"?`,
    pointer: '/extends',
    part: 'value',
  }
}

function loopFrom(
  start: SourceFile,
  bases: ReadonlyMap<string, SourceFile>,
  folders: readonly string[],
): string[] | undefined {
  const loop: string[] = []
  for (let at: SourceFile | undefined = start; at !== undefined && !loop.includes(at.file); ) {
    loop.push(at.file)
    at = bases.get(baseOf(at.value, folders) ?? '')
    if (at === start) return loop
  }
  return undefined
}

/** What a definition extends, the farthest first; undefined if there is no such chain, or it has no end. */
export function chainOf<File extends SourceFile>(
  definition: SourceFile,
  bases: ReadonlyMap<string, File>,
  folders: readonly string[],
): readonly File[] | undefined {
  const chain: File[] = []
  let value = definition.value
  while (isObject(value) && Object.hasOwn(value, 'extends')) {
    const base = bases.get(baseOf(value, folders) ?? '')
    if (base === undefined || chain.includes(base)) return undefined
    chain.push(base)
    value = base.value
  }
  return chain.reverse()
}

function deepIssues(
  definitions: readonly SourceFile[],
  bases: ReadonlyMap<string, SourceFile>,
  folders: readonly string[],
): FileIssue[] {
  return definitions.flatMap((one): FileIssue[] => {
    const depth = chainOf(one, bases, folders)?.length ?? 0
    if (depth <= DEEPEST_BASE) return []
    const message = `${depth} files extend each other here; at most ${DEEPEST_BASE} may`
    const hint = 'put together bases that only one file extends'
    return [{ file: one.file, issue: { code: 'EXTENDS_DEEP', message, hint, pointer: '/extends', part: 'value' } }]
  })
}
