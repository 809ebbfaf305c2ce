import { printable } from '../../../text/text.js'
import { namedFile } from '../../options/named-file.js'
import { type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'
import { withServiceStore } from '../../service/store.js'

export const backup: Define = (command, run) => {
  command
    .argument('<file>', 'file to write; it must not be there yet')
    .addHelpText(
      'after',
      examples(
        ['The embedded store, while it is being used', 'flows backup backup.sqlite'],
        ['A PostgreSQL database', 'DATABASE_URL=postgres://... flows backup backup.sqlite'],
      ),
    )
    .action((file) =>
      run((cli) =>
        withServiceStore(cli, { readOnly: true }, async (store) => {
          const { backUp } = await import('../../../store/sqlite/backup.js')
          await backUp(store, namedFile(cli, file))
          cli.terminal.show(`Backed up ${printable(store.label)} to ${printable(file)}\n`)
          cli.terminal.talk('It holds personal data and the secrets of webhooks: keep it as safe as the store.\n')
          return ExitCode.ok
        }),
      ),
    )
}
