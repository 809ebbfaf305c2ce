import type { Override } from '../../edit/edit-layers.js'
import type { FileEdit } from '../../edit/edit-project.js'
import { toDotted } from '../../model/json-pointer.js'
import type { Palette } from '../../render/palette.js'
import { formatValue, padEnd, plural, printable } from '../../text/text.js'

interface EditsView {
  readonly palette: Palette
  /** The environment that the edits change; undefined if the environment already is as the edits say. */
  readonly environment?: string
  /** More about a flow: who edited it and when, or why its definition is removed. */
  readonly notes?: (edit: FileEdit) => readonly string[]
}

/** Shows edits of definitions to a person. */
export function editsText(edits: readonly FileEdit[], view: EditsView): string {
  const { palette, notes = () => [] } = view
  return edits
    .map(
      (edit) =>
        `${[headline(edit, view), ...fieldLines(edit, palette), ...remarks(edit, notes, palette)].join('\n')}\n`,
    )
    .join('\n')
}

function headline(edit: FileEdit, { palette, environment }: EditsView): string {
  const file = palette.bold(printable(edit.file))
  const words = effectsOf(edit, environment)
  const effects = words.length === 0 ? '' : `  ${palette.yellow(`(${words.join(', ')})`)}`
  if (edit.kind === 'create') return `${palette.green('+ new')} ${file}${effects}`
  if (edit.kind === 'remove') return `${palette.red('- remove')} ${file}${effects}`
  if (edit.kind === 'rename') return `${palette.yellow('~ rename')} ${printable(edit.previousFile)} → ${file}${effects}`
  return `${palette.yellow('~ edit')} ${file}${effects}`
}

/** What the edit does to the verification, and by which changes: "weakens live: selfie check switched off". */
export function effectsOf({ assurance }: FileEdit, environment?: string): string[] {
  const { effect, exposes_link: exposesLink, reasons } = assurance
  const because = reasons
    .filter((reason) => reason.effect === 'weakens' || reason.effect === 'strengthens')
    .map(({ message }) => message)
  const where = environment === undefined ? '' : ` ${environment}`
  const word = `${effect === 'mixed' ? 'strengthens and weakens' : effect}${where}`
  return [
    ...(effect === 'neutral' ? [] : [because.length > 0 ? `${word}: ${because.join(', ')}` : word]),
    ...(exposesLink ? [`exposes static link${environment === undefined ? '' : ` in ${environment}`}`] : []),
  ]
}

function fieldLines({ kind, fields }: FileEdit, palette: Palette): string[] {
  const shown = kind === 'create' ? fields.filter(({ line }) => line !== null) : fields
  const width = Math.min(42, Math.max(0, ...shown.map(({ path }) => toDotted(path).length)))
  return shown.map(({ path, before, after, line }) => {
    const value =
      kind === 'create'
        ? palette.green(formatValue(after))
        : `${palette.red(formatValue(before))} → ${palette.green(formatValue(after))}`
    const place = line === null ? '' : palette.dim(`  # line ${line}`)
    return `    ${padEnd(printable(toDotted(path)), width)}  ${value}${place}`
  })
}

function remarks(edit: FileEdit, notes: (edit: FileEdit) => readonly string[], palette: Palette): string[] {
  const own =
    edit.kind === 'rename' && !edit.isFollowed
      ? ['another flow has the old key, so other environments do not follow the rename']
      : []
  return [...own, ...(edit.overrides ?? []).map(overrideText), ...notes(edit)].map(
    (note) => `    ${palette.cyan(printable(note))}`,
  )
}

function overrideText(override: Override): string {
  const name = toDotted(override.path)
  if (override.why === 'variable')
    return `${name} is written here: it no longer takes the variable "${override.variable}"`
  const { file, others } = override
  if (others === 0) return `${name} is written here, over ${file}`
  return `${name} is written here: ${file} says it, too, and ${plural(others, 'other definition')} ${others === 1 ? 'extends' : 'extend'} that`
}

/** The same for programs. */
export function editsJson(edits: readonly FileEdit[]): object[] {
  return edits.map((edit) => ({
    edit: edit.kind,
    key: edit.key,
    file: edit.file,
    previous_file: edit.kind === 'rename' ? edit.previousFile : null,
    assurance: edit.assurance,
    fields: edit.fields.map(({ path, before, after, line }) => ({ path, before, after, line })),
    ...(edit.overrides !== undefined && { overrides: edit.overrides }),
  }))
}
