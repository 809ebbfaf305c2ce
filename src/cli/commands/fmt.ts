import { type Define, examples } from '../command.js'

export const fmt: Define = (command, run) => {
  command
    .argument('[files...]', 'definitions (default: all of them)')
    .option('--check', 'change nothing; exit 1 when a file is not in standard layout')
    .addHelpText(
      'after',
      examples(['All definitions, in place', 'flows fmt'], ['In a pull request', 'flows fmt --check']),
    )
    .action((files, options) => run((cli) => format(cli, files, options.check ?? false)))
}
