import { existsSync, statSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import { findDefinitions } from '../../definitions.js'
import { formatFiles } from '../../load/format-files.js'
import { compareDiagnostics, type Diagnostic } from '../../model/diagnostic.js'
import { ExitCode } from '../../model/exit-code.js'
import type { Project } from '../../project.js'
import { printable } from '../../render/text.js'
import { type Cli, type Define, examples } from '../command.js'
import { badUsage } from '../failure.js'
import { openProject } from '../project.js'
import { showDiagnostics } from '../views/diagnostics.js'
import { replaceFile, schemaFor } from '../write-definition.js'

export const fmt: Define = (command, run) => {
  command
    .argument('[files...]', 'definitions (default: all of them)')
    .option('--check', 'change nothing; exit 1 when a file is not in standard layout')
    .addHelpText(
      'after',
      examples(['All definitions, in place', 'flows fmt'], ['In a pull request', 'flows fmt --check']),
    )
    .action((files, options) => run(async (cli) => format(cli, files, options.check ?? false)))
}

/** Prints the files that are not in standard layout, and unless only checking puts them into it. */
function format(cli: Cli, given: readonly string[], check: boolean): ExitCode {
  const project = openProject(cli)
  const { files, diagnostics: folderFaults } =
    given.length > 0 ? { files: given.map((file) => inProject(cli, project, file)), diagnostics: [] } : allOf(project)
  const diagnostics: Diagnostic[] = [...folderFaults]
  let untidy = 0
  for (const { file, text, diagnostics: faults } of formatFiles(project.root, files, (file) => {
    const schema = schemaFor(project, file)
    return schema === undefined ? {} : { schema }
  })) {
    diagnostics.push(...faults)
    if (text === undefined) continue
    untidy += 1
    if (!check) replaceFile(join(project.root, file), text)
    cli.terminal.result(`${printable(file)}\n`)
  }
  const exitCode = showDiagnostics(diagnostics.sort(compareDiagnostics), {
    terminal: cli.terminal,
    format: 'human',
    root: project.root,
  })
  if (exitCode !== ExitCode.ok) return exitCode
  return check && untidy > 0 ? ExitCode.failed : ExitCode.ok
}

function allOf(project: Project) {
  const { files, diagnostics } = findDefinitions(project)
  return { files: files.map(({ file }) => file), diagnostics }
}

function inProject({ terminal }: Cli, { root, config }: Project, given: string): string {
  const path = resolve(terminal.cwd, given)
  const file = relative(root, path).split(sep).join('/')
  if (!existsSync(path) || !statSync(path).isFile()) throw badUsage(`there is no file ${given}`)
  if (!file.startsWith(`${config.flows}/`) || !/\.ya?ml$/.test(file)) {
    throw badUsage(`${given} is no definition of this project`, `definitions are .yaml files in ${config.flows}/`)
  }
  return file
}
