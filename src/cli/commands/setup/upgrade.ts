import { badUsage, Failure } from '../../../app/failure.js'
import { foundJobs, jobsFor, wantedJobs, wantedSchemas } from '../../../app/setup/jobs.js'
import { type Fate, fatesOf, isWritten, type Wanted, writeFates } from '../../../app/setup/renewal.js'
import { repositoryOf } from '../../../app/setup/repository.js'
import { defaultBranch } from '../../../ci/default-branch.js'
import { plural } from '../../../text/text.js'
import { jsonText } from '../../options/format.js'
import { openProject } from '../../options/project.js'
import { type Cli, type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'
import { ownPackage } from '../../program/own-package.js'
import { version } from '../../program/version.js'
import { fatesDiff, refusingLinks, sayFates, shownPath } from '../../views/setup-files.js'
import { SCHEMAS } from '../definitions/schema.js'

export const upgrade: Define = (command, run) => {
  command
    .option('--check', 'write nothing; exit 2 when there is something to renew')
    .option('-y, --yes', 'write without asking; needed where nobody can answer')
    .option('--overwrite', 'renew files as well that were edited since they were made')
    .addHelpText(
      'after',
      examples(
        ['After a new version was installed', 'flows upgrade'],
        ['Only show what would change', 'flows upgrade --check'],
      ),
    )
    .action(({ check, yes, overwrite }) =>
      run(async (cli) => {
        const project = openProject(cli)
        const repository = repositoryOf(project.root)
        const branch = await defaultBranch(project.root)
        const jobs = foundJobs(project, repository).map((wish) => jobsFor(project, repository, { ...wish, branch }))
        const schemas = Object.fromEntries(Object.entries(SCHEMAS).map(([name, value]) => [name, jsonText(value)]))
        const files: Wanted[] = [
          ...wantedSchemas(project, repository, schemas),
          ...jobs.flatMap((one) => wantedJobs(one, ownPackage).files),
        ]
        const shown = (path: string) => shownPath(cli, repository, path)
        const fates = refusingLinks(() => fatesOf(repository.root, files, { overwrite: overwrite ?? false }), shown)
        const written = fates.filter(({ fate }) => isWritten(fate))
        const { terminal } = cli
        terminal.result(fatesDiff(fates, terminal.palette))
        if (written.length === 0) {
          terminal.show(`Nothing to renew: ${plural(fates.length, 'file')} looked at, for flows ${version}.\n`)
          return ExitCode.ok
        }
        if (check) return ExitCode.changesPending
        if (!yes) await confirm(cli, written)
        writeFates(repository.root, fates)
        sayFates(terminal, written, shown)
        return ExitCode.ok
      }),
    )
}

async function confirm({ terminal }: Cli, written: readonly Fate[]): Promise<void> {
  if (!terminal.isInteractive) {
    throw badUsage('nobody is there to confirm: nothing was written', 'add --yes to write without asking')
  }
  if (/^y(es)?$/i.test(await terminal.ask(`Write ${plural(written.length, 'file')}? [y/N] `))) return
  throw new Failure('not_confirmed', 'Not renewed: nothing was written.')
}
