import { existsSync, lstatSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { Option } from '@commander-js/extra-typings'
import { badUsage, Failure } from '../../../app/failure.js'
import { configFilesIn } from '../../../app/project/project.js'
import type { Forge, JobTarget } from '../../../app/setup/ci-jobs.js'
import { firstFile, firstKeyVariable, projectConfig } from '../../../app/setup/first-files.js'
import { givenSpec, PACKAGE, sourceOf } from '../../../app/setup/installed-from.js'
import { isBuiltIn, schemaFile, wantedJobs } from '../../../app/setup/jobs.js'
import { markedSchema } from '../../../app/setup/made-file.js'
import { type Packaged, packaged } from '../../../app/setup/package-needs.js'
import { fatesOf, type Wanted, writeFates } from '../../../app/setup/renewal.js'
import { below, checkFolderName, repositoryOf } from '../../../app/setup/repository.js'
import { defaultBranch } from '../../../ci/default-branch.js'
import { KEY_PATTERN } from '../../../model/flow.js'
import { printable } from '../../../text/text.js'
import { apiAddressFault } from '../../../validate/address.js'
import { jsonText } from '../../options/format.js'
import { CONFIG_FILE } from '../../options/project.js'
import { type Cli, type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'
import { ownPackage, sqlite } from '../../program/own-package.js'
import { packageFolder } from '../../program/package-file.js'
import { version } from '../../program/version.js'
import { sayJobs } from '../../views/job-steps.js'
import { refusingLinks, sayFates, shownPath } from '../../views/setup-files.js'
import { SCHEMAS } from './schema.js'

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
    .option(
      '--package <spec>',
      'what package.json installs this program from: a tarball, a git address, a version (default: what it was installed from)',
    )
    .addHelpText(
      'after',
      examples(
        ['Here', 'flows init'],
        ['For GitLab', 'flows init --ci gitlab'],
        ['With a tarball that lies in the repository', 'flows init --package vendor/verification-flows-0.1.0.tgz'],
        ['For a service that runs already', 'flows init --project acme-kyc --api https://flows.example.com'],
      ),
    )
    .action((folder, options) =>
      run(async (cli) => {
        const root = resolve(cli.terminal.cwd, folder)
        checkNotStarted(root, folder)
        const project = options.project ?? (await askForName(cli, nameFrom(root)))
        if (!KEY_PATTERN.test(project)) {
          throw badUsage(`"${project}" is not a project name`, 'lower-case letters, digits, "-" and "_", at most 63')
        }
        const fault = options.api === undefined ? undefined : apiAddressFault(options.api)
        if (fault !== undefined) throw badUsage(`"${options.api}" ${fault.message}`, fault.hint)
        const branch = await defaultBranch(nearestFolder(root))
        const from = options.package === undefined ? undefined : givenSpec(options.package, cli.terminal.cwd)
        start(cli, root, { project, api: options.api, ci: options.ci, branch, from })
        cli.terminal.show(`Started project ${project}. Next:\n\n${nextSteps(folder)}`)
        return ExitCode.ok
      }),
    )
}

/**
 * The configuration is written last, so a project that has one is complete. An empty one is nobody's: a process was
 * killed before it had written it. Throws Failure.
 */
function checkNotStarted(root: string, folder: string): void {
  const started = configFilesIn(root).find((file) => basename(file) !== CONFIG_FILE || !isEmptyFile(file))
  if (started === undefined) return
  throw new Failure('already_started', `${join(folder, basename(started))} exists already: nothing was written`, {
    hint:
      'flows ci add writes the CI jobs of a project that is there, and flows upgrade renews its schemas. To make what ' +
      'else is missing, move the configuration away and run this again: files that are there stay as they are',
  })
}

function isEmptyFile(file: string): boolean {
  const found = lstatSync(file, { throwIfNoEntry: false })
  return found?.isFile() === true && found.size === 0
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

/** The folder itself, or the nearest existing folder above it. */
function nearestFolder(folder: string): string {
  return existsSync(folder) || folder === dirname(folder) ? folder : nearestFolder(dirname(folder))
}

type Ci = Forge | 'none'

interface Start {
  readonly project: string
  readonly api: string | undefined
  readonly ci: Ci
  /** The branch that pull requests are merged into. */
  readonly branch: string
  /** What the project is to install this program from, if the user said so. */
  readonly from: string | undefined
}

/**
 * Everything is looked at before anything is written. Whoever is killed runs the same command again: what is there
 * stays, and what is missing is made.
 */
function start(cli: Cli, root: string, { project, api, ci, branch, from }: Start): void {
  const repository = repositoryOf(root)
  if (ci !== 'none') checkFolderName(repository)
  const within = (path: string) => below(repository.project, path)
  const own = packaged(
    { project, configFile: CONFIG_FILE },
    repository,
    sourceOf(packageFolder(), version, from),
    sqlite(),
  )
  const keyVariable = firstKeyVariable(project, repository)
  const target: JobTarget | undefined = api === undefined ? undefined : { name: 'live', keyVariable }
  const jobs =
    ci === 'none'
      ? undefined
      : { forge: ci, project, configFile: CONFIG_FILE, target, branch, repository, isBuilt: isBuiltIn(own.file.text) }
  const wanted = jobs === undefined ? undefined : wantedJobs(jobs, ownPackage)
  const kept = (path: string, text: string): Wanted => ({ path: within(path), text, otherwise: 'keep' })
  const files: Wanted[] = [
    ...Object.entries(firstFiles()).map(([path, text]) => kept(path, text)),
    ...own.ignore,
    own.file,
    ...(wanted?.files ?? []),
    // Last, since it makes the folder a project.
    kept(CONFIG_FILE, projectConfig(project, api, keyVariable)),
  ]
  const shown = (path: string) => shownPath(cli, repository, path)
  const fates = refusingLinks(() => fatesOf(repository.root, files), shown)
  writeFates(repository.root, fates)
  sayFates(cli.terminal, fates, shown)
  sayPackage(cli.terminal, own)
  if (target === undefined || jobs === undefined) cli.terminal.talk('\n')
  if (jobs !== undefined) sayJobs(cli.terminal, jobs, wanted?.byHand)
}

/** The schemas of the files that people write. */
const FOR_EDITORS = ['flow', 'base', 'config', 'policy', 'test'] as const

function firstFiles(): Readonly<Record<string, string>> {
  return {
    'flows/sign-up.yaml': firstFile('sign-up', ownPackage),
    'policies/live-capture.yaml': firstFile('live-capture', ownPackage),
    'tests/sign-up.test.yaml': firstFile('sign-up.test', ownPackage),
    ...Object.fromEntries(
      FOR_EDITORS.map((name) => [schemaFile(name), markedSchema(jsonText(SCHEMAS[name]), name, version)]),
    ),
  }
}

/** What package.json names, if that is not what the reader would expect. */
function sayPackage({ talk }: Cli['terminal'], { spec, by, isElsewhere }: Packaged): void {
  if (by === 'version') {
    talk(
      `\npackage.json has ${PACKAGE} ${printable(spec)} of the npm registry: what this program was installed from is not ` +
        'known. Look whether that is yours; from elsewhere: npm install --save-dev <tarball or git address>\n',
    )
  } else if (isElsewhere) {
    talk(
      `\n${printable(spec)} is a file outside of this repository, and no CI job has it: copy it into the repository and ` +
        'install it from there.\n',
    )
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
