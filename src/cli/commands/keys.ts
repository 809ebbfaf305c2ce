import { Option } from '@commander-js/extra-typings'
import { ExitCode } from '../../model/exit-code.js'
import { formatTime, printable } from '../../render/text.js'
import { type ApiKey, createKey, listKeys, revokeKey } from '../../service/operations/keys.js'
import { type Define, examples } from '../command.js'
import { atService } from '../service.js'
import { chosenFormat, formatOptions, jsonText } from '../views/format.js'
import { tableText } from '../views/table.js'

export const keys: Define = (command, run) => {
  const create = formatOptions(['human', 'json'])
  command
    .command('create')
    .description('Create an API key. It is shown once; the store keeps only its hash.')
    .requiredOption('--name <name>', 'what the key is for; stands in the history of what is done with it')
    .addOption(
      new Option('--mode <mode>', 'which flows it reaches').choices(['test', 'live'] as const).default('test' as const),
    )
    .addOption(create.format)
    .addOption(create.json)
    .addHelpText(
      'after',
      examples(
        ['For an application', 'flows keys create --name app'],
        ['Straight into a file that only you can read', '(umask 077; flows keys create --name ci --mode live > key)'],
      ),
    )
    .action(({ name, mode, ...options }) =>
      run(async (cli) => {
        const { secret, ...key } = await atService(cli, false, (service, caller) =>
          service.write(caller, (call) => createKey(call, { name, mode })),
        )
        const { terminal } = cli
        if (chosenFormat(options) === 'json') terminal.result(jsonText({ ...key, key: secret }))
        else {
          terminal.talk(`Key ${key.id} "${printable(key.name)}" (${mode} mode), shown only now:\n`)
          terminal.result(`${secret}\n`)
        }
        return ExitCode.ok
      }),
    )

  const list = formatOptions(['human', 'json'])
  command
    .command('list')
    .description('List API keys, newest first; revoked ones too.')
    .addOption(list.format)
    .addOption(list.json)
    .addHelpText('after', examples(['All keys', 'flows keys list']))
    .action((options) =>
      run(async (cli) => {
        const page = await atService(cli, true, (service, caller) => service.read(caller, listKeys))
        const { terminal } = cli
        if (chosenFormat(options) === 'json') terminal.result(jsonText(page))
        else if (page.data.length === 0) terminal.talk('No keys.\n')
        else {
          const heading = ['ID', 'NAME', 'KEY', 'CREATED', 'REVOKED']
          terminal.result(tableText(heading, page.data.map(row), terminal.palette))
        }
        return ExitCode.ok
      }),
    )

  command
    .command('revoke')
    .description('Revoke an API key, for good.')
    .argument('<id>', 'id of the key, as in the list')
    .addHelpText('after', examples(['One key', 'flows keys revoke ak_0mfz1k2a9c4d8e7f6g5h4j3k']))
    .action((id) =>
      run(async (cli) => {
        const key = await atService(cli, false, (service, caller) =>
          service.write(caller, (call) => revokeKey(call, id)),
        )
        cli.terminal.result(`Revoked ${key.id} "${printable(key.name)}".\n`)
        return ExitCode.ok
      }),
    )
}

function row(key: ApiKey): string[] {
  return [key.id, key.name, key.redacted, formatTime(key.created), key.revoked === null ? '-' : formatTime(key.revoked)]
}
