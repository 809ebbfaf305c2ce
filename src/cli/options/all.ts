import { dirname, join } from 'node:path'
import { Option } from '@commander-js/extra-typings'
import { badUsage } from '../../app/failure.js'
import { loadProject } from '../../app/project/project.js'
import { checkDistinct, findProjects } from '../../app/project/workspace.js'
import { printable } from '../../text/text.js'
import type { Cli, Run } from '../program/command.js'
import { ExitCode, worstOf } from '../program/exit-code.js'
import { report } from '../program/report.js'
import type { Terminal } from '../program/terminal.js'
import { type FormatOptions, formatOf, jsonText } from './format.js'

export function allOption() {
  return new Option('--all', 'for every project in this folder and those below: one result each')
}

type Action = (cli: Cli) => Promise<ExitCode>

/**
 * Runs the action of a command, or, with --all, once for each project from here downwards, one after the other. What
 * stops one project does not stop the next. The exit code is the worst one. `prepare` throws what is wrong with the
 * command line itself, once for all projects.
 */
export function forProjects(
  run: Run,
  options: FormatOptions & { readonly all?: true | undefined },
  prepare: () => Action,
) {
  return run(async (cli) => {
    const action = prepare()
    return options.all ? forAll(cli, options, action) : action(cli)
  })
}

/** What became of one project, for programs. */
interface ProjectResult {
  readonly config: string
  readonly exit_code: ExitCode
  /** What the command prints for the project alone. */
  readonly result: unknown
}

async function forAll(cli: Cli, options: FormatOptions, action: Action): Promise<ExitCode> {
  const { terminal, configFile } = cli
  if (configFile !== undefined) throw badUsage('--all looks for every configuration: it contradicts --config')
  const format = formatOf(options)
  if (format === 'sarif')
    throw badUsage('--all prints one result for each project: SARIF is one document', 'use --format json')
  const files = findProjects(terminal.cwd)
  checkDistinct(
    files.flatMap((file) => {
      const { project } = loadProject(join(terminal.cwd, file))
      return project === undefined ? [] : [{ file, project }]
    }),
  )
  const results: ProjectResult[] = []
  for (const [index, file] of files.entries()) {
    const texts: string[] = []
    const own = format === 'json' ? collecting(terminal, texts) : terminal
    if (format === 'human' && options.format !== 'markdown') {
      terminal.show(`${index === 0 ? '' : '\n'}${terminal.palette.bold(`== ${printable(folderOf(file))}`)}\n\n`)
    }
    const code = await outcomeOf({ terminal: own, configFile: join(terminal.cwd, file) }, action, format)
    if (options.format === 'markdown' && index < files.length - 1) terminal.result('\n')
    results.push({ config: file, exit_code: code, result: parsed(texts.join('')) })
    if (code === ExitCode.interrupted) break
  }
  const worst = worstOf(results.map(({ exit_code: code }) => code))
  if (format === 'json') {
    terminal.result(jsonText({ format: 'flows.projects', format_version: '1.0', projects: results, exit_code: worst }))
  }
  return worst
}

async function outcomeOf(cli: Cli, action: Action, format: ReturnType<typeof formatOf>): Promise<ExitCode> {
  try {
    return await action(cli)
  } catch (error) {
    return report(error, cli.terminal, format)
  }
}

/** The terminal, but for results: they become part of one. */
function collecting(terminal: Terminal, texts: string[]): Terminal {
  const collect = (text: string) => void texts.push(text)
  // Not a copy: the folder is read only when it is needed.
  return Object.create(terminal, { result: { value: collect }, show: { value: collect } }) as Terminal
}

function parsed(text: string): unknown {
  return text === '' ? null : JSON.parse(text)
}

function folderOf(file: string): string {
  return dirname(file) === '.' ? file : dirname(file)
}
