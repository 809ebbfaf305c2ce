import { printable } from '../../../text/text.js'
import { formatOptions, jsonView, type Views, viewOf } from '../../options/format.js'
import { type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'
import { migrationsOf } from '../../service/store.js'

interface Migrated {
  readonly store: string
  /** The migrations that this run brought, in order. */
  readonly ran: readonly string[]
  /** Those that the store still needs. */
  readonly pending: readonly string[]
}

const VIEWS: Views<Migrated, 'human' | 'json'> = {
  human: (terminal, { store, ran, pending }) => {
    const label = printable(store)
    if (ran.length === 0 && pending.length === 0) return terminal.show(`${label} is up to date.\n`)
    const names = [...ran, ...pending].map((name) => `  ${name}\n`).join('')
    const what = (count: number) => (count === 1 ? 'a migration' : `${count} migrations`)
    if (pending.length > 0) return terminal.show(`${label} needs ${what(pending.length)}:\n${names}`)
    terminal.show(`${label} is up to date now; ${what(ran.length)} ran:\n${names}`)
  },
  json: jsonView('migrations', (migrated) => migrated),
}

export const migrate: Define = (command, run) => {
  const format = formatOptions(VIEWS)
  command
    .option('--check', 'only say which migrations are needed, with exit code 2 if there are any; never writes')
    .addOption(format.format)
    .addOption(format.json)
    .addHelpText(
      'after',
      examples(
        ['Whether the store needs anything', 'flows migrate --check'],
        ['Before a new version of the service starts', 'DATABASE_URL=postgres://... flows migrate'],
      ),
    )
    .action((options) =>
      run(async (cli) => {
        const show = viewOf(options, VIEWS)
        const tell = (message: string) => cli.terminal.talk(`${printable(message)}\n`)
        const migrated = await migrationsOf(cli, { check: options.check ?? false, tell })
        return show(cli, migrated, migrated.pending.length > 0 ? ExitCode.changesPending : ExitCode.ok)
      }),
    )
}
