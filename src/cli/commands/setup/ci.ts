import { Argument } from '@commander-js/extra-typings'
import { jobsFor, othersWithKey, wantedJobs } from '../../../app/setup/jobs.js'
import { fatesOf, writeFates } from '../../../app/setup/renewal.js'
import { repositoryOf } from '../../../app/setup/repository.js'
import { defaultBranch } from '../../../ci/default-branch.js'
import { openProject } from '../../options/project.js'
import { type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'
import { ownPackage } from '../../program/own-package.js'
import { sayJobs, saySharedKey } from '../../views/job-steps.js'
import { refusingLinks, sayFates, shownPath } from '../../views/setup-files.js'

export const ci: Define = (command, run) => {
  const shown = examples(
    ['In the folder of the project', 'flows ci add github'],
    ['Jobs for another environment', 'flows ci add gitlab --env test'],
  )
  command.addHelpText('after', shown)
  command
    .command('add')
    .description(
      'Add the CI jobs of this project to its repository, or renew them: at the root, wherever the project is in it.',
    )
    .addArgument(new Argument('<service>', 'whose jobs').choices(['github', 'gitlab'] as const))
    .option('-e, --env <name>', 'environment to plan and apply to (default: the one with a service; of several, live)')
    .option('--overwrite', 'renew files as well that were edited since they were made, or that a newer version made')
    .addHelpText('after', shown)
    .action((forge, { env, overwrite }) =>
      run(async (cli) => {
        const project = openProject(cli)
        const repository = repositoryOf(project.root)
        const jobs = jobsFor(project, repository, { forge, env, branch: await defaultBranch(project.root) })
        const { files, byHand } = wantedJobs(jobs, ownPackage)
        const from = (path: string) => shownPath(cli, repository, path)
        const fates = refusingLinks(() => fatesOf(repository.root, files, { overwrite: overwrite ?? false }), from)
        writeFates(repository.root, fates)
        sayFates(cli.terminal, fates, from)
        sayJobs(cli.terminal, jobs, byHand)
        saySharedKey(cli.terminal, jobs, othersWithKey(project, repository, jobs))
        return fates.some(({ fate }) => fate === 'edited' || fate === 'newer') ? ExitCode.failed : ExitCode.ok
      }),
    )
}
