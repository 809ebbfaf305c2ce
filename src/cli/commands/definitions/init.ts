import { existsSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { Option } from '@commander-js/extra-typings'
import configSchema from '../../../../schemas/config.schema.json' with { type: 'json' }
import flowSchema from '../../../../schemas/flow.schema.json' with { type: 'json' }
import policySchema from '../../../../schemas/policy.schema.json' with { type: 'json' }
import testSchema from '../../../../schemas/test.schema.json' with { type: 'json' }
import { badUsage, Failure } from '../../../app/failure.js'
import { configFilesIn } from '../../../app/project/project.js'
import { defaultBranch } from '../../../ci/default-branch.js'
import { followedIfInside, LinkOutside } from '../../../files/inside.js'
import { KEY_PATTERN } from '../../../model/flow.js'
import { printable } from '../../../text/text.js'
import { apiAddressFault } from '../../../validate/address.js'
import { jsonText } from '../../options/format.js'
import { linkRefused } from '../../options/named-file.js'
import { CONFIG_FILE } from '../../options/project.js'
import { type Cli, type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'
import { packageFile } from '../../program/package-file.js'
import { firstFile, githubWorkflow, gitlabPipeline, projectConfig } from './init-templates.js'

export const init: Define = (command, run) => {
  command
    .argument('[folder]', 'where to start the project', '.')
    .option('--project <name>', 'name of the project (default: the name of the folder)')
    .option(
      '--api <url>',
      'address of your flows API: adds the environment "live", and plan, apply and drift to the CI',
    )
    .addOption(
      new Option('--ci <service>', 'whose CI jobs to write')
        .choices(['github', 'gitlab', 'none'])
        .default('github' as const),
    )
    .addHelpText(
      'after',
      examples(
        ['Here', 'flows init'],
        ['For GitLab', 'flows init --ci gitlab'],
        ['For a service that runs already', 'flows init --project acme-kyc --api https://flows.example.com'],
      ),
    )
    .action((folder, options) =>
      run(async (cli) => {
        const root = resolve(cli.terminal.cwd, folder)
        const [started] = configFilesIn(root)
        if (started !== undefined) {
          const name = join(folder, basename(started))
          throw new Failure('already_started', `${name} exists already: nothing was written`)
        }
        const project = options.project ?? (await askForName(cli, nameFrom(root)))
        if (!KEY_PATTERN.test(project)) {
          throw badUsage(`"${project}" is not a project name`, 'lower-case letters, digits, "-" and "_", at most 63')
        }
        const fault = options.api === undefined ? undefined : apiAddressFault(options.api)
        if (fault !== undefined) throw badUsage(`"${options.api}" ${fault.message}`, fault.hint)
        const branch = await defaultBranch(nearestFolder(root))
        write(cli, root, filesFor({ project, api: options.api, ci: options.ci, branch }))
        if (options.ci === 'github' && options.api !== undefined) sayWhatIsApplied(cli, branch)
        if (options.ci !== 'none') sayWhereJobsGo(cli, root, options.ci)
        cli.terminal.show(`Started project ${project}. Next:\n\n${nextSteps(folder)}`)
        return ExitCode.ok
      }),
    )
}

/** Asks only if somebody can answer; an empty answer takes the suggestion. */
async function askForName({ terminal }: Cli, suggestion: string): Promise<string> {
  if (!terminal.isInteractive) return suggestion
  const answer = await terminal.ask(`Project name [${suggestion}] `)
  return answer === '' ? suggestion : answer
}

function nameFrom(root: string): string {
  const name = basename(root)
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^[^a-z0-9]+|-+$/g, '')
    .slice(0, 63)
  return name === '' ? 'my-flows' : name
}

type Ci = 'github' | 'gitlab' | 'none'

interface Start {
  readonly project: string
  readonly api: string | undefined
  readonly ci: Ci
  /** The branch that pull requests are merged into. */
  readonly branch: string
}

function filesFor(start: Start): Readonly<Record<string, string>> {
  const { project, api, ci } = start
  return {
    [CONFIG_FILE]: projectConfig(project, api),
    'flows/sign-up.yaml': firstFile('sign-up'),
    'policies/live-capture.yaml': firstFile('live-capture'),
    'tests/sign-up.test.yaml': firstFile('sign-up.test'),
    'schemas/flow.schema.json': jsonText(flowSchema),
    'schemas/config.schema.json': jsonText(configSchema),
    'schemas/policy.schema.json': jsonText(policySchema),
    'schemas/test.schema.json': jsonText(testSchema),
    ...CI_FILES[ci](start, api !== undefined),
  }
}

/** With a service to plan against, the workflow calls the action. Init writes that too: it is reviewed like code. */
const CI_FILES: Readonly<Record<Ci, (start: Start, hasLive: boolean) => Readonly<Record<string, string>>>> = {
  github: ({ project, branch }, hasLive) => ({
    '.github/workflows/flows.yaml': githubWorkflow(project, hasLive, branch),
    ...(hasLive && { '.github/actions/flows/action.yml': readFileSync(packageFile('action.yml'), 'utf8') }),
  }),
  gitlab: ({ project }, hasLive) => ({ '.gitlab-ci.yml': gitlabPipeline(project, hasLive) }),
  none: () => ({}),
}

/** Writes only files that do not exist yet; it never overwrites somebody's file. */
function write({ terminal }: Cli, root: string, files: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(files)) checkPlace(root, name)
  for (const [name, text] of Object.entries(files)) {
    const file = join(root, ...name.split('/'))
    const isKept = lstatSync(file, { throwIfNoEntry: false }) !== undefined
    if (!isKept) {
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text, { flag: 'wx' })
    }
    const shown = relative(terminal.cwd, file).split(sep).join('/')
    terminal.talk(`${isKept ? 'kept' : 'made'}  ${printable(shown)}\n`)
  }
}

/** GitHub starts the apply job for the branch that the file names; GitLab asks which branch is the default. */
function sayWhatIsApplied({ terminal }: Cli, branch: string): void {
  terminal.talk(
    `\nThe jobs apply what is merged into the branch ${printable(branch)}. Where that is not the default branch, change ` +
      '"branches" in the workflow.\n\n',
  )
}

/** An existing folder or file may be a link. */
function checkPlace(root: string, name: string): void {
  try {
    followedIfInside(root, join(root, name))
  } catch (error) {
    throw error instanceof LinkOutside ? linkRefused(name) : error
  }
}

/** GitHub and GitLab do not read jobs from a folder of a repository, and their steps would run at its root. */
function sayWhereJobsGo({ terminal }: Cli, root: string, ci: Exclude<Ci, 'none'>): void {
  const folder = withinRepository(root)
  if (folder === '') return
  const [service, jobs, config] = {
    github: ['GitHub', '.github', `every step with "uses:" needs "config: ${folder}/${CONFIG_FILE}", every "npx"`],
    gitlab: ['GitLab', '.gitlab-ci.yml', 'every "npx"'],
  }[ci] as [string, string, string]
  terminal.talk(
    `\nThese jobs do not run yet: ${service} reads ${jobs} at the root of the repository only, and ${printable(folder)} is a ` +
      `folder of it. Move ${printable(`${folder}/${jobs}`)} to the root; in it, ${printable(config)} ` +
      `"--config ${printable(folder)}/${CONFIG_FILE}" behind "flows".\n\n`,
  )
}

/** The folder itself, or the nearest existing folder above it. */
function nearestFolder(folder: string): string {
  return existsSync(folder) || folder === dirname(folder) ? folder : nearestFolder(dirname(folder))
}

/** Path of a folder in its git repository; empty at the root, or without a repository. */
function withinRepository(root: string): string {
  for (let above = root; ; above = dirname(above)) {
    if (existsSync(join(above, '.git'))) return relative(above, root).split(sep).join('/')
    if (above === dirname(above)) return ''
  }
}

function nextSteps(folder: string): string {
  return [
    ...(folder === '.' ? [] : [`  cd ${printable(folder)}`]),
    '  flows plan     # what would be made',
    '  flows apply    # make it, in the embedded store',
    '  flows sessions create sign-up',
    '',
  ].join('\n')
}
