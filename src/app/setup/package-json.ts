import { applyEdits, type FormattingOptions, modify, type ParseError, parse } from 'jsonc-parser'
import { Failure } from '../failure.js'

/** What a project of flows needs of the package.json that it belongs to. */
export interface Needs {
  /** The name of a package.json that is made. */
  readonly name: string
  /** Packages by name, with what installs each. One that is there already stays as it is. */
  readonly packages: Readonly<Record<string, string>>
  /** Scripts by name. One that is there already stays as it is. */
  readonly scripts: Readonly<Record<string, string>>
}

/** Where package.json names packages. */
const LISTS = ['dependencies', 'devDependencies', 'optionalDependencies'] as const

/** The text with what is needed, the rest of it as it was. Throws Failure if it is not the text of a package. */
export function withNeeds(text: string | undefined, { name, packages, scripts }: Needs): string {
  if (text === undefined) {
    return `${JSON.stringify({ name, private: true, scripts, devDependencies: packages }, null, 2)}\n`
  }
  const value = read(text)
  let edited = text
  const add = (list: string, key: string, to: string) => {
    const there = read(edited)[list]
    const before = Object.keys(there ?? {})
    // npm sorts packages by name, and would move the line at the next install. Scripts are in whatever order they are in.
    const index = list === 'scripts' ? before.length : before.filter((other) => other < key).length
    const formattingOptions = layoutOf(edited)
    const change =
      there === undefined
        ? modify(edited, [list], { [key]: to }, { formattingOptions })
        : modify(edited, [list, key], to, { formattingOptions, getInsertionIndex: () => index })
    edited = applyEdits(edited, change)
  }
  for (const [key, to] of Object.entries(scripts)) if (value.scripts?.[key] === undefined) add('scripts', key, to)
  for (const [key, to] of Object.entries(packages)) {
    if (specIn(value, key) === undefined) add('devDependencies', key, to)
  }
  return edited
}

/** What a package.json says installs a package; undefined where it does not name it. */
export function specOf(text: string | undefined, name: string): string | undefined {
  return text === undefined ? undefined : specIn(read(text), name)
}

type Package = Readonly<Partial<Record<string, Readonly<Record<string, string>>>>>

function specIn(value: Package, name: string): string | undefined {
  return LISTS.map((list) => value[list]?.[name]).find((spec) => spec !== undefined)
}

function read(text: string): Package {
  const faults: ParseError[] = []
  // npm takes no comments.
  const value: unknown = parse(text.replace(/^\uFEFF/, ''), faults, { disallowComments: true })
  if (faults.length === 0 && isObject(value) && [...LISTS, 'scripts'].every((list) => isPlain(value[list]))) {
    return value as Package
  }
  throw new Failure('package_json_invalid', 'package.json is not the JSON of a package: nothing was written', {
    hint: 'npm pkg get says what is wrong with it',
  })
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isPlain(list: unknown): boolean {
  return list === undefined || isObject(list)
}

/** As the text has it: the blanks before its first indented line, and its line ends. */
function layoutOf(text: string): FormattingOptions {
  const [, indent = '  '] = /^([ \t]+)\S/m.exec(text) ?? []
  return {
    insertSpaces: !indent.startsWith('\t'),
    tabSize: indent.length,
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  }
}
