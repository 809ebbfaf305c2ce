import { existsSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { isPolicy, isTest, untidyFiles } from '../../../app/edits/format.js'
import { badUsage } from '../../../app/failure.js'
import { findBases } from '../../../app/project/definitions.js'
import { policiesFolder } from '../../../app/project/policies.js'
import type { Project } from '../../../app/project/project.js'
import { testsFolder } from '../../../app/project/tests.js'
import { replaceFile } from '../../../app/project/write-file.js'
import { followedIfInside, isLink, LinkOutside } from '../../../files/inside.js'
import { plural, printable } from '../../../text/text.js'
import { noSuchFile } from '../../options/named-file.js'
import { openProject } from '../../options/project.js'
import { type Cli, type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'
import { showDiagnostics } from '../../views/diagnostics.js'

export const fmt: Define = (command, run) => {
  command
    .argument('[files...]', 'definitions, policies and tests (default: all of them)')
    .option('--check', 'change nothing; exit 1 when a file is not in standard layout')
    .addHelpText(
      'after',
      examples(
        ['All definitions, policies and tests, in place', 'flows fmt'],
        ['In a pull request', 'flows fmt --check'],
      ),
    )
    .action((files, options) => run(async (cli) => format(cli, files, options.check ?? false)))
}

/** Prints the files that are not in standard layout. Unless it only checks, it also rewrites them. */
function format(cli: Cli, given: readonly string[], check: boolean): ExitCode {
  const { terminal } = cli
  const project = openProject(cli)
  const named = given.map((file) => inProject(cli, project, file))
  const { files, diagnostics } = untidyFiles(project, named)
  for (const { file, text } of files) {
    if (!check) replaceFile(project.root, file, text)
    terminal.result(`${printable(file)}\n`)
  }
  const exitCode = showDiagnostics(diagnostics, { terminal, format: 'human', root: project.root })
  if (exitCode !== ExitCode.ok) return exitCode
  if (!check || files.length === 0) return ExitCode.ok
  terminal.talk(`${plural(files.length, 'file')} not in standard layout: flows fmt writes it\n`)
  return ExitCode.failed
}

/** A named file by its path in the project, whatever links lead to its folder. */
function inProject(cli: Cli, project: Project, given: string): string {
  const { root, config } = project
  const named = (path: string) => relative(root, path).split(sep).join('/')
  const bases = findBases(project)
  const isOurs = (file: string) =>
    bases.includes(file) ||
    (/\.ya?ml$/.test(file) &&
      (config.flows.some((folder) => file.startsWith(`${folder}/`)) ||
        isPolicy(project, file) ||
        isTest(project, file)))
  const written = resolve(cli.terminal.cwd, given)
  // The code that reads the file reports what is wrong with such a link.
  if (isOurs(named(written)) && (leadsOut(root, written) || isDangling(written))) return named(written)
  const path = realParent(written)
  if (path === undefined) throw noSuchFile(cli, given)
  const file = named(path)
  if (!isOurs(file)) {
    const folders = [...config.flows, policiesFolder(project)].filter((folder) => folder !== undefined)
    throw badUsage(
      `${given} is not a definition, policy or test of this project`,
      `they are .yaml files in ${folders.map((folder) => `${folder}/`).join(' and ')}, ${bases.length > 0 ? 'what these extend, ' : ''}and .test.yaml files in ${testsFolder(project) ?? 'tests'}/`,
    )
  }
  return file
}

function leadsOut(root: string, path: string): boolean {
  try {
    followedIfInside(root, path)
    return false
  } catch (error) {
    return error instanceof LinkOutside
  }
}

function isDangling(path: string): boolean {
  return isLink(path) && !existsSync(path)
}

/** The path with links resolved, except in its last part; undefined if it is not a file. */
function realParent(path: string): string | undefined {
  try {
    return statSync(path).isFile() ? join(realpathSync(dirname(path)), basename(path)) : undefined
  } catch {
    return undefined
  }
}
