import { statSync } from 'node:fs'
import { badUsage, Failure } from '../../../app/failure.js'
import type { Store } from '../../../store/store.js'
import { printable } from '../../../text/text.js'
import { namedFile, noSuchFile } from '../../options/named-file.js'
import { type Cli, type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'
import { folderOfStore, withServiceStore } from '../../service/store.js'

export const restore: Define = (command, run) => {
  command
    .argument('<file>', 'a file that flows backup made')
    .option('-y, --yes', 'replace what the store holds without asking')
    .addHelpText(
      'after',
      examples(
        ['Put the embedded store back', 'flows restore backup.sqlite'],
        ['Move from the embedded store to PostgreSQL', 'DATABASE_URL=postgres://... flows restore backup.sqlite'],
      ),
    )
    .action((given, options) =>
      run((cli) => {
        const file = backupFile(cli, given)
        return withServiceStore(cli, { isLongWork: true }, async (store) => {
          const { restore: putBack } = await import('../../../store/sqlite/backup.js')
          await putBack(store, file, {
            beside: folderOfStore(cli),
            label: printable(given),
            confirm: async () => {
              const isEmpty = await store.read((tx) => tx.contents.isEmpty())
              if (!isEmpty && !options.yes) await confirm(cli, store)
            },
          })
          cli.terminal.show(`Restored ${printable(store.label)} from ${printable(given)}\n`)
          return ExitCode.ok
        })
      }),
    )
}

/** Checked before a store is opened, because opening creates one. */
function backupFile(cli: Cli, given: string): string {
  const file = namedFile(cli, given)
  const found = statSync(file, { throwIfNoEntry: false })
  if (found === undefined) throw noSuchFile(cli, given, 'flows backup makes one')
  if (!found.isFile()) throw badUsage(`${printable(given)} is ${found.isDirectory() ? 'a folder' : 'not a plain file'}`)
  return file
}

async function confirm({ terminal }: Cli, store: Store): Promise<void> {
  const what = `${printable(store.label)} is not empty: all that it holds is replaced`
  if (!terminal.isInteractive) throw badUsage(`${what}; nothing was written`, 'add --yes to replace it')
  const answer = await terminal.ask(`${what}. Go on? [y/N] `)
  if (!/^y(es)?$/i.test(answer)) throw new Failure('not_confirmed', 'Not restored: nothing was written.')
}
