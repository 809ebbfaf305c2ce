import { existsSync, lstatSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Definitions } from '../definitions.js'
import { editProject, type FileEdit, type FlowTarget, type ProjectFiles } from '../edit/edit-project.js'
import type { DesiredFlow, ObservedState } from '../model/state.js'
import type { Project } from '../project.js'
import { Failure } from './failure.js'
import { createFile, replaceFile, schemaFor } from './write-definition.js'

/**
 * The files that have to change for these targets; nothing is written. `state` is what was observed there, if anything
 * was.
 */
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
    folder: project.config.flows,
    schemaFor: (file) => schemaFor(project, file),
    environment,
    environments: Object.keys(project.config.environments),
    keysInUse: new Set(state?.flows.map(({ key }) => key)),
  }
  const edits = editProject(files, targets)
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

/**
 * Writes the edits, each file whole or not at all. Before the first is written every one is looked at: none may have
 * changed since it was read, and none that is new may be there.
 */
export function writeEdits({ root }: Project, edits: readonly FileEdit[]): void {
  for (const edit of edits) {
    if (edit.kind !== 'create')
      checkUnchanged(root, edit.kind === 'rename' ? edit.previousFile : edit.file, edit.before)
    if (edit.kind === 'create' || edit.kind === 'rename') checkFree(root, edit.file)
  }
  const written: string[] = []
  for (const edit of edits) {
    try {
      write(root, edit)
    } catch (error) {
      const done = written.length === 0 ? 'no file was written' : `written before it: ${written.join(', ')}`
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
  const path = join(root, edit.file)
  if (edit.kind === 'create') createFile(path, edit.text)
  else if (edit.kind === 'remove') rmSync(path)
  else if (edit.kind === 'edit') replaceFile(path, markOf(path) + edit.text)
  else {
    const previous = join(root, edit.previousFile)
    // Both files for a moment rather than none: killed in between, validation names the one that is too many.
    createFile(path, markOf(previous) + edit.text)
    rmSync(previous)
  }
}

/** The byte-order mark with which some editors begin a file: no part of the text, but the author's. */
function markOf(path: string): string {
  return readFileSync(path, 'utf8').startsWith('\ufeff') ? '\ufeff' : ''
}

function checkUnchanged(root: string, file: string, before: string): void {
  const path = join(root, file)
  const now = existsSync(path) ? readFileSync(path, 'utf8').replace(/^\ufeff/, '') : undefined
  if (now !== before) throw changedMeanwhile(file)
}

function checkFree(root: string, file: string): void {
  if (lstatSync(join(root, file), { throwIfNoEntry: false }) === undefined) return
  throw new Failure('file_exists', `${file} is there already: nothing was written`, {
    hint: 'move it away, or remove it',
  })
}

function changedMeanwhile(file: string): Failure {
  return new Failure('file_changed', `${file} was changed meanwhile: nothing was written`, {
    hint: 'run the command again',
  })
}
