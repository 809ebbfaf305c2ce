import { lstatSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { NotEditable } from '../../edit/edit-definition.js'
import { editProject, type FileEdit, type FlowTarget, type ProjectFiles } from '../../edit/edit-project.js'
import { LinkOutside, textInside } from '../../files/inside.js'
import { readCacheFile, removeCacheFile, writeCacheFile } from '../../load/cache/cache-file.js'
import { type Mode, modesOf } from '../../model/mode.js'
import type { DesiredFlow, ObservedState } from '../../model/state.js'
import { quote } from '../../text/quote.js'
import { returnUrlFault } from '../../validate/address.js'
import { Failure } from '../failure.js'
import { type Definitions, findBases } from '../project/definitions.js'
import type { Project } from '../project/project.js'
import { createFile, removeLeftovers, replaceFile } from '../project/write-file.js'
import type { Site } from '../site.js'
import { schemaFor } from './schema-for.js'

/** The files that have to change for these targets; nothing is written. `state`: what was observed, if anything was. */
export function editsFor(
  project: Project,
  definitions: Definitions,
  environment: string,
  targets: readonly FlowTarget[],
  state?: ObservedState,
): FileEdit[] {
  const desired: readonly DesiredFlow[] = definitions.count === 0 ? [] : definitions.desired(environment)
  const files: ProjectFiles = {
    definitions: desired,
    text: (file) => {
      const text = definitions.text(file)
      if (text === undefined) throw changedMeanwhile(file)
      return text
    },
    layered: (file) => {
      const { bases, files: about, variables } = definitions.surroundings(file)
      return {
        variables,
        bases: bases.map((value, index) => {
          const { file: base = '', others = [] } = about[index] ?? {}
          const text = definitions.text(base)
          if (text === undefined) throw changedMeanwhile(base)
          return { file: base, text, value, others: others.length }
        }),
      }
    },
    folder: project.config.flows[0],
    schemaFor: (file) => schemaFor(project, file),
    environment,
    environments: modesOf(project.config.environments),
    keysInUse: new Set(state?.flows.map(({ key }) => key)),
  }
  checkReturnUrls(targets, environment, files.environments.get(environment) ?? 'test')
  const edits = edited(files, targets)
  const removed = edits.filter(({ kind }) => kind === 'remove').length
  if (removed > 0 && removed === desired.length && !edits.some(({ kind }) => kind === 'create')) {
    throw new Failure(
      'last_definition',
      `the last definition would be removed: ${edits.map(({ file }) => file).join(', ')}`,
      {
        hint: 'a folder without definitions is an error: restore a flow, or remove the file yourself',
      },
    )
  }
  return edits
}

/** Throws if the mode of the environment forbids a return URL, such as a test URL in live mode. */
function checkReturnUrls(targets: readonly FlowTarget[], environment: string, mode: Mode): void {
  for (const { key, config } of targets) {
    const address = config?.return_url ?? null
    const fault = address === null ? undefined : returnUrlFault(address, mode)
    if (fault === undefined) continue
    const message = `the return_url of ${key} cannot be that of ${environment}: ${quote(address)} ${fault.message}`
    throw new Failure('return_url_invalid', message, { hint: `${fault.hint}, or leave return_url out` })
  }
}

/** Throws if the layout of a file does not allow editing without loss. */
function edited(files: ProjectFiles, targets: readonly FlowTarget[]): FileEdit[] {
  try {
    return editProject(files, targets)
  } catch (error) {
    if (!(error instanceof NotEditable)) throw error
    const message = `${error.file} cannot be edited without losing a comment or more: no file was written`
    throw new Failure('file_not_editable', message, {
      hint: `put it into the standard layout (flows fmt ${error.file}) and run this again, or edit it yourself`,
      cause: error,
    })
  }
}

/**
 * Writes the edits, each file whole or not at all. Every edit is checked before the first write, and again before its
 * own. No file may have changed since it was read, and no new file may exist already.
 */
export function writeEdits({ root, config }: Project, edits: readonly FileEdit[]): void {
  // A project may begin with an import.
  if (edits.some(({ kind }) => kind === 'create')) mkdirSync(join(root, config.flows[0]), { recursive: true })
  for (const edit of edits) {
    checkUnchanged(root, edit, [])
    if (edit.kind === 'create' || edit.kind === 'rename') checkFree(root, edit.file)
  }
  const written: string[] = []
  for (const edit of edits) {
    // Again: somebody may have saved it while other files were written.
    checkUnchanged(root, edit, written)
    try {
      write(root, edit)
    } catch (error) {
      const done = written.length === 0 ? 'no file was written' : doneText(written)
      const { code } = error as NodeJS.ErrnoException
      throw new Failure('file_not_written', `${edit.file} could not be written (${code ?? 'unknown error'}); ${done}`, {
        hint: 'mend the cause and run the command again: what is written is not written twice',
        cause: error,
      })
    }
    written.push(edit.file)
  }
}

function write(root: string, edit: FileEdit): void {
  if (edit.kind === 'create') createFile(root, edit.file, edit.text)
  else if (edit.kind === 'remove') rmSync(join(root, edit.file))
  else if (edit.kind === 'edit') replaceFile(root, edit.file, markOf(root, edit.file) + edit.text)
  else {
    const { previousFile, before, file, text } = edit
    writeCacheFile<Renaming>(root, RENAMING, { previousFile, before, file, text })
    // Better both files for a moment than none.
    createFile(root, file, markOf(root, previousFile) + text, statSync(join(root, previousFile)).mode)
    rmSync(join(root, previousFile))
    removeCacheFile(root, RENAMING)
  }
}

/** A file that is being renamed, with its text before and after. */
interface Renaming {
  readonly previousFile: string
  readonly before: string
  readonly file: string
  readonly text: string
}

const RENAMING = 'renaming'

/**
 * Finishes what a killed run left behind, half a rename and temporary files, and reports it. Call it before reading
 * definitions to edit: two files for one flow would not be valid. With `check` nothing is written, and half a rename is
 * an error.
 */
export function finishEdits({ project, reporter }: Pick<Site, 'project' | 'reporter'>, check: boolean): void {
  const { root, config } = project
  if (!check) {
    for (const folder of config.flows) removeLeftovers(join(root, folder))
    const besides = new Set(findBases(project).map((file) => dirname(file)))
    for (const folder of besides) removeLeftovers(join(root, folder), { deep: false })
  }
  const renaming = readCacheFile<Renaming>(root, RENAMING)
  if (renaming === null) return
  const { previousFile, before, file, text } = renaming
  // If somebody has edited either file since, both stay: validation names the one that is too many.
  const isHalf = textAt(root, file) === text && textAt(root, previousFile) === before
  if (check) {
    if (isHalf) throw halfRenamed(previousFile, file)
    return
  }
  if (isHalf) {
    rmSync(join(root, previousFile))
    reporter.note(`Removed ${previousFile}: a run that was killed had renamed it to ${file}.`)
  }
  removeCacheFile(root, RENAMING)
}

function halfRenamed(previousFile: string, file: string): Failure {
  return new Failure('half_renamed', `a run that was killed left ${previousFile} beside ${file}, its new name`, {
    hint: `run the command without --check, which removes ${previousFile}`,
  })
}

/** The byte-order mark with which some editors begin a file. It is not part of the text, but the author's. */
function markOf(root: string, file: string): string {
  return written(root, file)?.startsWith('\ufeff') ? '\ufeff' : ''
}

function checkUnchanged(root: string, edit: FileEdit, written: readonly string[]): void {
  if (edit.kind === 'create') return
  const file = edit.kind === 'rename' ? edit.previousFile : edit.file
  if (textAt(root, file) !== edit.before) throw changedMeanwhile(file, written)
}

function textAt(root: string, file: string): string | undefined {
  return written(root, file)?.replace(/^\ufeff/, '')
}

/** The text of a file of the project; undefined if the file does not exist or may not be opened. */
function written(root: string, file: string): string | undefined {
  try {
    return textInside(root, file)
  } catch (error) {
    const isGone = ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')
    if (error instanceof LinkOutside || isGone) return undefined
    throw error
  }
}

function checkFree(root: string, file: string): void {
  if (lstatSync(join(root, file), { throwIfNoEntry: false }) === undefined) return
  throw new Failure('file_exists', `${file} is there already: nothing was written`, {
    hint: 'move it away, or remove it',
  })
}

function changedMeanwhile(file: string, written: readonly string[] = []): Failure {
  const done = written.length === 0 ? 'nothing was written' : `it was left alone; ${doneText(written)}`
  return new Failure('file_changed', `${file} was changed meanwhile: ${done}`, { hint: 'run the command again' })
}

function doneText(written: readonly string[]): string {
  return `written before it: ${written.join(', ')}`
}
