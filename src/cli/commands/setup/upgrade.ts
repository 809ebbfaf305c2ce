import { badUsage, Failure } from '../../../app/failure.js'
import { renewableJobs, wantedJobs, wantedSchemas } from '../../../app/setup/jobs.js'
import { type Fate, fatesOf, isWritten, type Wanted, writeFates } from '../../../app/setup/renewal.js'
import { repositoryOf } from '../../../app/setup/repository.js'
import { defaultBranch } from '../../../ci/default-branch.js'
import { plural } from '../../../text/text.js'
import { jsonText } from '../../options/format.js'
import { openProject } from '../../options/project.js'
import { type Cli, type Define, examples } from '../../program/command.js'
import { ExitCode, worstOf } from '../../program/exit-code.js'
import { ownPackage } from '../../program/own-package.js'
import { version } from '../../program/version.js'
import { fatesDiff, refusingLinks, sayFates, sayStuck, shownPath } from '../../views/setup-files.js'
import { SCHEMAS } from '../definitions/schema.js'

export const upgrade: Define = (command, run) => {
  command
    .option('--check', 'write nothing; exit 2 when there is something to renew')
    .option('-y, --yes', 'write without asking; needed where nobody can answer')
    .option('--overwrite', 'renew files as well that were edited since they were made, or that a newer version made')
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
        const { jobs, stuck } = renewableJobs(project, repository, branch)
        const schemas = Object.fromEntries(Object.entries(SCHEMAS).map(([name, value]) => [name, jsonText(value)]))
        const files: Wanted[] = [
          ...wantedSchemas(project, repository, schemas, ownPackage),
          ...jobs.flatMap((one) => wantedJobs(one, ownPackage).files),
        ]
        const shown = (path: string) => shownPath(cli, repository, path)
        const fates = refusingLinks(() => fatesOf(repository.root, files, { overwrite: overwrite ?? false }), shown)
        const written = fates.filter(({ fate }) => isWritten(fate))
        const { terminal } = cli
        terminal.result(fatesDiff(fates, terminal.palette))
        sayStuck(terminal, stuck, shown)
        const done = stuck.length > 0 ? ExitCode.failed : ExitCode.ok
        if (written.length === 0) {
          terminal.show(`Nothing to renew: ${plural(fates.length, 'file')} looked at, for flows ${version}.\n`)
          return done
        }
        if (check) return worstOf([done, ExitCode.changesPending])
        if (!yes) await confirm(cli, written)
        writeFates(repository.root, fates)
        sayFates(terminal, written, shown)
        return done
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
