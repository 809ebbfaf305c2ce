import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { decode } from '../../load/decode.js'
import { readBounded } from '../../load/discover.js'
import { type Diagnostic, hasError, type SourcePosition } from '../../model/diagnostic.js'
import { diagnosticsGithub } from '../../render/diagnostics/github.js'
import { diagnosticsJson } from '../../render/diagnostics/json.js'
import { diagnosticsSarif } from '../../render/diagnostics/sarif.js'
import { diagnosticsText } from '../../render/diagnostics/text.js'
import { ExitCode } from '../program/exit-code.js'
import type { Terminal } from '../program/terminal.js'

export type DiagnosticsFormat = 'human' | 'json' | 'github' | 'sarif'

export interface DiagnosticsView {
  readonly terminal: Terminal
  readonly format: DiagnosticsFormat
  /** The folder that the file paths in the diagnostics are relative to. */
  readonly root: string
}

/** Shows diagnostics (the human form on stderr, others as results) and returns their exit code. */
export function showDiagnostics(diagnostics: readonly Diagnostic[], view: DiagnosticsView): ExitCode {
  const { terminal, format, root } = view
  const exitCode = hasError(diagnostics) ? ExitCode.definitionsInvalid : ExitCode.ok
  const folder = fromRepositoryRoot(terminal, root)
  if (format === 'json') terminal.result(diagnosticsJson(diagnostics, exitCode))
  else if (format === 'sarif') terminal.result(diagnosticsSarif(diagnostics, folder))
  else if (format === 'github') terminal.result(diagnosticsGithub(diagnostics, folder))
  else
    terminal.talk(
      diagnosticsText(
        fromHere(diagnostics, view),
        terminal.talkPalette,
        (file) => textOf(view, file),
        terminal.talkColumns,
      ),
    )
  return exitCode
}

/** Path from the repository's root to a folder in it; "" at the root. */
export function fromRepositoryRoot(terminal: Terminal, root: string): string {
  return relative(repositoryOf(terminal, root), root).split(sep).join('/')
}

/**
 * Annotations and code scanning name files from the repository's root, whatever folder a step works in. The root is the
 * nearest folder with .git: a job may have checked it out into a folder of its workspace. Without git it is the
 * workspace of GitHub's job, else the current folder.
 */
function repositoryOf({ env, cwd }: Terminal, root: string): string {
  // In a worktree or a submodule, .git is a file.
  for (let folder = root; ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return folder
    if (folder === dirname(folder)) break
  }
  const workspace = env.GITHUB_WORKSPACE
  return workspace && !relative(workspace, root).startsWith('..') ? workspace : cwd
}

/** The same diagnostics with file paths from the current folder, so that the files can be opened. */
function fromHere(diagnostics: readonly Diagnostic[], { terminal, root }: DiagnosticsView): readonly Diagnostic[] {
  const here = pathFromHere(terminal, root)
  const place = (at: SourcePosition) => ({ ...at, file: here(at.file) })
  return diagnostics.map(({ at, related, ...diagnostic }) => ({
    ...diagnostic,
    at: place(at),
    ...(related && { related: related.map(place) }),
  }))
}

/** Paths of files of a folder, from the current folder. */
export function pathFromHere({ cwd }: Pick<Terminal, 'cwd'>, root: string): (file: string) => string {
  const folder = relative(cwd, root)
  return folder === '' ? (file) => file : (file) => join(folder, file).split(sep).join('/')
}

/** The text of a project file by its path from here, for excerpts; none if it cannot or must not be read. */
export function textOf({ terminal, root }: Omit<DiagnosticsView, 'format'>, file: string): string | undefined {
  const read = readBounded(root, relative(root, resolve(terminal.cwd, file)))
  const decoded = 'fault' in read ? undefined : decode(file, read.bytes)
  return decoded !== undefined && 'text' in decoded ? decoded.text : undefined
}
